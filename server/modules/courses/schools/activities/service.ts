import { randomInt } from 'node:crypto'
import { Types } from 'mongoose'
import type { ActivityTheme } from '#contract/parent-school'
import { Refusal } from '../../../../http/errors.ts'
import { shanghaiDay } from '../../../../infra/clock.ts'
import type { OwnChild, UnitScope } from '../../../org/policy.ts'
import { DEPTH, idAt, idsOf, within } from '../../../org/tree/rules.ts'
import { findUnit } from '../../../org/tree/service.ts'
import { mark, talliesOf } from '../../attendance/service.ts'
import { findLecturers } from '../lecturers/service.ts'
import type { OwnActivity } from '../policy.ts'
import { checkInWindow } from '../rules.ts'
import { ActivityModel, type ActivityRecord } from './model.ts'

/** More in a year than this no school holds. */
const MOST = 200
/** So often a code may be drawn that another activity of the day has. */
const TRIES = 20
const PAST_SHOWN = 20

export interface ActivityWords {
  title: string
  theme: ActivityTheme
  outline: string
  onDay: string
  from: string
  hours: number
  isOnline: boolean
  place: string
  lecturerIds: string[]
}

export const findActivity = (activityId: string) => ActivityModel.findById(activityId).lean<ActivityRecord>()

/** A unit's activities of some days, in their order. */
export const activitiesOf = (unitId: string, from: string, until: string) =>
  ActivityModel.find({ unitId: new Types.ObjectId(unitId), onDay: { $gte: from, $lt: until } })
    .sort({ onDay: 1, from: 1 })
    .limit(MOST)
    .lean<ActivityRecord[]>()

/** Puts an activity into the plan; the same request again gives the one it made the first time. */
export async function add(scope: UnitScope<'runParentSchool'>, requestId: string, words: ActivityWords) {
  await checkLecturers(scope.path, words.lecturerIds)
  const unit = await findUnit(scope.unitId)
  const districtId = unit?.schoolType === 'community' ? idAt(scope.path, DEPTH.district) : null
  return withCode((code) =>
    ActivityModel.findOneAndUpdate(
      { unitId: new Types.ObjectId(scope.unitId), requestId },
      { $setOnInsert: { path: scope.path, code, districtId, ...words } },
      { upsert: true, returnDocument: 'after' },
    ).lean<ActivityRecord>(),
  )
}

/** Draws six digits until no other activity of that day has them. */
async function withCode<T>(write: (code: string) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await write(String(randomInt(1_000_000)).padStart(6, '0'))
    } catch (error) {
      if ((error as { code?: number }).code !== 11000 || attempt === TRIES) throw error
    }
  }
}

async function checkLecturers(path: string, lecturerIds: readonly string[]) {
  if (lecturerIds.length === 0) return
  const found = await findLecturers(lecturerIds)
  const ids = idsOf(path)
  const known = found.filter((it) => ids.includes(String(it.unitId)))
  if (known.length < new Set(lecturerIds).size)
    throw new Refusal('invalid', '讲师名单里有不在团队里的人，请重新选择')
}

const CLOSED = new Refusal('conflict', '活动已经记为已举办，要修改请先撤回')

export async function change({ activity, scope }: OwnActivity, words: ActivityWords) {
  await checkLecturers(scope.path, words.lecturerIds)
  const { matchedCount } = await ActivityModel.updateOne({ _id: activity._id, status: 'planned' }, words)
  if (matchedCount === 0) throw CLOSED
}

export async function remove({ activity }: OwnActivity) {
  if ((await familiesAt(activity)) > 0) throw new Refusal('conflict', '已经有家庭签到，不能从计划里去掉')
  const { deletedCount } = await ActivityModel.deleteOne({
    _id: activity._id,
    status: 'planned',
    liveId: null,
  })
  if (deletedCount === 0) throw CLOSED
}

/** The sheets it is counted by: its own, or those of the live class it was. */
export const eventOf = (activity: Pick<ActivityRecord, '_id' | 'liveId'>) => activity.liveId ?? activity._id

const familiesAt = async (activity: ActivityRecord) => {
  const event = eventOf(activity)
  return (await talliesOf([event])).get(String(event))?.attended ?? 0
}

