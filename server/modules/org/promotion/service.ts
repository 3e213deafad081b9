import { Types } from 'mongoose'
import type { PromotionStatus } from '#contract/promotion'
import type { StaffActor } from '../../../http/actor.ts'
import { Refusal } from '../../../http/errors.ts'
import { shanghaiDay } from '../../../infra/clock.ts'
import type { UnitScope } from '../policy.ts'
import { yearIn } from '../terms/rules.ts'
import { yearsOf } from '../terms/service.ts'
import { idsOf, within } from '../tree/rules.ts'
import { MoveModel, PromotionModel, type PromotionRecord } from './model.ts'
import { nextYear, planOf } from './plan/service.ts'
import { UNDO_DAYS } from './rules.ts'

const LEASE_MS = 30_000
const DAY_MS = 86_400_000
const LIVE: PromotionStatus[] = ['draft', 'applying', 'undoing']

/** Looks a district or school through and changes nothing yet. Begun twice, it is the same preview. */
export async function begin(scope: UnitScope<'keepTree'>, actor: StaffActor): Promise<PromotionRecord> {
  if (scope.kind !== 'district' && scope.kind !== 'school') {
    throw new Refusal('invalid', '升级按区县或学校进行，请先选择一个')
  }
  const year = await nextYear(scope.path)
  if (year === null) throw new Refusal('conflict', '这里还没有班级，不需要升级')
  const standing = await liveAround(scope)
  if (standing) {
    if (standing.unitId.equals(scope.unitId) && standing.status === 'draft') return standing
    throw new Refusal('conflict', `${standing.unitName}有一次升级还没有结束，请先处理它`)
  }
  const moves = await planOf(scope.path, year)
  const graduates = moves.filter((it) => it.outcome === 'graduate')
  const sum = (of: typeof moves) => of.reduce((total, it) => total + it.students, 0)
  try {
    return await PromotionModel.db.transaction(async () => {
      const [job] = await PromotionModel.create([
        {
          unitId: new Types.ObjectId(scope.unitId),
          path: scope.path,
          unitName: scope.fullName,
          year,
          begunBy: new Types.ObjectId(actor.personId),
          begunByName: actor.name,
          classes: moves.length,
          students: sum(moves),
          graduates: sum(graduates),
        },
      ])
      if (!job) throw new Error('The promotion was not made')
      await MoveModel.insertMany(moves.map((it) => ({ ...it, promotionId: job._id })))
      return job.toObject()
    })
  } catch (error) {
    const isTaken = (error as { code?: number }).code === 11000
    const mine = isTaken ? await liveAround(scope) : null
    if (mine) return mine
    throw error
  }
}

/** A promotion under way of this unit, of one above, or of one below: two would move the same classes. */
const liveAround = (scope: UnitScope) => {
  const ids = idsOf(scope.path)
  const above = ids.map((_, at) => `/${ids.slice(0, at + 1).join('/')}/`)
  return PromotionModel.findOne({
    status: { $in: LIVE },
    $or: [{ path: { $in: above } }, { path: within(scope.path) }],
  }).lean<PromotionRecord>()
}

export const findPromotion = (promotionId: string) =>
  PromotionModel.findById(promotionId).lean<PromotionRecord>()

export async function promotionsOf(scope: UnitScope<'keepTree'>, now: Date) {
  const [promotions, year, set] = await Promise.all([
    PromotionModel.find({ unitId: new Types.ObjectId(scope.unitId) })
      .sort({ _id: -1 })
      .limit(20)
      .lean<PromotionRecord[]>(),
    scope.kind === 'district' || scope.kind === 'school' ? nextYear(scope.path) : null,
    yearsOf(scope.path),
  ])
  const lastDay = year === null ? null : yearIn(set, year - 1).spring.to
  return { promotions, nextYear: year, runsUntil: lastDay && shanghaiDay(now) <= lastDay ? lastDay : null }
}

