import type { Types } from 'mongoose'
import type { Deps } from '../../../../infra/deps.ts'
import { StudentModel, type StudentRecord } from '../../families/model.ts'
import { HOLD_MS, tellFamilies, untellFamilies } from '../../families/moves/service.ts'
import { MoveModel, type MoveRecord } from '../model.ts'

const subjectOf = (move: MoveRecord) => `promotion-${String(move.promotionId)}`

/** Classes told together: a city has hundreds, and each question for ten of them costs little more than for one. */
const AT_ONCE = 10

/**
 * Tells the families of the classes that have moved, some classes at a time, in one transaction with the note of it: an undo that comes at
 * the same moment either finds the news or prevents it. After the promotion, so that nobody waits for their messages.
 */
export async function tellMoved({ clock, log }: Pick<Deps, 'clock' | 'log'>) {
  try {
    while ((await tellSome(clock.now())) > 0);
  } catch (error) {
    // They stay due; the next tick takes them up.
    log.error({ err: error }, 'families not told of a promotion')
  }
}

/** Answers how many classes were told. */
const tellSome = (now: Date) =>
  MoveModel.db.transaction(async () => {
    const moves = await MoveModel.find({ news: 'due' }).sort({ _id: 1 }).limit(AT_ONCE).lean<MoveRecord[]>()
    if (moves.length === 0) return 0
    await MoveModel.updateMany({ _id: { $in: moves.map((it) => it._id) }, news: 'due' }, { news: 'told' })
    const done = moves.filter((it) => it.state === 'done' && it.doneAt)
    const alike = Map.groupBy(done, (it) => `${subjectOf(it)}:${it.outcome === 'graduate'}`)
    for (const some of alike.values()) await tellClasses(some, now)
    return moves.length
  })

/** Classes of one promotion whose children went the same way, up or out. */
async function tellClasses(moves: MoveRecord[], now: Date) {
  const [first] = moves
  if (!first) return
  const moveOf = new Map(moves.flatMap((it) => it.studentIds.map((id) => [String(id), it] as const)))
  const students = await StudentModel.find({
    _id: { $in: moves.flatMap((it) => it.studentIds) },
  }).lean<StudentRecord[]>()
  const there = students.filter((it) => {
    const move = moveOf.get(String(it._id))
    return move && isWhereMoved(it, move)
  })
  const doneAt = Math.max(...moves.map((it) => it.doneAt?.getTime() ?? 0))
  const news = { subject: subjectOf(first), dueAt: new Date(doneAt + HOLD_MS) }
  const move = first.outcome === 'graduate' ? 'graduated' : 'promoted'
  await tellFamilies(there.map(asMoved), { ...news, move }, now)
}

/** Who was moved on by hand meanwhile has heard of that. */
const isWhereMoved = ({ classId, leftAt }: StudentRecord, { outcome, into, ...move }: MoveRecord) =>
  outcome === 'graduate'
    ? move.classId.equals(classId) && leftAt?.getTime() === move.doneAt?.getTime()
    : !leftAt && into.some((it) => it.classId.equals(classId))

/** The class is turned back: what was to be said is not said, and who has heard it hears where the child is. In the undo's transaction. */
export async function takeBack(move: MoveRecord, keptIds: Types.ObjectId[], now: Date) {
  await MoveModel.updateOne({ _id: move._id, news: 'due' }, { news: 'told' })
  const students = await StudentModel.find({
    _id: { $in: move.studentIds.filter((id) => !keptIds.some((it) => it.equals(id))) },
  }).lean<StudentRecord[]>()
  await untellFamilies(students.map(asMoved), { move: 'restored', subject: subjectOf(move) }, now)
}

const asMoved = ({ _id, name, classId }: StudentRecord) => ({ studentId: _id, name, classId })
