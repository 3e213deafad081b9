import { Types } from 'mongoose'
import type { UnitKind } from '#contract/org'
import { Refusal } from '../../../http/errors.ts'
import type { Deps } from '../../../infra/deps.ts'
import { soughtNumber } from '../../../infra/id-numbers.ts'
import { findPlain } from '../../../infra/plain.ts'
import { record } from '../../audit/service.ts'
import type { OwnChild, UnitScope } from '../policy.ts'
import { DEPTH, idAt, idAtExpression, within } from '../tree/rules.ts'
import { admit, unitOf } from './admission/service.ts'
import { barredFrom } from './bars/service.ts'
import { GuardianshipModel, type GuardianshipRecord, StudentModel, type StudentRecord } from './model.ts'
import { MOST_CHILDREN, STILL_HERE } from './rules.ts'
import { findFamilies } from './search/service.ts'

const PAGE = 50
/** Who has not found a child among so many types another letter. */
const MOST_FOUND = 1_000

/** The children a person cares for now. For `policy.ts`, which turns them into proofs. */
export async function childrenOf(personId: string) {
  const own = { personId: new Types.ObjectId(personId), to: null }
  const bonds = await findPlain<GuardianshipRecord>(GuardianshipModel, own, { limit: MOST_CHILDREN })
  if (bonds.length === 0) return []
  const students = await findPlain<StudentRecord>(StudentModel, {
    _id: { $in: bonds.map((it) => it.studentId) },
    leftAt: null,
  })
  return students.flatMap((student) => {
    const bond = bonds.find((it) => it.studentId.equals(student._id))
    return bond ? [asChild(student, bond, personId)] : []
  })
}

function asChild(student: StudentRecord, bond: GuardianshipRecord, personId: string) {
  return {
    studentId: String(student._id),
    studentName: student.name,
    classId: String(student.classId),
    schoolId: String(student.schoolId),
    path: student.path,
    personId,
    guardianshipId: String(bond._id),
    guardianName: bond.name,
    relation: bond.relation,
    memberships: student.memberships.map((it) => ({
      classId: String(it.classId),
      path: it.path,
      from: it.from,
      to: it.to ?? null,
    })),
    groups: student.groups ?? [],
    isBoarding: student.isBoarding ?? false,
    isLeftBehind: student.isLeftBehind ?? false,
  } satisfies Omit<OwnChild, symbol>
}

/** The same for many people at once, for figures: which student each of them cares for, and where that student is. */
export async function childrenOfPeople(personIds: Types.ObjectId[]) {
  const bonds = await GuardianshipModel.find(
    { personId: { $in: personIds }, to: null },
    { personId: 1, studentId: 1 },
  ).lean<GuardianshipRecord[]>()
  const students = await StudentModel.find(
    { _id: { $in: bonds.map((it) => it.studentId) }, leftAt: null },
    { classId: 1, path: 1 },
  ).lean<StudentRecord[]>()
  const byId = new Map(students.map((it) => [String(it._id), it]))
  return bonds.flatMap(({ personId, studentId }) => {
    const student = byId.get(String(studentId))
    return student
      ? [{ personId: String(personId), studentId, classId: String(student.classId), path: student.path }]
      : []
  })
}

/** Guardianships the roster gives to this phone and nobody has answered for; never of a child somebody is kept from. */
export async function matchesOf(phoneIndex: string, personId?: string) {
  const bonds = await GuardianshipModel.find({
    phoneIndex,
    to: null,
    joinedAt: null,
    deniedAt: null,
    leftAt: null,
  })
    .limit(MOST_CHILDREN)
    .lean<GuardianshipRecord[]>()
  if (bonds.length === 0) return []
  const barred = await barredFrom({ phoneIndex, personId })
  return bonds.filter((it) => !barred.has(String(it.studentId)))
}

/** Every guardianship in force that the roster gives to this phone. */
export const bondsOfPhone = (phoneIndex: string) =>
  GuardianshipModel.find({ phoneIndex, to: null }).limit(MOST_CHILDREN).lean<GuardianshipRecord[]>()

/** 是我的孩子: the account takes the guardianship, once. */
export async function acceptMatch(guardianshipId: string, phoneIndex: string, personId: string, now: Date) {
  const noMatch = new Refusal('not_found', '没有这条匹配')
  const bond = await GuardianshipModel.findOne({ _id: guardianshipId, phoneIndex }).lean<GuardianshipRecord>()
  const student = bond && (await findStudent(String(bond.studentId)))
  if (!bond || !student || student.leftAt) throw noMatch
  if (bond.personId && String(bond.personId) === personId && !bond.to) return bond
  if (bond.to || bond.joinedAt) throw new Refusal('conflict', '这条匹配已经处理过了')
  const { name, relation, phone = null } = bond
  const who = { student, personId, name, relation, phone, phoneIndex, cameBy: 'match' as const }
  return GuardianshipModel.db.transaction(async () => {
    const own = await admit({ ...who, whenBarred: noMatch }, now)
    // This account came to the child another way before: one guardianship is enough.
    if (!own._id.equals(bond._id)) await GuardianshipModel.updateOne({ _id: bond._id }, { to: now })
    return own
  })
}

