import type { Types } from 'mongoose'
import type { Deps } from '../../../../infra/deps.ts'
import { noteMoved } from '../../../letters/latecomers/service.ts'
import { givePrimaries } from '../../families/admission/service.ts'
import { GuardianshipModel, StudentModel, type StudentRecord } from '../../families/model.ts'
import { HOLD_MS } from '../../families/moves/service.ts'
import { refreshKeys } from '../../families/search/service.ts'
import type { UnitRecord } from '../../tree/model.ts'
import {
  type BondChange,
  type Change,
  leaving,
  type LeftChange,
  placesAmong,
  planOf,
} from '../changes/service.ts'
import { compare, type Leaver, openBatch, type Waiting } from '../differences/service.ts'
import { ChangeModel, ChunkModel, type ChunkRecord, type ImportRecord } from '../model.ts'
import { openPlaces, type Places } from '../places/service.ts'
import { finish, note } from '../service.ts'
import { movesAmong, release } from '../telling/service.ts'

type Tools = Pick<Deps, 'fields' | 'clock'>

/** A second try meets what somebody else wrote at the same moment; a third would meet a bug. */
const TRIES = 3

/**
 * Writes a checked list, a batch at a time: what a batch changes is noted, then done, then the batch is taken away. After a
 * crash the note is carried out again as it stands, so what ran twice is there once and no batch is planned anew.
 */
export async function apply(job: ImportRecord, deps: Tools) {
  const places = await openPlaces(job)
  const importId = job._id
  let applied = job.rowsApplied
  for (;;) {
    const chunk = await ChunkModel.findOne({ importId }).sort({ seq: 1 }).lean<ChunkRecord>()
    if (!chunk) break
    await applyChunk(job, chunk, places, deps)
    const { deletedCount } = await ChunkModel.deleteOne({ _id: chunk._id })
    if (deletedCount > 0) applied += chunk.lines
    await note(importId, { rowsApplied: Math.min(applied, job.rows - job.errors) }, deps.clock.now())
  }
  const [sums] = await ChangeModel.aggregate<{ changes: number }>([
    { $match: { importId } },
    { $group: { _id: null, changes: { $sum: { $size: '$changes' } } } },
  ])
  await release(importId)
  await finish(importId, {
    status: 'applied',
    appliedAt: deps.clock.now(),
    rowsApplied: job.rows - job.errors,
    changes: sums?.changes ?? 0,
  })
}

async function applyChunk(job: ImportRecord, chunk: ChunkRecord, places: Places, deps: Tools) {
  const at = deps.clock.now()
  const key = { importId: job._id, seq: chunk.seq }
  const batch = openBatch(chunk, deps)
  const noted = await ChangeModel.findOne(key).lean<{ changes: Change[] }>()
  let changes = noted?.changes
  if (!changes) {
    changes =
      'leavers' in batch
        ? await planLeavers(job, batch.leavers, at)
        : await plan(batch.children, places, deps)
    if (changes.length === 0) return
    // Somebody whose lease has run out may have been quicker; then theirs is the one that counts.
    await ChangeModel.updateOne(key, { $setOnInsert: { changes, at, ...newsOf(changes) } }, { upsert: true })
    changes = (await ChangeModel.findOne(key).lean<{ changes: Change[] }>())?.changes ?? changes
  }
  for (let attempt = 1; ; attempt++) {
    const collided = await carryOut(changes)
    if (collided.size === 0 || attempt === TRIES || 'leavers' in batch) break
    const again = batch.children.filter(({ child }) => collided.has(child.number))
    const kept: Change[] = changes.filter((it) => it.kind === 'left' || !collided.has(it.number))
    changes = [...kept, ...(await plan(again, places, deps))]
    await ChangeModel.updateOne(key, { changes, ...newsOf(changes) })
  }
  await tidy(changes, deps)
}

const newsOf = (changes: Change[]) => (movesAmong(changes).length > 0 ? { news: 'held' as const } : {})

/** What writing these children changes, with the ids of what will be new. */
async function plan(waiting: Waiting[], places: Places, deps: Tools): Promise<Change[]> {
  const now = deps.clock.now()
  const children = waiting.map((it) => it.child)
  const classes = new Map<number, UnitRecord>()
  for (const child of children) classes.set(child.row, await places.ensureClass(child, now))
  const compared = await compare(children, places, deps)
  return compared.flatMap((it) => {
    const klass = classes.get(it.child.row)
    return klass ? (planOf(it, klass, now, deps.fields) ?? []) : []
  })
}