/** How the schools of a promotion stand, in the order of their paths. */
export const schoolsOf = (promotionId: Types.ObjectId) =>
  MoveModel.aggregate<{
    _id: Types.ObjectId
    classes: number
    students: number
    graduatingClasses: number
    graduates: number
    merged: number
    split: number
    stay: number
    classesDone: number
  }>([
    { $match: { promotionId } },
    {
      $group: {
        _id: '$schoolId',
        order: { $min: '$order' },
        classes: { $sum: 1 },
        students: { $sum: '$students' },
        graduatingClasses: { $sum: { $cond: [{ $eq: ['$outcome', 'graduate'] }, 1, 0] } },
        graduates: { $sum: { $cond: [{ $eq: ['$outcome', 'graduate'] }, '$students', 0] } },
        merged: { $sum: { $cond: [{ $gt: ['$mergedWith', null] }, 1, 0] } },
        split: { $sum: { $cond: [{ $gt: [{ $size: '$into' }, 1] }, 1, 0] } },
        stay: { $sum: { $cond: [{ $eq: ['$outcome', 'stay'] }, 1, 0] } },
        classesDone: { $sum: { $cond: [{ $ne: ['$state', 'waiting'] }, 1, 0] } },
      },
    },
    { $sort: { order: 1 } },
    { $limit: 2000 },
  ])

/** The button: from here on a worker carries the plan out. Pressed twice it is one promotion. */
export async function confirm(promotionId: Types.ObjectId, actor: StaffActor) {
  const job = await turn(promotionId, ['draft'], 'applying', actor)
  if (job) return job
  const standing = await findPromotion(String(promotionId))
  if (standing?.status === 'applying' || standing?.status === 'applied') return standing
  throw new Refusal('conflict', '这次升级已经放弃或撤销，请重新预览')
}

/** Back to how it was, within seven days of the end of it. */
export async function confirmUndo(promotionId: Types.ObjectId, actor: StaffActor, now: Date) {
  const since = { appliedAt: { $gt: new Date(now.getTime() - UNDO_DAYS * DAY_MS) } }
  const job = await turn(promotionId, ['applied'], 'undoing', actor, since)
  if (job) return job
  const standing = await findPromotion(String(promotionId))
  if (standing?.status === 'undoing' || standing?.status === 'undone') return standing
  throw new Refusal(
    'conflict',
    standing?.status === 'applied' ? '升级已经过了7天，不能再撤销' : '这次升级还没有完成',
  )
}

const turn = (
  _id: Types.ObjectId,
  from: PromotionStatus[],
  status: PromotionStatus,
  { personId }: StaffActor,
  also: object = {},
) =>
  PromotionModel.findOneAndUpdate(
    { _id, status: { $in: from }, ...also },
    { status, orderedBy: new Types.ObjectId(personId), classesDone: 0, leaseUntil: new Date(0) },
    { returnDocument: 'after' },
  ).lean<PromotionRecord>()

export async function discard(promotionId: Types.ObjectId) {
  const { matchedCount } = await PromotionModel.updateOne(
    { _id: promotionId, status: { $in: ['draft', 'discarded'] } },
    { status: 'discarded' },
  )
  if (matchedCount === 0) throw new Refusal('conflict', '升级已经开始，不能放弃；完成后7天内可以撤销')
  await MoveModel.deleteMany({ promotionId })
}

/** Takes the next promotion that waits, or whose worker is gone. Null when there is none. */
export const lease = (now: Date) =>
  PromotionModel.findOneAndUpdate(
    { status: { $in: ['applying', 'undoing'] }, leaseUntil: { $lt: now } },
    { leaseUntil: new Date(now.getTime() + LEASE_MS) },
    { sort: { _id: 1 }, returnDocument: 'after' },
  ).lean<PromotionRecord>()

/** Notes progress and keeps the lease. */
export const note = (promotionId: Types.ObjectId, change: object, now: Date) =>
  PromotionModel.updateOne(
    { _id: promotionId },
    { ...change, leaseUntil: new Date(now.getTime() + LEASE_MS) },
  )
