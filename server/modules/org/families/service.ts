import { Types } from 'mongoose'
import type { UnitKind } from '#contract/org'
import { Refusal } from '../../../http/errors.ts'
import type { OwnChild, UnitScope } from '../policy.ts'
import { DEPTH, idAt, idAtExpression, within } from '../tree/rules.ts'
import { GuardianshipModel, type GuardianshipRecord, StudentModel, type StudentRecord } from './model.ts'
import { STILL_HERE } from './rules.ts'

/** At most this many children answer to one account: ten covers every family. */
const MOST_CHILDREN = 10
const PAGE = 50

/** The children a person cares for now. For `policy.ts`, which turns them into proofs. */
export async function childrenOf(personId: string) {
  const bonds = await GuardianshipModel.find({ personId: new Types.ObjectId(personId), to: null })
    .limit(MOST_CHILDREN)
    .lean<GuardianshipRecord[]>()
  if (bonds.length === 0) return []
  const students = await StudentModel.find({
    _id: { $in: bonds.map((it) => it.studentId) },
    leftAt: null,
  }).lean<StudentRecord[]>()
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

/** Guardianships the roster gives to this phone and nobody has answered for. */
export const matchesOf = (phoneIndex: string) =>
  GuardianshipModel.find({ phoneIndex, to: null, joinedAt: null, deniedAt: null })
    .limit(MOST_CHILDREN)
    .lean<GuardianshipRecord[]>()

/** Every guardianship in force that the roster gives to this phone. */
export const bondsOfPhone = (phoneIndex: string) =>
  GuardianshipModel.find({ phoneIndex, to: null }).limit(MOST_CHILDREN).lean<GuardianshipRecord[]>()

/** 是我的孩子: the account takes the guardianship, once. */
export async function acceptMatch(guardianshipId: string, phoneIndex: string, personId: string, now: Date) {
  const bond = await GuardianshipModel.findOneAndUpdate(
    { _id: guardianshipId, phoneIndex, to: null, joinedAt: null },
    { personId: new Types.ObjectId(personId), joinedAt: now, deniedAt: null },
    { returnDocument: 'after' },
  )
    .lean<GuardianshipRecord>()
    .catch((error: { code?: number }) => {
      if (error.code === 11000) return null // this account joined the child another way meanwhile
      throw error
    })
  if (!bond) return settled(guardianshipId, phoneIndex, personId)
  await activate(bond.studentId, now)
  return bond
}

async function settled(guardianshipId: string, phoneIndex: string, personId: string) {
  const bond = await GuardianshipModel.findOne({ _id: guardianshipId, phoneIndex }).lean<GuardianshipRecord>()
  if (!bond) throw new Refusal('not_found', '没有这条匹配')
  if (bond.personId && String(bond.personId) === personId) return bond
  throw new Refusal('conflict', '这条匹配已经处理过了')
}

/** 不是我的孩子: the match is never offered to this phone again. */
export async function denyMatch(guardianshipId: string, phoneIndex: string, now: Date) {
  const { matchedCount } = await GuardianshipModel.updateOne(
    { _id: guardianshipId, phoneIndex, to: null, joinedAt: null },
    { deniedAt: now },
  )
  if (matchedCount === 0) throw new Refusal('not_found', '没有这条匹配')
}

export interface NewBond {
  student: StudentRecord
  personId: string
  name: string
  relation: string
  phone: string | null
  phoneIndex: string | null
}

/** Lets an account in as a guardian of a student; a bond the roster already has for that phone is taken over. */
export async function addGuardian(
  { student, personId, name, relation, phone, phoneIndex }: NewBond,
  now: Date,
) {
  const person = new Types.ObjectId(personId)
  const listed = phoneIndex
    ? await GuardianshipModel.updateOne(
        { studentId: student._id, phoneIndex, to: null },
        { personId: person, joinedAt: now, deniedAt: null },
      )
    : { matchedCount: 0 }
  if (listed.matchedCount === 0) {
    await GuardianshipModel.updateOne(
      { studentId: student._id, personId: person, to: null },
      {
        $setOnInsert: {
          classId: student.classId,
          path: student.path,
          name,
          relation,
          phone,
          ...(phoneIndex && { phoneIndex }),
          joinedAt: now,
          from: now,
        },
      },
      { upsert: true },
    )
  }
  await activate(student._id, now)
}

async function activate(studentId: Types.ObjectId, now: Date) {
  await StudentModel.updateOne({ _id: studentId, activatedAt: null }, { activatedAt: now })
}

/** A page of the students of a unit with their guardians, in the order of class and number. */
export async function studentsOf(
  scope: UnitScope<'seeFamilies'>,
  { search, after }: { search?: string | undefined; after?: string | undefined },
) {
  const filter = { path: within(scope.path), leftAt: null, ...(search && searchFilter(search)) }
  const [path, number] = after?.split('~') ?? []
  const found = await StudentModel.find({
    ...filter,
    ...(path && number && { $or: [{ path: { $gt: path } }, { path, number: { $gt: number } }] }),
  })
    .sort({ path: 1, number: 1 })
    .limit(PAGE + 1)
    .lean<StudentRecord[]>()
  const students = found.slice(0, PAGE)
  const last = students.at(-1)
  const [guardians, total] = await Promise.all([
    guardiansOf(students.map((it) => it._id)),
    StudentModel.countDocuments(filter),
  ])
  return {
    students,
    guardians,
    total,
    next: found.length > PAGE && last ? `${last.path}~${last.number}` : null,
  }
}

function searchFilter(search: string) {
  const text = search.trim().replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const begins = new RegExp(`^${text}`, 'i')
  return { $and: [{ $or: [{ name: begins }, { pinyin: begins }, { initials: begins }, { number: begins }] }] }
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

/** The school a class path lies in. */
export const schoolIdOf = (path: string) => idAt(path, DEPTH.school)
