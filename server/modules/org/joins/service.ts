import { Types } from 'mongoose'
import { Refusal } from '../../../http/errors.ts'
import type { Deps } from '../../../infra/deps.ts'
import { cached } from '../../../infra/redis.ts'
import { record } from '../../audit/service.ts'
import { admit } from '../families/admission/service.ts'
import * as families from '../families/service.ts'
import type { UnitScope } from '../policy.ts'
import type { UnitRecord } from '../tree/model.ts'
import { within } from '../tree/rules.ts'
import { JoinModel, type JoinRecord } from './model.ts'

const PAGE = 100
const JOIN_PAGE = 'packages/account/join/join'
const DAY_SECONDS = 24 * 3600

export interface Asking {
  personId: string
  unit: Pick<UnitRecord, '_id' | 'path'>
  studentName: string
  guardianName: string
  relation: string
}

/** Asks once; pressing the button again, also at the same moment, finds the same request. */
export async function ask(
  { personId, unit, studentName, guardianName, relation }: Asking,
  now: Date,
): Promise<JoinRecord> {
  const put = () =>
    JoinModel.findOneAndUpdate(
      { personId: new Types.ObjectId(personId), classId: unit._id, studentName, status: 'waiting' },
      { $setOnInsert: { path: unit.path, guardianName, relation, askedAt: now } },
      { upsert: true, returnDocument: 'after' },
    ).lean<JoinRecord>()
  return put().catch((error: { code?: number }) => {
    if (error.code !== 11000) throw error
    return put() // the other tap was a moment quicker; its request is there now
  })
}

export const joinsOf = (personId: string) =>
  JoinModel.find({ personId: new Types.ObjectId(personId), isHidden: { $ne: true } })
    .sort({ _id: -1 })
    .limit(20)
    .lean<JoinRecord[]>()

export const countWaiting = (personId: string) =>
  JoinModel.countDocuments({ personId: new Types.ObjectId(personId), status: 'waiting' })

export async function withdraw(personId: string, joinId: string, now: Date) {
  const { matchedCount } = await JoinModel.updateOne(
    { _id: joinId, personId: new Types.ObjectId(personId), status: 'waiting' },
    { status: 'withdrawn', decidedAt: now },
  )
  if (matchedCount === 0) throw new Refusal('not_found', '没有这条等待中的申请')
}

export const waitingIn = (scope: UnitScope<'decideJoins'>) =>
  JoinModel.find({ path: within(scope.path), status: 'waiting' })
    .sort({ _id: 1 })
    .limit(PAGE)
    .lean<JoinRecord[]>()

/** How many requests wait at or below a path that the caller has proven. Counted up to 100. */
export const countWaitingIn = (path: string) =>
  JoinModel.countDocuments({ path: within(path), status: 'waiting' }).limit(100)

export const findJoin = (joinId: string) => JoinModel.findById(joinId).lean<JoinRecord>()

interface Decision {
  decidedBy: string
  now: Date
}

export async function decline(join: JoinRecord, reason: string | undefined, { decidedBy, now }: Decision) {
  await JoinModel.db.transaction(async () => {
    await settle(join, { status: 'declined', decidedAt: now, decidedBy, reason: reason ?? null })
    const detail = `${join.studentName}的${join.relation}`
    const unit = { unitId: String(join.classId), path: join.path }
    await record('join.declined', { unit, personId: String(join.personId), detail }, now)
  })
}

/** Lets the guardian in and settles the request together; of two deciding at once one is told it was settled. */
export async function approve(
  join: JoinRecord,
  studentId: string,
  phone: { phone: string | null; phoneIndex: string | null },
  { decidedBy, now }: Decision,
) {
  const student = await families.findStudent(studentId)
  if (!student?.classId.equals(join.classId)) throw new Refusal('invalid', '这个孩子不在这个班')
  const { guardianName: name, relation } = join
  const who = { student, personId: String(join.personId), name, relation, ...phone, cameBy: 'join' as const }
  await JoinModel.db.transaction(async () => {
    await settle(join, {
      status: 'approved',
      decidedAt: now,
      decidedBy,
      reason: null,
      studentId: student._id,
    })
    await admit({ ...who, whenBarred: KEPT_APART }, now)
    const detail = `${student.name}的${relation}`
    const unit = { unitId: String(join.classId), path: join.path }
    await record('join.approved', { unit, studentIds: [studentId], personId: who.personId, detail }, now)
  })
  return student
}

const KEPT_APART = new Refusal('conflict', '这位家长不能加入这个孩子，请先联系学校管理员核对')

async function settle(
  { _id }: JoinRecord,
  change: {
    status: 'approved' | 'declined'
    decidedAt: Date
    decidedBy: string
    reason: string | null
    studentId?: Types.ObjectId
  },
) {
  const { matchedCount } = await JoinModel.updateOne(
    { _id, status: 'waiting' },
    { ...change, decidedBy: new Types.ObjectId(change.decidedBy) },
  )
  if (matchedCount === 0) throw new Refusal('conflict', '这条申请已经处理过了')
}

/** Students of the class who bear the name that was typed. */
export async function candidatesFor(join: JoinRecord) {
  const roll = await families.classRoll(String(join.classId))
  return roll.filter((it) => it.name === join.studentName)
}

/**
 * The picture that opens the join page of the mini-program for one class. A scene is a class code, or with the id of a letter behind it: who has
 * joined already is led to that. The code itself goes on without it.
 */
export async function qrCodeOf(
  scene: string,
  { redis, wechat, log }: Pick<Deps, 'redis' | 'wechat' | 'log'>,
): Promise<string | undefined> {
  try {
    return await cached(redis, `org:join-qr:${scene}`, DAY_SECONDS, async () => {
      const picture = await wechat.getUnlimitedQrCode({ scene, page: JOIN_PAGE })
      return `data:image/png;base64,${picture.toString('base64')}`
    })
  } catch (error) {
    log.warn({ err: error }, 'no QR code for a class')
    return undefined
  }
}
