import type { Types } from 'mongoose'
import type { Deps } from '../../../../infra/deps.ts'
import { restorePosts } from '../../../accounts/moves/service.ts'
import * as audit from '../../../audit/service.ts'
import { noteMoved } from '../../../letters/latecomers/service.ts'
import { followChildren } from '../../../letters/threads/moves/service.ts'
import { hasSheets, moveDrafts } from '../../../letters/moves/service.ts'
import { moveSlots } from '../../../meetings/moves/service.ts'
import { GuardianshipModel, StudentModel } from '../../families/model.ts'
import { moveGroups } from '../../groups/service.ts'
import { JoinModel } from '../../joins/model.ts'
import { UnitModel, type UnitRecord } from '../../tree/model.ts'
import { closedCode, mintJoinCode, openCode } from '../../tree/rules.ts'
import { findUnit, findUnits } from '../../tree/service.ts'
import { takeBack } from '../telling/service.ts'
import { aboutClass, ended, ordererOf } from '../apply/classes/service.ts'
import { mendStrays, refreshMoved } from '../apply/service.ts'
import { MoveModel, type MoveRecord, PromotionModel, type PromotionRecord } from '../model.ts'
import { note } from '../service.ts'

/** Turns a promotion back, the last class first, each in one transaction. Resumes where it was cut short. */
export async function undo(job: PromotionRecord, deps: Pick<Deps, 'clock' | 'fields'>) {
  const { clock } = deps
  for (;;) {
    const done = { promotionId: job._id, state: 'done' as const }
    const move = await MoveModel.findOne(done).sort({ order: -1 }).lean<MoveRecord>()
    if (!move) break
    await turnBack(job, move, clock.now())
    if (move.outcome === 'graduate') await refreshMoved([move._id], deps)
    const classesDone = await MoveModel.countDocuments({ promotionId: job._id, state: 'undone' })
    await note(job._id, { classesDone }, clock.now())
  }
  const left = await MoveModel.distinct('into.classId', { promotionId: job._id })
  await mendStrays(left)
  for (const gradeId of job.madeGrades) {
    const isUsed = await UnitModel.exists({ parentId: gradeId })
    if (!isUsed) await UnitModel.deleteOne({ _id: gradeId })
  }
  const [row] = await MoveModel.aggregate<{ kept: number }>([
    { $match: { promotionId: job._id } },
    { $group: { _id: null, kept: { $sum: { $size: '$keptIds' } } } },
  ])
  await PromotionModel.updateOne(
    { _id: job._id, status: 'undoing' },
    { status: 'undone', undoneAt: clock.now(), kept: row?.kept ?? 0 },
  )
}

async function turnBack(job: PromotionRecord, move: MoveRecord, now: Date) {
  const targets = await findUnits(move.into.map((it) => String(it.classId)))
  // Read before the transaction: what was sent to the new class meanwhile stays its own.
  const wasWritten = await Promise.all(targets.map((it) => hasSheets(it.path, move.doneAt ?? now, now)))
  await MoveModel.db.transaction(async () => {
    const klass = await findUnit(String(move.classId))
    const keptIds = klass && move.doneAt ? await giveBack(job, move, klass, targets, wasWritten, now) : []
    if (klass) await takeBack(move, keptIds, now)
    const { matchedCount } = await MoveModel.updateOne(
      { _id: move._id, state: 'done' },
      { $set: { state: 'undone', keptIds } },
    )
    if (matchedCount === 0) throw new Error('Another worker has turned this class back')
  })
}

