import { Types } from 'mongoose'
import type { Deps } from '../../../../infra/deps.ts'
import { GuardianshipModel, StudentModel } from '../../families/model.ts'
import { soundOf } from '../../families/rules.ts'
import type { UnitRecord } from '../../tree/model.ts'
import { DEPTH, idAt } from '../../tree/rules.ts'
import { type ImportRecord, RowModel, type RowRecord } from '../model.ts'
import { openPlaces } from '../places/service.ts'
import type { RosterRow } from '../rules.ts'
import { note } from '../service.ts'

const BATCH = 300

interface Placed {
  row: RosterRow
  klass: UnitRecord
  schoolId: Types.ObjectId
}

/**
 * Writes the rows without a problem, a batch at a time. A row that was written leaves the waiting rows, so a crash
 * resumes where it was; every write is an upsert, so what ran twice is there once.
 */
export async function apply(job: ImportRecord, deps: Pick<Deps, 'fields' | 'clock'>) {
  const places = await openPlaces(job)
  const waiting = { importId: job._id, problem: null }
  for (;;) {
    const rows = await RowModel.find(waiting).sort({ row: 1 }).limit(BATCH).lean<RowRecord[]>()
    if (rows.length === 0) break
    const placed: Placed[] = []
    for (const { sealed } of rows) {
      const row = JSON.parse(deps.fields.open(sealed ?? '')) as RosterRow
      const klass = await places.classOf(row)
      placed.push({ row, klass, schoolId: new Types.ObjectId(idAt(klass.path, DEPTH.school) ?? '') })
    }
    const now = deps.clock.now()
    await writeStudents(placed, now)
    await writeGuardians(placed, deps, now)
    await RowModel.deleteMany({ _id: { $in: rows.map((it) => it._id) } })
    const left = await RowModel.countDocuments(waiting)
    await note(job._id, { rowsApplied: job.rows - job.errors - left }, deps.clock.now())
  }
  await note(job._id, { status: 'applied', rowsApplied: job.rows - job.errors }, deps.clock.now())
}

async function writeStudents(placed: Placed[], now: Date) {
  await StudentModel.bulkWrite(
    placed.map(({ row, klass, schoolId }) => ({
      updateOne: {
        filter: { schoolId, number: row.number },
        update: {
          $set: { name: row.student, leftAt: null, ...soundOf(row.student) },
          $setOnInsert: {
            classId: klass._id,
            path: klass.path,
            activatedAt: null,
            memberships: [{ classId: klass._id, path: klass.path, from: now, to: null }],
          },
        },
        upsert: true,
      },
    })),
    { ordered: false },
  )
  for (const it of placed) await moveIfElsewhere(it, now)
}

/** A student who stands in another class now: the old membership ends, the new one begins, the guardians come along. */
async function moveIfElsewhere({ row, klass, schoolId }: Placed, now: Date) {
  const student = { schoolId, number: row.number, classId: { $ne: klass._id } }
  const moved = await StudentModel.findOneAndUpdate(
    student,
    [
      {
        $set: {
          classId: klass._id,
          path: klass.path,
          memberships: {
            $concatArrays: [
              {
                $map: {
                  input: '$memberships',
                  in: { $mergeObjects: ['$$this', { to: { $ifNull: ['$$this.to', now] } }] },
                },
              },
              [{ classId: klass._id, path: klass.path, from: now, to: null }],
            ],
          },
        },
      },
    ],
    { updatePipeline: true, projection: { _id: 1 } },
  ).lean()
  if (!moved) return
  await GuardianshipModel.updateMany(
    { studentId: moved._id, to: null },
    { classId: klass._id, path: klass.path },
  )
}

async function writeGuardians(placed: Placed[], { fields }: Pick<Deps, 'fields'>, now: Date) {
  const students = await StudentModel.find(
    { $or: placed.map(({ row, schoolId }) => ({ schoolId, number: row.number })) },
    { schoolId: 1, number: 1 },
  ).lean()
  const idOf = new Map(students.map((it) => [`${String(it.schoolId)}\n${it.number}`, it._id]))
  const writes = placed.flatMap(({ row, klass, schoolId }) =>
    row.guardians.map((guardian, at) => {
      const phoneIndex = fields.index(guardian.phone)
      return {
        updateOne: {
          filter: { studentId: idOf.get(`${String(schoolId)}\n${row.number}`), phoneIndex, to: null },
          update: {
            $set: { relation: guardian.relation, ...(guardian.name && { name: guardian.name }) },
            $setOnInsert: {
              phone: fields.seal(guardian.phone),
              classId: klass._id,
              path: klass.path,
              isPrimary: at === 0,
              joinedAt: null,
              deniedAt: null,
              from: now,
            },
          },
          upsert: true,
        },
      }
    }),
  )
  if (writes.length > 0) await GuardianshipModel.bulkWrite(writes, { ordered: false })
}
