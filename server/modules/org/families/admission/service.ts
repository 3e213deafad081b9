import { Types } from 'mongoose'
import { Refusal } from '../../../../http/errors.ts'
import { record } from '../../../audit/service.ts'
import { noteJoined } from '../../../letters/latecomers/service.ts'
import { isBarred } from '../bars/service.ts'
import {
  FamilyTurnModel,
  GuardianshipModel,
  type GuardianshipRecord,
  StudentModel,
  type StudentRecord,
} from '../model.ts'
import { heirOf, MOST_CHILDREN, MOST_GUARDIANS } from '../rules.ts'

export interface Newcomer {
  student: StudentRecord
  personId: string
  name: string
  relation: string
  phone: string | null
  phoneIndex: string | null
  cameBy: 'match' | 'join' | 'invitation'
  invitedBy?: string
  /** What is said when this person may not come to the child: each way in says what it says to strangers. */
  whenBarred: Refusal
}

/** Queues everything that changes who belongs to a child, or to whom a person belongs. Inside a transaction. */
export async function takeTurns(studentId: Types.ObjectId, personId?: string | null) {
  const keys = [`student:${String(studentId)}`, ...(personId ? [`person:${personId}`] : [])]
  for (const _id of keys.sort()) {
    await FamilyTurnModel.updateOne({ _id }, { $inc: { turns: 1 } }, { upsert: true })
  }
}

/**
 * Lets an account in as a guardian, inside the transaction of whoever decided it. What the roster already has for the
 * phone is taken over; who is in already stays as they are.
 */
export async function admit(who: Newcomer, now: Date): Promise<GuardianshipRecord> {
  const { student, personId, phoneIndex } = who
  await takeTurns(student._id, personId)
  if (await isBarred(student._id, { personId, phoneIndex })) throw who.whenBarred
  const bonds = await inForce(student._id)
  const own = bonds.find((it) => it.personId && String(it.personId) === personId)
  if (own) return own
  await checkChildren(personId)
  const listed = phoneIndex ? bonds.find((it) => it.phoneIndex === phoneIndex) : undefined
  if (listed?.personId) throw new Refusal('conflict', '这个手机号已经由另一个账号加入了，请联系班主任核对')
  if (!listed && bonds.length >= MOST_GUARDIANS) {
    throw new Refusal('conflict', `一个孩子最多登记${MOST_GUARDIANS}位家长，请先请班主任核对名单`)
  }
  const bond = listed ? await takeOver(listed, who, now) : await found(who, now)
  await StudentModel.updateOne({ _id: student._id, activatedAt: null }, { activatedAt: now })
  await noteJoined(student._id, personId, now)
  await givePrimary(student._id)
  await noteAdded(bond, who, now)
  return bond
}

async function checkChildren(personId: string) {
  const count = await GuardianshipModel.countDocuments({ personId: new Types.ObjectId(personId), to: null })
  if (count >= MOST_CHILDREN) {
    throw new Refusal('conflict', `一个账号最多关联${MOST_CHILDREN}个孩子，请先退出不再照顾的孩子`)
  }
}

async function takeOver(listed: GuardianshipRecord, { personId, cameBy }: Newcomer, now: Date) {
  const bond = await GuardianshipModel.findOneAndUpdate(
    { _id: listed._id, to: null },
    { personId: new Types.ObjectId(personId), joinedAt: now, deniedAt: null, cameBy },
    { returnDocument: 'after' },
  ).lean<GuardianshipRecord>()
  if (!bond) throw new Refusal('conflict', '名单刚刚有变化，请再试一次')
  return bond
}

async function found({ student, personId, name, relation, ...who }: Newcomer, now: Date) {
  const [bond] = await GuardianshipModel.create([
    {
      studentId: student._id,
      personId: new Types.ObjectId(personId),
      classId: student.classId,
      path: student.path,
      name,
      relation,
      phone: who.phone,
      ...(who.phoneIndex && { phoneIndex: who.phoneIndex }),
      joinedAt: now,
      from: now,
      cameBy: who.cameBy,
      ...(who.invitedBy && { invitedBy: new Types.ObjectId(who.invitedBy) }),
    },
  ])
  if (!bond) throw new Error('A guardianship that was created is there')
  return bond.toObject() as GuardianshipRecord
}

const WAYS = { match: '手机号匹配', join: '班级码申请', invitation: '家人邀请' } as const

const noteAdded = (bond: GuardianshipRecord, { student, personId, cameBy }: Newcomer, now: Date) =>
  record(
    'guardian.added',
    {
      unit: unitOf(student),
      studentIds: [String(student._id)],
      personId,
      detail: `${student.name}的${bond.relation}，${WAYS[cameBy]}`,
    },
    now,
  )

/** The class a child is in, as the audit log names a unit. */
export const unitOf = ({ classId, path }: Pick<StudentRecord, 'classId' | 'path'>) => ({
  unitId: String(classId),
  path,
})

export const inForce = (studentId: Types.ObjectId) =>
  GuardianshipModel.find({ studentId, to: null }).sort({ _id: 1 }).lean<GuardianshipRecord[]>()

/** A child whose primary guardian has gone, or who never had one, gets the next. */
export async function givePrimary(studentId: Types.ObjectId) {
  const heir = heirOf(await inForce(studentId))
  if (heir) await GuardianshipModel.updateOne({ _id: heir._id, to: null }, { isPrimary: true })
}

/** The same for the children of a list that has just been written; who has one keeps it. */
export async function givePrimaries(studentIds: Types.ObjectId[]) {
  const bonds = await GuardianshipModel.find(
    { studentId: { $in: studentIds }, to: null },
    { studentId: 1, isPrimary: 1, joinedAt: 1, from: 1 },
  )
    .sort({ _id: 1 })
    .lean<GuardianshipRecord[]>()
  const heirs = [...Map.groupBy(bonds, (it) => String(it.studentId)).values()].flatMap(
    (it) => heirOf(it) ?? [],
  )
  if (heirs.length === 0) return
  const writes = heirs.map(({ _id }) => ({
    updateOne: { filter: { _id, to: null }, update: { isPrimary: true } },
  }))
  await GuardianshipModel.bulkWrite(writes, { ordered: false }).catch((error: { code?: number }) => {
    if (error.code !== 11000) throw error // somebody named one at the same moment; one is all we want
  })
}
