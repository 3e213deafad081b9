import type { Types } from 'mongoose'
import type { Deps } from '../../../../infra/deps.ts'
import { staffWithin } from '../../../accounts/service.ts'
import { noteMoved } from '../../../letters/latecomers/service.ts'
import { classesReached } from '../../../letters/sheets/service.ts'
import {
  GuardianshipModel,
  type GuardianshipRecord,
  StudentModel,
  type StudentRecord,
} from '../../families/model.ts'
import { givePrimaries } from '../../families/admission/service.ts'
import { FamilyKeysModel } from '../../families/search/model.ts'
import { refreshKeys } from '../../families/search/service.ts'
import { UnitModel } from '../../tree/model.ts'
import { within } from '../../tree/rules.ts'
import { type Change, placesAmong } from '../changes/service.ts'
import { ChangeModel, type ImportRecord, MadeUnitModel, RowModel } from '../model.ts'
import { finish, note } from '../service.ts'
import { hush, movesAmong, takeNewsBack } from '../telling/service.ts'
import { type Reversal, reversalOf } from './rules.ts'

type Tools = Pick<Deps, 'fields' | 'clock'>

/**
 * Takes a written list back, the last batch first. Each document is put back only while it stands as the import left it, so
 * running twice changes nothing and what people have done since stays.
 */
export async function undo(job: ImportRecord, deps: Tools) {
  const importId = job._id
  const reached = await classesReached(job.path, job.appliedAt ?? job.createdAt, deps.clock.now())
  let undone = job.undone
  for (;;) {
    const noted = await ChangeModel.findOne({ importId })
      .sort({ seq: -1 })
      .lean<{ _id: Types.ObjectId; seq: number; changes: Change[] }>()
    if (!noted) break
    await hush(noted._id)
    const kept = await takeBack(noted.changes, reached, deps)
    await noteMoved(placesAmong(noted.changes), deps.clock.now())
    await correct(importId, noted.changes, deps.clock.now())
    await noteKept(importId, noted.seq, kept, deps.clock.now())
    await ChangeModel.deleteOne({ _id: noted._id })
    undone += noted.changes.length
    const total = await RowModel.countDocuments({ importId, isKept: true })
    await note(importId, { undone: Math.min(undone, job.changes), kept: total }, deps.clock.now())
  }
  await removeUnits(job, reached, deps.clock.now())
  const kept = await RowModel.countDocuments({ importId, isKept: true })
  await finish(importId, { status: 'undone', undone: job.changes - kept, kept })
}

/** Families whose child stands in the old class again, whether this try has put it back or one before. */
async function correct(importId: Types.ObjectId, changes: Change[], now: Date) {
  const moves = movesAmong(changes)
  const students = await StudentModel.find({ _id: { $in: moves.map((it) => it.studentId) } }).lean<
    StudentRecord[]
  >()
  const classOf = new Map(students.map((it) => [String(it._id), it.classId]))
  const back = moves.filter((it) => it.before && classOf.get(String(it.studentId))?.equals(it.before.classId))
  await takeNewsBack(
    importId,
    back.map((it) => it.studentId),
    now,
  )
}

interface Kept {
  at: number
  student: string
  problem: string
}

async function takeBack(changes: Change[], reached: ReadonlySet<string>, deps: Tools): Promise<Kept[]> {
  const ids = changes.map((it) => it.studentId)
  const [students, bonds] = await Promise.all([
    StudentModel.find({ _id: { $in: ids } }).lean<StudentRecord[]>(),
    GuardianshipModel.find({ studentId: { $in: ids }, to: null }).lean<GuardianshipRecord[]>(),
  ])
  const byId = new Map(students.map((it) => [String(it._id), it]))
  const byStudent = Map.groupBy(bonds, (it) => String(it.studentId))
  const found = changes.map((change) => {
    const student = byId.get(String(change.studentId)) ?? null
    const isInLetters = Boolean(student && reached.has(String(student.classId)))
    const own = byStudent.get(String(change.studentId)) ?? []
    return { change, reversal: reversalOf(change, { student, bonds: own, isInLetters }) }
  })
  await reverse(found, deps)
  return found.flatMap(({ change, reversal }, at) =>
    reversal.kept ? [{ at, student: change.student, problem: `${reversal.kept}，没有撤销` }] : [],
  )
}

type Found = { change: Change; reversal: Reversal }[]

