import type { Types } from 'mongoose'
import type { Deps } from '../../../../infra/deps.ts'
import { StudentModel, type StudentRecord } from '../../families/model.ts'
import { HOLD_MS, tellFamilies, untellFamilies } from '../../families/moves/service.ts'
import { MoveModel, type MoveRecord } from '../model.ts'

const subjectOf = (move: MoveRecord) => `promotion-${String(move.promotionId)}`

/**
 * Tells the families of the classes that have moved, a class at a time, each in one transaction with the note of it: an undo that comes at
 * the same moment either finds the news or prevents it. After the promotion, so that nobody waits for their messages.
 */
export async function tellMoved({ clock, log }: Pick<Deps, 'clock' | 'log'>) {
  for (;;) {
    const move = await MoveModel.findOne({ news: 'due' }).sort({ _id: 1 }).lean<MoveRecord>()
    if (!move) return
    try {
      await tellClass(move, clock.now())
    } catch (error) {
      // It stays due; the next tick takes it up.
      log.error({ err: error, moveId: String(move._id) }, 'families not told of a promotion')
      return
    }
  }
}

async function tellClass(move: MoveRecord, now: Date) {
  await MoveModel.db.transaction(async () => {
    const { matchedCount } = await MoveModel.updateOne({ _id: move._id, news: 'due' }, { news: 'told' })
    if (matchedCount === 0 || move.state !== 'done' || !move.doneAt) return
    const isGraduated = move.outcome === 'graduate'
    const students = await StudentModel.find({
      _id: { $in: move.studentIds },
      // Who was moved on by hand meanwhile has heard of that.
      ...(isGraduated
        ? { classId: move.classId, leftAt: move.doneAt }
        : { classId: { $in: move.into.map((it) => it.classId) }, leftAt: null }),
    }).lean<StudentRecord[]>()
    const news = { subject: subjectOf(move), dueAt: new Date(move.doneAt.getTime() + HOLD_MS) }
    await tellFamilies(students.map(asMoved), { ...news, move: isGraduated ? 'graduated' : 'promoted' }, now)
  })
}

/** The class is turned back: what was to be said is not said, and who has heard it hears where the child is. In the undo's transaction. */
export async function takeBack(move: MoveRecord, keptIds: Types.ObjectId[], now: Date) {
  await MoveModel.updateOne({ _id: move._id, news: 'due' }, { news: 'told' })
  const students = await StudentModel.find({
    _id: { $in: move.studentIds.filter((id) => !keptIds.some((it) => it.equals(id))) },
  }).lean<StudentRecord[]>()
  await untellFamilies(students.map(asMoved), { move: 'restored', subject: subjectOf(move) }, now)
}

const asMoved = ({ _id, name, classId }: StudentRecord) => ({ studentId: _id, name, classId })