/** Notes that it took place: by its check-ins, else by a number that somebody typed and answers for. */
export async function hold({ activity }: OwnActivity, said: { families?: number; note?: string }, now: Date) {
  if (activity.onDay > shanghaiDay(now)) throw new Refusal('conflict', '活动还没有到日子')
  const counted = await familiesAt(activity)
  if (counted === 0 && !said.families) {
    throw new Refusal('invalid', '没有人签到。请填写现场清点的家庭数，它会注明是手工填写')
  }
  const change = { status: 'held', typed: counted > 0 ? null : said.families, note: said.note ?? '' }
  const { matchedCount } = await ActivityModel.updateOne({ _id: activity._id, status: 'planned' }, change)
  if (matchedCount === 0) throw new Refusal('conflict', '这场活动已经记为已举办')
}

export async function reopen({ activity }: OwnActivity) {
  if (activity.liveId) throw new Refusal('conflict', '这场活动来自云课堂，不能撤回')
  const change = { status: 'planned', typed: null, note: '' }
  const { matchedCount } = await ActivityModel.updateOne({ _id: activity._id, status: 'held' }, change)
  if (matchedCount === 0) throw new Refusal('conflict', '这场活动还在计划里')
}

/** A live class that is over stands among its unit's activities, counted by its ledger. Harmless twice. */
export const noteLive = (live: {
  _id: Types.ObjectId
  unitId: Types.ObjectId
  path: string
  title: string
  theme: ActivityTheme
  startedAt: Date
  from: string
  hours: number
  lecturerIds: Types.ObjectId[]
}) =>
  withCode((code) =>
    ActivityModel.updateOne(
      { unitId: live.unitId, requestId: `live-${String(live._id)}` },
      {
        $setOnInsert: {
          path: live.path,
          title: live.title,
          theme: live.theme,
          onDay: shanghaiDay(live.startedAt),
          from: live.from,
          hours: live.hours,
          isOnline: true,
          place: '云课堂',
          lecturerIds: live.lecturerIds,
          status: 'held',
          liveId: live._id,
          code,
        },
      },
      { upsert: true },
    ),
  )

/** What is open to a child's family around a day: of its school and the units above, and of the community parent schools of its district. */
export async function activitiesFor(child: OwnChild, today: string) {
  const unitIds = idsOf(child.path)
    .slice(0, DEPTH.school + 1)
    .map((it) => new Types.ObjectId(it))
  const districtId = new Types.ObjectId(idAt(child.path, DEPTH.district) ?? '')
  const open = [{ unitId: { $in: unitIds } }, { districtId }]
  const [coming, past] = await Promise.all([
    ActivityModel.find({ $or: open, onDay: { $gte: today }, liveId: null })
      .sort({ onDay: 1, from: 1 })
      .limit(PAST_SHOWN)
      .lean<ActivityRecord[]>(),
    ActivityModel.find({ $or: open, onDay: { $lt: today }, status: 'held' })
      .sort({ onDay: -1, from: -1 })
      .limit(PAST_SHOWN)
      .lean<ActivityRecord[]>(),
  ])
  return { coming, past }
}

/** Whether an activity is open to a family: its unit lies above the child, or is a community parent school of its district. */
export const isOpenTo = (activity: ActivityRecord, child: OwnChild) =>
  child.path.startsWith(activity.path) ||
  (activity.districtId !== null && String(activity.districtId) === idAt(child.path, DEPTH.district))

/** Checks a family in by the code on the screen. */
export async function checkIn(child: OwnChild, code: string, now: Date) {
  const activity = await ActivityModel.findOne({ code, onDay: shanghaiDay(now) }).lean<ActivityRecord>()
  if (!activity || !isOpenTo(activity, child)) {
    throw new Refusal('not_found', '今天没有这个签到码的活动，请看清屏幕上的六位数字')
  }
  const { opensAt, closesAt } = checkInWindow(activity)
  if (now < opensAt) throw new Refusal('conflict', '签到还没有开始，活动开始前两小时起可以签到')
  if (now >= closesAt) throw new Refusal('conflict', '签到已经结束了')
  await mark(activity._id, child, 'attended', now)
  return activity
}

/** What was held in some days, by unit: for the figures of a district and a city. */
export const heldWithin = (path: string, from: string, until: string) =>
  ActivityModel.find(
    { path: within(path), onDay: { $gte: from, $lt: until } },
    { unitId: 1, path: 1, theme: 1, onDay: 1, status: 1, typed: 1, liveId: 1 },
  )
    .limit(20_000)
    .lean<
      Pick<ActivityRecord, '_id' | 'unitId' | 'path' | 'theme' | 'onDay' | 'status' | 'typed' | 'liveId'>[]
    >()
