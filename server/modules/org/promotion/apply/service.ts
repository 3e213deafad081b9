import type { Types } from 'mongoose'
import type { Deps } from '../../../../infra/deps.ts'
import { GuardianshipModel, StudentModel, type StudentRecord } from '../../families/model.ts'
import { refreshKeys } from '../../families/search/service.ts'
import { MoveModel, type MoveRecord, PromotionModel, type PromotionRecord } from '../model.ts'
import { sideBySide } from '../rules.ts'
import { note } from '../service.ts'
import { moveClass, type Order, ordererOf } from './classes/service.ts'

/** Each waits for the disks of a majority, so several together take little longer than one; the pool has sixteen connections. */
const AT_ONCE = 12
/** So many that wait are looked at, to find classes of the next schools where a grade has fewer left than that. */
const LOOKED_AT = 96
/** Looked for again when so few of them are left. */
const FEW = 48
/** The page shows progress, and the lease goes on, after so many classes: a second or less. */
const NOTED_EACH = 8

/**
 * Carries a promotion out, some classes at a time, each in one transaction with the note that it is done: killed at any moment,
 * the next worker goes on with the classes that were under way.
 */
export async function apply(job: PromotionRecord, deps: Pick<Deps, 'clock' | 'fields'>) {
  const { clock } = deps
  await moveAll(job, deps)
  await mendStrays(await MoveModel.distinct('classId', { promotionId: job._id, outcome: { $ne: 'stay' } }))
  const now = clock.now()
  await PromotionModel.updateOne({ _id: job._id, status: 'applying' }, { status: 'applied', appliedAt: now })
}

/** A class begins as soon as another has ended: none waits for the slowest of a wave. */
async function moveAll(job: PromotionRecord, deps: Pick<Deps, 'clock' | 'fields'>) {
  const order: Order = { job, actor: await ordererOf(job, deps.clock.now()), grades: new Map() }
  const underWay = new Map<string, Promise<MoveRecord>>()
  const ended = new Set<string>()
  let unnoted: MoveRecord[] = []
  let waiting = await nextMoves(job, ended)
  try {
    while (waiting.moves.length > 0) {
      for (const move of sideBySide(waiting.moves, AT_ONCE)) {
        const id = String(move._id)
        if (!underWay.has(id)) underWay.set(id, moveClass(order, move, deps.clock.now()))
      }
      const move = await Promise.race(underWay.values())
      underWay.delete(String(move._id))
      ended.add(String(move._id))
      unnoted = await noteSome(job, [...unnoted, move], deps)
      waiting.moves = waiting.moves.filter((it) => !ended.has(String(it._id)))
      if (waiting.hasMore && waiting.moves.length <= FEW) waiting = await nextMoves(job, ended)
    }
  } finally {
    await Promise.allSettled(underWay.values())
  }
  await noteMoved(job, unnoted, deps)
}

/** The classes that wait, in their order; those whose end the database did not know yet when it was asked are left out. */
async function nextMoves(job: PromotionRecord, ended: ReadonlySet<string>) {
  const waiting = { promotionId: job._id, state: 'waiting' as const }
  const found = await MoveModel.find(waiting).sort({ order: 1 }).limit(LOOKED_AT).lean<MoveRecord[]>()
  return { moves: found.filter((it) => !ended.has(String(it._id))), hasMore: found.length === LOOKED_AT }
}

/** Answers what is still to be noted. */
async function noteSome(job: PromotionRecord, moved: MoveRecord[], deps: Pick<Deps, 'clock' | 'fields'>) {
  if (moved.length < NOTED_EACH) return moved
  await noteMoved(job, moved, deps)
  return []
}

async function noteMoved(
  job: PromotionRecord,
  moved: readonly MoveRecord[],
  deps: Pick<Deps, 'clock' | 'fields'>,
) {
  const graduated = moved.filter((it) => it.outcome === 'graduate')
  await refreshMoved(
    graduated.map((it) => it._id),
    deps,
  )
  const classesDone = await MoveModel.countDocuments({ promotionId: job._id, state: 'done' })
  await note(job._id, { classesDone }, deps.clock.now())
}

/** Somebody who joined a child in the very moment its class moved was written down for the class that was: they follow the child. */
export async function mendStrays(classIds: Types.ObjectId[]) {
  const strays = await GuardianshipModel.find(
    { classId: { $in: classIds }, to: null, leftAt: null },
    { studentId: 1 },
  ).lean<{ studentId: Types.ObjectId }[]>()
  for (const { studentId } of strays) {
    const student = await StudentModel.findById(studentId).lean<StudentRecord>()
    if (!student) continue
    const { classId, path, leftAt = null } = student
    await GuardianshipModel.updateMany({ studentId, to: null }, { classId, path, leftAt })
  }
}

/** A school is searched for those who are in it; who has left it is not found, and who came back is again. */
export async function refreshMoved(moveIds: readonly Types.ObjectId[], deps: Pick<Deps, 'fields'>) {
  if (moveIds.length === 0) return
  const moves = await MoveModel.find({ _id: { $in: moveIds } }, { studentIds: 1 }).lean<MoveRecord[]>()
  await refreshKeys(
    moves.flatMap((it) => it.studentIds),
    deps,
  )
}