async function giveBack(
  job: PromotionRecord,
  move: MoveRecord,
  klass: UnitRecord,
  targets: UnitRecord[],
  wasWritten: boolean[],
  now: Date,
) {
  if (move.outcome === 'stay') {
    await UnitModel.updateOne({ _id: klass._id }, { schoolYear: move.schoolYear })
    return []
  }
  const restored = await studentsBack(move, klass, wasWritten.includes(true), now)
  await followChildren(restored, now)
  const classIds = move.outcome === 'graduate' ? [klass._id] : move.into.map((it) => it.classId)
  await noteMoved(
    restored.map((studentId) => ({ studentId, classIds })),
    now,
  )
  for (const target of targets)
    await leave(target, klass, move, wasWritten[targets.indexOf(target)] ?? false, now)
  const code = openCode(klass.code)
  const isTaken = await UnitModel.exists({ parentId: klass.parentId, code, _id: { $ne: klass._id } })
  await UnitModel.updateOne(
    { _id: klass._id },
    { closedAt: null, ...(!isTaken && { code }), ...(move.joinCode && { joinCode: move.joinCode }) },
  )
  await restorePosts(move.posts)
  const detail = `${move.name}恢复原样，${restored.length}名学生`
  await audit.record(
    'promotion.undone',
    { ...aboutClass(await ordererOf(job, now), klass), studentIds: restored.map(String), detail },
    now,
  )
  return move.studentIds.filter((id) => !restored.some((it) => it.equals(id)))
}

/**
 * Those who are still as the promotion left them go back. If the new class was written to meanwhile, its time in between stays in their
 * history, so that these letters keep their readers; otherwise nothing of it remains.
 */
async function studentsBack(move: MoveRecord, klass: UnitRecord, keepsHistory: boolean, now: Date) {
  const at = move.doneAt
  const untouched =
    move.outcome === 'graduate'
      ? { classId: klass._id, leftAt: at, leftReason: 'graduated' as const }
      : {
          classId: { $in: move.into.map((it) => it.classId) },
          leftAt: null,
          memberships: { $elemMatch: { from: at, to: null } },
        }
  const students = await StudentModel.find({ _id: { $in: move.studentIds }, ...untouched }, { _id: 1 }).lean<
    { _id: Types.ObjectId }[]
  >()
  const ids = students.map((it) => it._id)
  const where = { classId: klass._id, path: klass.path }
  const memberships = keepsHistory
    ? { $concatArrays: [ended(now), [{ ...where, from: now, to: null }]] }
    : reopened(at)
  await StudentModel.updateMany(
    { _id: { $in: ids } },
    [{ $set: { ...where, leftAt: null, leftReason: null, memberships } }],
    { updatePipeline: true },
  )
  await GuardianshipModel.updateMany({ studentId: { $in: ids }, to: null }, { ...where, leftAt: null })
  return ids
}

/** Without the membership that began at the promotion, and with the one that ended then open again. */
const reopened = (at: Date | null | undefined) => ({
  $map: {
    input: { $filter: { input: '$memberships', cond: { $ne: ['$$this.from', at] } } },
    in: { $mergeObjects: ['$$this', { to: { $cond: [{ $eq: ['$$this.to', at] }, null, '$$this.to'] } }] },
  },
})

/** The class of the new year: gone when nobody is left in it, closed when letters went to it, else it stays for those in it. */
async function leave(
  target: UnitRecord,
  klass: UnitRecord,
  move: MoveRecord,
  wasWritten: boolean,
  now: Date,
) {
  const isUsed = await StudentModel.exists({ classId: target._id, leftAt: null })
  if (target.joinCode && target.joinCode === move.joinCode) {
    // The code goes back with the class; whoever stays behind gets a new one.
    await UnitModel.updateOne({ _id: target._id }, { joinCode: mintJoinCode() })
  }
  if (isUsed) return
  await JoinModel.updateMany(
    { path: target.path, status: 'waiting' },
    { classId: klass._id, path: klass.path },
  )
  await moveSlots(target, { unitId: klass._id, path: klass.path }, now)
  await moveDrafts(target, [klass])
  await moveGroups(target, klass)
  if (!wasWritten) await UnitModel.deleteOne({ _id: target._id })
  else {
    await UnitModel.updateOne(
      { _id: target._id, closedAt: null },
      { closedAt: now, code: closedCode(target.code, target._id), $unset: { joinCode: 1 } },
    )
  }
}