/** 不是我的孩子: the match is never offered to this phone again, and the school sees it on the family's page. */
export async function denyMatch(guardianshipId: string, phoneIndex: string, now: Date) {
  const bond = await GuardianshipModel.findOneAndUpdate(
    { _id: guardianshipId, phoneIndex, to: null, joinedAt: null },
    { deniedAt: now },
  ).lean<GuardianshipRecord>()
  if (!bond) throw new Refusal('not_found', '没有这条匹配')
  const detail = `花名册里登记为${bond.relation}的手机号，机主说不是自己的孩子`
  const unit = unitOf(bond)
  await record('match.reported', { unit, studentIds: [String(bond.studentId)], detail }, now)
}

/** A page of the students of a unit with their guardians, in the order of class and number; or those a text points at. */
export async function studentsOf(
  scope: UnitScope<'seeFamilies'>,
  { search, after }: { search?: string | undefined; after?: string | undefined },
  deps: Pick<Deps, 'fields'>,
) {
  const { students, next, total } = search?.trim()
    ? await foundBy(scope, search, after, deps)
    : await listed(scope, after)
  return { students, next, total, guardians: await guardiansOf(students.map((it) => it._id)) }
}

async function listed(scope: UnitScope<'seeFamilies'>, after: string | undefined) {
  const filter = { path: within(scope.path), leftAt: null }
  const [path, number] = after?.split('~') ?? []
  const [found, total] = await Promise.all([
    StudentModel.find({
      ...filter,
      ...(path && number && { $or: [{ path: { $gt: path } }, { path, number: { $gt: number } }] }),
    })
      .sort({ path: 1, number: 1 })
      .limit(PAGE + 1)
      .lean<StudentRecord[]>(),
    StudentModel.countDocuments(filter),
  ])
  const students = found.slice(0, PAGE)
  const last = students.at(-1)
  return { students, total, next: found.length > PAGE && last ? `${last.path}~${last.number}` : null }
}

/** Pages of what was found go by their place in the index. The total counts what has been seen of it so far. */
async function foundBy(
  scope: UnitScope<'seeFamilies'>,
  search: string,
  after: string | undefined,
  deps: Pick<Deps, 'fields'>,
) {
  const skip = Math.min(Number(/^s~(\d{1,4})$/.exec(after ?? '')?.[1] ?? 0), MOST_FOUND)
  const { students, hasMore } = await findFamilies(scope, search, { skip, most: PAGE }, deps)
  const next = hasMore && skip + PAGE < MOST_FOUND ? `s~${skip + PAGE}` : null
  return { students, next, total: skip + students.length + (hasMore ? 1 : 0) }
}

/** Students, and those with a guardian who has joined, by unit of one kind below a scope. One covered range. */
export async function activationBy(scope: UnitScope<'seeFigures'>, kind: UnitKind) {
  const rows = await StudentModel.aggregate<{ _id: string; families: number; activated: number }>([
    { $match: { path: within(scope.path), ...STILL_HERE } },
    {
      $group: {
        _id: idAtExpression(DEPTH[kind]),
        families: { $sum: 1 },
        activated: { $sum: { $cond: [{ $gt: ['$activatedAt', null] }, 1, 0] } },
      },
    },
  ])
  return new Map(rows.map((it) => [it._id, it]))
}

/** The students of one class now, by number. */
export const classRoll = (classId: string) =>
  StudentModel.find({ classId: new Types.ObjectId(classId), leftAt: null })
    .sort({ number: 1 })
    .limit(500)
    .lean<StudentRecord[]>()

export const findStudent = (studentId: string) => StudentModel.findById(studentId).lean<StudentRecord>()

export const findStudents = (studentIds: string[]) =>
  StudentModel.find({ _id: { $in: studentIds } }).lean<StudentRecord[]>()

/** The guardians in force of some students. */
export const guardiansOf = (studentIds: (string | Types.ObjectId)[]) =>
  GuardianshipModel.find({ studentId: { $in: studentIds }, to: null }).lean<GuardianshipRecord[]>()

/** Who was a guardian of some students once and is no more, with why; of several times the last. */
export const strangersTo = (studentIds: Types.ObjectId[]) =>
  GuardianshipModel.find(
    { studentId: { $in: studentIds }, to: { $ne: null }, personId: { $type: 'objectId' } },
    { studentId: 1, personId: 1, name: 1, relation: 1, endedBecause: 1 },
  )
    .sort({ to: -1 })
    .limit(500)
    .lean<Pick<GuardianshipRecord, 'studentId' | 'personId' | 'name' | 'relation' | 'endedBecause'>[]>()

/** The school a class path lies in. */
export const schoolIdOf = (path: string) => idAt(path, DEPTH.school)

/** Students of this name or number at or below a unit, also those who have left: the log speaks of them too. */
export const studentsCalled = (
  scope: UnitScope<'seeAudit'>,
  text: string,
  { fields }: Pick<Deps, 'fields'>,
) =>
  StudentModel.find({
    path: within(scope.path),
    $or: [{ name: text }, { number: soughtNumber(text, fields) }],
  })
    .limit(20)
    .lean<StudentRecord[]>()
