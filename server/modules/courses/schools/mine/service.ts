import { Types } from 'mongoose'
import type { MyActivity } from '#contract/parent-school'
import { Refusal } from '../../../../http/errors.ts'
import { shanghaiDay } from '../../../../infra/clock.ts'
import type { OwnChild } from '../../../org/policy.ts'
import { attendedBy } from '../../attendance/service.ts'
import type { ActivityRecord } from '../activities/model.ts'
import { activitiesFor, eventOf, findActivity, isOpenTo } from '../activities/service.ts'
import * as ratings from '../ratings/service.ts'
import { checkInWindow } from '../rules.ts'
import { shownActivities } from '../service.ts'

/** So long after an activity it may be rated: while it is remembered. */
const RATED_WITHIN_MS = 30 * 86_400_000

/** The activities of a child's parent school, with what this parent did about each. */
export async function activitiesOf(child: OwnChild, now: Date) {
  const { coming, past } = await activitiesFor(child, shanghaiDay(now))
  const all = [...coming, ...past]
  const [shown, attended, given] = await Promise.all([
    shownActivities(all),
    attendedBy(all.map(eventOf), child),
    ratings.ratingsBy(
      child.personId,
      all.map((it) => it._id),
    ),
  ])
  const mine = all.map((activity, at): MyActivity => {
    const one = shown[at]
    if (!one) throw new Error('An activity that was just read')
    const hasAttended = attended.has(String(eventOf(activity)))
    const { opensAt, closesAt } = checkInWindow(activity)
    const starsOf = (lecturerId: string) =>
      given.find((it) => it.activityId.equals(activity._id) && String(it.lecturerId) === lecturerId)?.stars ??
      0
    return {
      ...one,
      hasAttended,
      isOpen: opensAt <= now && now < closesAt && !activity.liveId,
      toRate: mayRate(activity, hasAttended, now)
        ? one.lecturers.map(({ id, name }) => ({ id, name, stars: starsOf(id) }))
        : [],
    }
  })
  return { coming: mine.slice(0, coming.length), past: mine.slice(coming.length) }
}

const mayRate = (activity: ActivityRecord, hasAttended: boolean, now: Date) =>
  hasAttended && now.getTime() - checkInWindow(activity).closesAt.getTime() < RATED_WITHIN_MS

/** Rates a lecturer of an activity the family was at. */
export async function rate(
  child: OwnChild,
  { activityId, lecturerId, stars }: { activityId: string; lecturerId: string; stars: number },
  now: Date,
) {
  const activity = await findActivity(activityId)
  const isGiven = activity?.lecturerIds.some((it) => String(it) === lecturerId)
  if (!activity || !isGiven || !isOpenTo(activity, child))
    throw new Refusal('not_found', '没有这场活动，或没有这位讲师')
  const attended = await attendedBy([eventOf(activity)], child)
  if (!mayRate(activity, attended.has(String(eventOf(activity))), now)) {
    throw new Refusal('conflict', attended.size > 0 ? '活动过去一个月了，不再打分' : '参加过活动才能打分')
  }
  const who = {
    activityId: activity._id,
    lecturerId: new Types.ObjectId(lecturerId),
    personId: child.personId,
  }
  await ratings.rate(who, stars)
}
