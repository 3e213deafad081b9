import type { Types } from 'mongoose'
import type { Deps } from '../../../../infra/deps.ts'
import { followChildren } from '../../../letters/threads/moves/service.ts'
import { cancelLostCalls, childrenWithCalls } from '../../../meetings/moves/service.ts'
import { StudentModel, type StudentRecord } from '../../families/model.ts'
import { HOLD_MS, tellFamilies, untellFamilies } from '../../families/moves/service.ts'
import type { Change, ChangedChange } from '../changes/service.ts'
import { ChangeModel } from '../model.ts'

interface Batch {
  _id: Types.ObjectId
  importId: Types.ObjectId
  changes: Change[]
}

const GONE = '孩子已经分到新的班级，这次通话先取消，欢迎和新老师另约时间'

const subjectOf = (importId: Types.ObjectId) => `roster-${String(importId)}`

/** Children whom these changes bring from one class into another; who comes back after having left is one of them. */
export const movesAmong = (changes: Change[]) =>
  changes.filter(
    (it): it is ChangedChange & { after: NonNullable<ChangedChange['after']> } =>
      it.kind === 'changed' && Boolean(it.before && it.after && !it.after.classId.equals(it.before.classId)),
  )

/** A list is written: what its batches have to say may be said. */
export const release = (importId: Types.ObjectId) =>
  ChangeModel.updateMany({ importId, news: 'held' }, { news: 'due' })

/** Tells the families whose children a list has moved to another class, a batch at a time, as `tellMoved` of the promotion does. */
export async function tellListed({ clock, log }: Pick<Deps, 'clock' | 'log'>) {
  for (;;) {
    const batch = await ChangeModel.findOne({ news: 'due' }).lean<Batch>()
    if (!batch) return
    try {
      await tellBatch(batch, clock.now())
    } catch (error) {
      // It stays due; the next tick takes it up.
      log.error({ err: error, importId: String(batch.importId) }, 'families not told of a list')
      return
    }
  }
}

async function tellBatch({ _id, importId, changes }: Batch, now: Date) {
  await ChangeModel.db.transaction(async () => {
    const dueAt = new Date(now.getTime() + HOLD_MS)
    const { matchedCount } = await ChangeModel.updateOne(
      { _id, news: 'due' },
      { news: 'told', callsFrom: dueAt },
    )
    if (matchedCount === 0) return
    const there = await arrived(changes)
    await tellFamilies(there.map(asMoved), { move: 'class', subject: subjectOf(importId), dueAt }, now)
  })
}

/** The children who are where a list has put them: who was moved on by hand meanwhile has heard of that. */
async function arrived(changes: Change[]) {
  const to = new Map(movesAmong(changes).map((it) => [String(it.studentId), it.after.classId]))
  const students = await StudentModel.find({ _id: { $in: [...to.keys()] }, leftAt: null }).lean<
    StudentRecord[]
  >()
  return students.filter((it) => to.get(String(it._id))?.equals(it.classId))
}

/** An hour after a list has moved children, as their families hear of it: calls with teachers they no longer have are called off. */
export async function callOffListed({ clock, log }: Pick<Deps, 'clock' | 'log'>) {
  for (;;) {
    const now = clock.now()
    const batch = await ChangeModel.findOne({ callsFrom: { $type: 'date', $lte: now } })
      .sort({ callsFrom: 1 })
      .lean<Batch>()
    if (!batch) return
    try {
      const there = await arrived(batch.changes)
      const booked = await childrenWithCalls(
        there.map((it) => it._id),
        now,
      )
      for (const { _id, path } of there.filter((it) => booked.has(String(it._id))))
        await ChangeModel.db.transaction(() => cancelLostCalls(_id, path, GONE, now))
      await followChildren(
        there.map((it) => it._id),
        now,
      )
      await ChangeModel.updateOne({ _id: batch._id }, { $unset: { callsFrom: 1 } })
    } catch (error) {
      log.error({ err: error, importId: String(batch.importId) }, 'calls not called off after a list')
      return
    }
  }
}

/** A batch is taken back: nothing more is said of it. Before its children are put back. */
export const hush = (batchId: Types.ObjectId) =>
  ChangeModel.updateOne({ _id: batchId, news: { $exists: true } }, { news: 'told', $unset: { callsFrom: 1 } })

/** These children are back in their class: who has been told otherwise hears it, and nobody else anything. Harmless twice. */
export async function takeNewsBack(importId: Types.ObjectId, studentIds: Types.ObjectId[], now: Date) {
  if (studentIds.length === 0) return
  const students = await StudentModel.find({ _id: { $in: studentIds } }).lean<StudentRecord[]>()
  const back = { move: 'corrected' as const, subject: subjectOf(importId) }
  await StudentModel.db.transaction(() => untellFamilies(students.map(asMoved), back, now))
}

const asMoved = ({ _id, name, classId }: StudentRecord) => ({ studentId: _id, name, classId })
