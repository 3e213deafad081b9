import { Types } from 'mongoose'
import type { DifferenceKind } from '#contract/roster'
import type { Deps } from '../../../../infra/deps.ts'
import { maskPhone } from '../../../../infra/field-crypto.ts'
import { shownNumber } from '../../../../infra/id-numbers.ts'
import { barredPairs, pairKey } from '../../families/bars/service.ts'
import {
  GuardianshipModel,
  type GuardianshipRecord,
  StudentModel,
  type StudentRecord,
} from '../../families/model.ts'
import { gradeName } from '../../tree/rules.ts'
import { ChunkModel, type ChunkRecord, RowModel, type RowRecord } from '../model.ts'
import type { Places } from '../places/service.ts'
import { type Child, type Difference, differenceOf, type Kind, type Listed } from './rules.ts'

const PAGE = 50

/** A child with what writing it would change, and what stands in the database now. */
export interface Compared {
  child: Child
  difference: Difference<Types.ObjectId>
  student: StudentRecord | null
  bonds: GuardianshipRecord[]
}

/** Holds a batch of children against the database: three queries, however many they are. */
export async function compare(
  children: Child[],
  places: Places,
  { fields }: Pick<Deps, 'fields'>,
): Promise<Compared[]> {
  const students = await standing(children, places)
  const known = [...students.values()]
  const bonds = known.length === 0 ? [] : await guardianships(known.map((it) => it._id))
  const byStudent = Map.groupBy(bonds, (it) => String(it.studentId))
  const listed = children.map((child) => ({
    child,
    student: students.get(keyOf(places.schoolIdOf(child), child.number)) ?? null,
    guardians: child.guardians.map((it) => ({ ...it, phoneIndex: fields.index(it.phone), isBarred: false })),
  }))
  await markBarred(listed)
  return listed.map(({ child, student, guardians }) => {
    const own = student ? (byStudent.get(String(student._id)) ?? []) : []
    const klass = places.classOf(child)
    const to = {
      isSameClass: Boolean(student && klass?._id.equals(student.classId)),
      className: klass?.fullName ?? `${child.school}${gradeName(child.grade)}${child.klass}`,
    }
    const before = student && knownOf(student, own, places, fields)
    return { child, student, bonds: own, difference: differenceOf(child, guardians, before, to) }
  })
}

const keyOf = (schoolId: Types.ObjectId | null, number: string) => `${String(schoolId ?? '')}\n${number}`

async function standing(children: Child[], places: Places) {
  const bySchool = Map.groupBy(children, (it) => it.school)
  const wanted = [...bySchool].flatMap(([school, own]) => {
    const schoolId = places.schoolIdOf({ school })
    return schoolId ? [{ schoolId, number: { $in: own.map((it) => it.number) } }] : []
  })
  const found = wanted.length === 0 ? [] : await StudentModel.find({ $or: wanted }).lean<StudentRecord[]>()
  return new Map(found.map((it) => [keyOf(it.schoolId, it.number), it]))
}

const guardianships = (studentIds: Types.ObjectId[]) =>
  GuardianshipModel.find({ studentId: { $in: studentIds }, to: null })
    .sort({ _id: 1 })
    .lean<GuardianshipRecord[]>()

/** Whom a court keeps away, or who was reported as a stranger, no list brings back. */
async function markBarred(listed: { student: StudentRecord | null; guardians: Listed[] }[]) {
  const pairs = listed.flatMap(({ student, guardians }) =>
    student ? guardians.map((guardian) => ({ studentId: student._id, guardian })) : [],
  )
  const barred = await barredPairs(
    pairs.map(({ studentId, guardian }) => ({ studentId, phoneIndex: guardian.phoneIndex })),
  )
  for (const { studentId, guardian } of pairs) {
    guardian.isBarred = barred.has(pairKey(studentId, guardian.phoneIndex))
  }
}

function knownOf(
  student: StudentRecord,
  bonds: GuardianshipRecord[],
  places: Places,
  fields: Deps['fields'],
) {
  return {
    name: student.name,
    classId: student.classId,
    className: places.fullNameOf(student.classId) ?? '以前的班',
    hasLeft: Boolean(student.leftAt),
    bonds: bonds.map((it) => ({
      id: it._id,
      name: it.name,
      relation: it.relation,
      phoneIndex: it.phoneIndex ?? null,
      maskedPhone: it.phone ? maskPhone(fields.open(it.phone)) : null,
      hasJoined: Boolean(it.joinedAt),
    })),
  }
}

/** A child as it waits: of what a batch holds, this is sealed. */
export interface Waiting {
  child: Child
  kind: Kind
  notes: string[]
}

/** One whom the list does not name. */
export interface Leaver {
  studentId: string
  classId: string
  student: string
  number: string
  className: string
  /** Whether the list names others of the class. */
  isInClass: boolean
}

export type Batch = { children: Waiting[] } | { leavers: Leaver[] }

export const sealBatch = (batch: Batch, { fields }: Pick<Deps, 'fields'>) =>
  fields.seal(JSON.stringify(batch))
export const openBatch = (chunk: ChunkRecord, { fields }: Pick<Deps, 'fields'>) =>
  JSON.parse(fields.open(chunk.sealed)) as Batch

interface Listing {
  row: number | null
  student: string
  number: string
  className: string
  notes: string[]
}

/** A page of what would change in one way, or of what an undo has left alone. */
export async function differencesOf(
  importId: string,
  kind: DifferenceKind,
  after: string | undefined,
  deps: Pick<Deps, 'fields'>,
): Promise<{ differences: Listing[]; next: string | null }> {
  const [seq = 0, skip = 0] = (after ?? '0~0').split('~').map(Number)
  if (kind === 'kept') return keptOf(importId, skip)
  const differences: Listing[] = []
  const chunks = ChunkModel.find({
    importId: new Types.ObjectId(importId),
    seq: { $gte: seq },
    [`kinds.${kind}`]: { $gt: 0 },
  })
    .sort({ seq: 1 })
    .lean<ChunkRecord[]>()
    .cursor({ batchSize: 4 })
  for await (const chunk of chunks as AsyncIterable<ChunkRecord>) {
    const listed = listedIn(openBatch(chunk, deps), kind)
    for (const [at, it] of listed.entries()) {
      if (chunk.seq === seq && at < skip) continue
      if (differences.length === PAGE) return { differences, next: `${chunk.seq}~${at}` }
      differences.push(it)
    }
  }
  return { differences, next: null }
}

function listedIn(batch: Batch, kind: DifferenceKind): Listing[] {
  if ('leavers' in batch) {
    return batch.leavers
      .filter((it) => it.isInClass === (kind === 'leftInClasses'))
      .map(({ student, number, className }) => ({
        row: null,
        student,
        number: shownNumber(number),
        className,
        notes: [],
      }))
  }
  return batch.children
    .filter((it) => it.kind === kind)
    .map(({ child, notes }) => ({
      row: child.row,
      student: child.student,
      number: shownNumber(child.number),
      className: `${child.school}${gradeName(child.grade)}${child.klass}`,
      notes,
    }))
}

async function keptOf(importId: string, skip: number) {
  const rows = await RowModel.find({ importId: new Types.ObjectId(importId), isKept: true })
    .sort({ row: 1 })
    .skip(skip)
    .limit(PAGE + 1)
    .lean<RowRecord[]>()
  const differences = rows.slice(0, PAGE).map(({ student, problem }) => ({
    row: null,
    student,
    number: '',
    className: '',
    notes: [problem ?? ''],
  }))
  return { differences, next: rows.length > PAGE ? `0~${skip + PAGE}` : null }
}
