import { Types } from 'mongoose'
import type { Deps } from '../../../../infra/deps.ts'
import { soughtNumber } from '../../../../infra/id-numbers.ts'
import type { UnitScope } from '../../policy.ts'
import { DEPTH, idAt, isWithin, within } from '../../tree/rules.ts'
import { unitsWithin } from '../../tree/service.ts'
import { GuardianshipModel, type GuardianshipRecord, StudentModel, type StudentRecord } from '../model.ts'
import { FamilyKeysModel, type FamilyKeysRecord } from './model.ts'
import { beginningWith, isSmall, keysOf, type Stretch, stretchesFor } from './rules.ts'

type Fields = Pick<Deps, 'fields'>

/** More than anybody reads through; who finds so many types another letter. */
const MOST = 500
const BATCH = 1_000

/** One page of the children a text points at, and whether there are more. */
export async function findFamilies(
  scope: UnitScope<'seeFamilies'>,
  typed: string,
  { skip = 0, most }: { skip?: number; most: number },
  deps: Fields,
): Promise<{ students: FoundStudent[]; hasMore: boolean }> {
  const text = soughtNumber(typed, deps.fields)
  const stretches = await stretchesIn(scope, text, deps)
  if (isSmall(scope.kind)) return amongFew(scope, text, stretches, { skip, most })
  const ids = await idsAt(stretches, skip + most + 1)
  const students = await pointedAt(scope, ids.slice(skip, skip + most))
  return { students, hasMore: ids.length > skip + most }
}

async function stretchesIn(
  { kind, unitId, path }: UnitScope<'seeFamilies'>,
  text: string,
  { fields }: Fields,
) {
  const district = idAt(path, DEPTH.district)
  const districtIds = district
    ? [district]
    : (await unitsWithin(path, 'district')).map((it) => String(it._id))
  const unitIds = kind === 'city' ? districtIds : isSmall(kind) ? [] : [unitId]
  return stretchesFor(text, { unitIds, districtIds }, (it) => fields.index(it))
}

/** Four digits belong to families of other schools, too: all of them are fetched and the student itself decides. */
async function idsAt(stretches: Stretch[], most: number) {
  if (stretches.length === 0) return []
  const isBlind = stretches.some((it) => typeof it.keys === 'string')
  const [first] = stretches
  const filter = first && stretches.length === 1 ? first : { $or: stretches }
  // By the driver itself, as every letter that is typed asks: mongoose would add a third to the time.
  const rows = await FamilyKeysModel.collection
    .find<Pick<FamilyKeysRecord, '_id'>>(filter, { projection: { _id: 1 } })
    .limit(isBlind ? MOST : most)
    .toArray()
  return rows.map((it) => it._id)
}

/** What a line of a list shows, and where the child is. */
export type FoundStudent = Pick<StudentRecord, '_id' | 'number' | 'name' | 'classId' | 'path' | 'leftAt'>
const LINE = { number: 1, name: 1, classId: 1, path: 1, leftAt: 1 }

/** The children that keys have pointed at. Each says itself where it is now; asked by their ids alone, there is no plan to choose. */
async function pointedAt(scope: UnitScope<'seeFamilies'>, ids: Types.ObjectId[]) {
  if (ids.length === 0) return []
  const students = await StudentModel.collection
    .find<FoundStudent>({ _id: { $in: ids } }, { projection: LINE })
    .toArray()
  return students.filter((it) => !it.leftAt && isWithin(it.path, scope.path)).sort(byPlace)
}

const byPlace = (a: FoundStudent, b: FoundStudent) =>
  a.path === b.path ? (a.number < b.number ? -1 : 1) : a.path < b.path ? -1 : 1

/** A class or a grade is one short range of students; only phones are looked up. */
async function amongFew(
  scope: UnitScope<'seeFamilies'>,
  text: string,
  stretches: Stretch[],
  { skip, most }: { skip: number; most: number },
) {
  if (text.trim() === '') return { students: [], hasMore: false }
  const ids = await idsAt(stretches, MOST)
  const either = [...beginningWith(text), { _id: { $in: ids } }]
  const students = await studentsHere(scope, { $or: either }, skip + most + 1)
  return { students: students.slice(skip, skip + most), hasMore: students.length > skip + most }
}

/** Whatever pointed at a child, the student says where it is now. */
const studentsHere = (scope: UnitScope<'seeFamilies'>, filter: object, most: number) =>
  StudentModel.find({ path: within(scope.path), leftAt: null, ...filter })
    .sort({ path: 1, number: 1 })
    .limit(most)
    .lean<StudentRecord[]>()

/** Writes anew what some children are found by. Called after every change of a name, a number, a place or a phone. */
export async function refreshKeys(studentIds: readonly Types.ObjectId[], { fields }: Fields) {
  if (studentIds.length === 0) return
  const [students, bonds, kept] = await Promise.all([
    StudentModel.find({ _id: { $in: studentIds } }).lean<StudentRecord[]>(),
    GuardianshipModel.find(
      { studentId: { $in: studentIds }, to: null, phone: { $type: 'string' } },
      { studentId: 1, phone: 1 },
    ).lean<GuardianshipRecord[]>(),
    FamilyKeysModel.find({ _id: { $in: studentIds } }).lean<FamilyKeysRecord[]>(),
  ])
  const phones = Map.groupBy(bonds, (it) => String(it.studentId))
  const before = new Map(kept.map((it) => [String(it._id), it.keys.join()]))
  const writes = students.flatMap((student) => {
    const own = student.leftAt ? [] : (phones.get(String(student._id)) ?? [])
    const dialled = own.map((it) => fields.open(it.phone ?? ''))
    const keys = student.leftAt ? [] : keysOf(student, dialled, (it) => fields.index(it))
    if (before.get(String(student._id)) === keys.join()) return []
    return [{ updateOne: { filter: { _id: student._id }, update: { $set: { keys } }, upsert: true } }]
  })
  if (writes.length > 0) await FamilyKeysModel.bulkWrite(writes, { ordered: false })
}

/** Whether there are children that nobody can find yet: written by a seed, or by hand. */
export async function isBehind() {
  const [students, found] = await Promise.all([
    StudentModel.estimatedDocumentCount(),
    FamilyKeysModel.estimatedDocumentCount(),
  ])
  return students > found
}

/** Walks all children and repairs what is out of date; what is right is only read. */
export async function refreshAllKeys(deps: Fields) {
  let after = new Types.ObjectId('0'.repeat(24))
  for (;;) {
    const students = await StudentModel.find({ _id: { $gt: after } }, { _id: 1 })
      .sort({ _id: 1 })
      .limit(BATCH)
      .lean<Pick<StudentRecord, '_id'>[]>()
    const last = students.at(-1)
    if (!last) return
    after = last._id
    await refreshKeys(
      students.map((it) => it._id),
      deps,
    )
  }
}