async function planLeavers(job: ImportRecord, leavers: Leaver[], now: Date): Promise<LeftChange[]> {
  const chosen = leavers.filter(
    (it) => job.leavers === 'schools' || (job.leavers === 'classes' && it.isInClass),
  )
  if (chosen.length === 0) return []
  const classOf = new Map(chosen.map((it) => [it.studentId, it.classId]))
  const students = await StudentModel.find({
    _id: { $in: chosen.map((it) => it.studentId) },
    leftAt: null,
  }).lean<StudentRecord[]>()
  // Who changed class since the check is not the child that the person looked at.
  return students
    .filter((it) => classOf.get(String(it._id)) === String(it.classId))
    .map((student) => leaving(student, now))
}

/** Does what was noted. Gives the numbers of children whom somebody else made at the same moment. */
async function carryOut(changes: Change[]): Promise<Set<string>> {
  const isWhole = await unlessTaken(StudentModel.bulkWrite(changes.flatMap(studentWrite), { ordered: false }))
  const lost = isWhole ? new Set<string>() : await takenNumbers(changes)
  const bonds = changes
    .filter((it) => !(it.kind === 'made' && lost.has(it.number)))
    .flatMap((it) => (it.kind === 'left' ? [] : it.bonds.map((bond) => bondWrite(bond, it.studentId))))
  // A phone that somebody gave to the child meanwhile is there already, and that is what the list wants.
  if (bonds.length > 0) await unlessTaken(GuardianshipModel.bulkWrite(bonds, { ordered: false }))
  await bringGuardians(changes)
  return lost
}

type StudentWrite = Parameters<typeof StudentModel.bulkWrite>[0][number]
type BondWrite = Parameters<typeof GuardianshipModel.bulkWrite>[0][number]

function studentWrite(it: Change): StudentWrite[] {
  if (it.kind === 'made') {
    return [{ insertOne: { document: { ...it.fields, _id: it.studentId } } }] as StudentWrite[]
  }
  if (!it.before || !it.after) return []
  const { name, classId, leftAt } = it.before
  const filter = { _id: it.studentId, name, classId, leftAt }
  return [{ updateOne: { filter, update: { $set: it.after } } }] as StudentWrite[]
}

const bondWrite = (it: BondChange, studentId: Types.ObjectId) =>
  (it.kind === 'made'
    ? { insertOne: { document: { ...it.bond, _id: it.bondId, studentId } } }
    : {
        updateOne: {
          filter: { _id: it.bondId, to: null, personId: it.before.personId ?? null },
          update: { $set: it.after },
        },
      }) as BondWrite

/** Runs a batch of writes to its end. False when some met a document that is there already: one's own of before, or another's. */
async function unlessTaken(writing: Promise<unknown>): Promise<boolean> {
  try {
    await writing
    return true
  } catch (error) {
    if ((error as { code?: number }).code !== 11000) throw error
    return false
  }
}

/** Of the children that were to be made, those whom somebody else has made under the same number. */
async function takenNumbers(changes: Change[]) {
  const made = changes.filter((it) => it.kind === 'made')
  const own = await StudentModel.find({ _id: { $in: made.map((it) => it.studentId) } }, { _id: 1 }).lean()
  const ids = new Set(own.map((it) => String(it._id)))
  return new Set(made.filter((it) => !ids.has(String(it.studentId))).map((it) => it.number))
}

/** The guardians stand where the child stands. */
async function bringGuardians(changes: Change[]) {
  const moved = changes.flatMap((it) => (it.kind === 'changed' && it.after?.classId ? [it] : []))
  if (moved.length === 0) return
  await GuardianshipModel.bulkWrite(
    moved.map(({ studentId, after }) => ({
      updateMany: {
        filter: { studentId, to: null },
        update: { $set: { classId: after?.classId, path: after?.path } },
      },
    })),
    { ordered: false },
  )
}

/** What follows from it in the families: a primary guardian, and the words by which a child is found. */
export async function tidy(changes: Change[], deps: Tools) {
  // A new child is on no sheet yet, and comes onto one when its family opens the letter.
  const now = deps.clock.now()
  const moved = placesAmong(changes.filter((it) => it.kind !== 'made'))
  await noteMoved(moved, now, new Date(now.getTime() + HOLD_MS))
  const withBonds = changes.filter((it) => it.kind === 'changed' && it.bonds.length > 0)
  if (withBonds.length > 0) await givePrimaries(withBonds.map((it) => it.studentId))
  await refreshKeys(
    changes.map((it) => it.studentId),
    deps,
  )
}