async function reverse(found: Found, deps: Tools) {
  const now = deps.clock.now()
  const bondWrites = found.flatMap(({ change, reversal }) => bondReversals(change, reversal))
  if (bondWrites.length > 0) {
    // The old number may be another guardian's by now; then the new one stays.
    await GuardianshipModel.bulkWrite(bondWrites, { ordered: false }).catch((error: { code?: number }) => {
      if (error.code !== 11000) throw error
    })
  }
  const studentWrites = found.flatMap(({ change, reversal }) => studentReversals(change, reversal, now))
  if (studentWrites.length > 0) await StudentModel.bulkWrite(studentWrites, { ordered: false })
  const gone = found.filter(({ reversal }) => reversal.remove === 'delete').map((it) => it.change.studentId)
  const staying = found
    .filter(({ reversal }) => reversal.remove !== 'delete')
    .map((it) => it.change.studentId)
  await FamilyKeysModel.deleteMany({ _id: { $in: gone } })
  await givePrimaries(staying)
  await refreshKeys(staying, deps)
}

type BondWrites = Parameters<typeof GuardianshipModel.bulkWrite>[0]
type StudentWrites = Parameters<typeof StudentModel.bulkWrite>[0]

function bondReversals({ studentId }: Change, { bonds, changed, student }: Reversal) {
  return [
    // Who joined at this very moment stays.
    ...bonds.map(({ bondId }) => ({ deleteOne: { filter: { _id: bondId, personId: null } } })),
    ...changed.map(({ bondId, before, after }) => {
      const { phone, phoneIndex, personId, ...words } = before
      const hadPhone = phoneIndex !== undefined && phoneIndex !== null
      return {
        updateOne: {
          filter: { _id: bondId, to: null, personId: personId ?? null, relation: after.relation },
          update: hadPhone
            ? { $set: { ...words, phone, phoneIndex } }
            : { $set: { ...words, phone: null }, $unset: { phoneIndex: 1 } },
        },
      }
    }),
    ...(student
      ? [
          {
            updateMany: {
              filter: { studentId, to: null, classId: student.after.classId },
              update: { $set: { classId: student.before.classId, path: student.before.path } },
            },
          },
        ]
      : []),
  ] as BondWrites
}

function studentReversals({ studentId }: Change, { student, remove }: Reversal, now: Date) {
  if (remove === 'delete') return [{ deleteOne: { filter: { _id: studentId, activatedAt: null } } }]
  if (remove === 'leave') {
    const filter = { _id: studentId, activatedAt: null, leftAt: null }
    return [
      { updateOne: { filter, update: { $set: { leftAt: now, 'memberships.$[].to': now } } } },
    ] as StudentWrites
  }
  if (!student) return []
  const { name, classId, leftAt } = student.after
  const filter = { _id: studentId, name, classId, leftAt }
  return [{ updateOne: { filter, update: { $set: student.before } } }] as StudentWrites
}

/** Places of batches are far enough apart that each child has one of its own. */
const SPAN = 10_000

async function noteKept(importId: Types.ObjectId, seq: number, kept: Kept[], at: Date) {
  if (kept.length === 0) return
  await RowModel.bulkWrite(
    kept.map(({ at: place, student, problem }) => {
      const of = { importId, isKept: true, row: seq * SPAN + place }
      const update = { $set: { student, problem }, $setOnInsert: { at } }
      return { updateOne: { filter: of, update, upsert: true } }
    }),
    { ordered: false },
  )
}

/** Units that the import made and nobody has used go again, the deepest first. */
async function removeUnits({ _id: importId }: ImportRecord, reached: ReadonlySet<string>, now: Date) {
  const noted = await MadeUnitModel.find({ importId }).lean()
  const units = (
    await Promise.all(noted.map(({ parentId, code }) => UnitModel.findOne({ parentId, code }).lean()))
  ).filter((it) => it !== null)
  for (const { _id, path } of units.sort((a, b) => b.path.length - a.path.length)) {
    if (reached.has(String(_id))) continue
    const [child, student, staff] = await Promise.all([
      UnitModel.exists({ parentId: _id }),
      StudentModel.exists({ path: within(path) }),
      staffWithin(path, { show: 'current', now }),
    ])
    if (!child && !student && staff.people.length === 0) await UnitModel.deleteOne({ _id })
  }
  await MadeUnitModel.deleteMany({ importId })
}
