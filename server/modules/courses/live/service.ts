import { Types } from 'mongoose'
import type { ActivityTheme } from '#contract/parent-school'
import { Refusal } from '../../../http/errors.ts'
import type { OwnChild, UnitScope } from '../../org/policy.ts'
import { DEPTH, idsOf, within } from '../../org/tree/rules.ts'
import { findUnit, fullNamesOf } from '../../org/tree/service.ts'
import { findLecturers } from '../schools/lecturers/service.ts'
import { namesOfLecturers } from '../schools/service.ts'
import { announce } from './messages/service.ts'
import { LiveModel, type LiveRecord } from './model.ts'
import type { OwnLive } from './policy.ts'
import { isForGrade } from './rules.ts'

const PAGE = 20
const MINE = 20
const DAY_MS = 86_400_000
/** How far ahead a class may be planned, in days: a school year. */
const MOST_DAYS_AHEAD = 366

export interface LiveWords {
  title: string
  summary: string
  theme: ActivityTheme
  startAt: string
  minutes: number
  grades: number[]
  lecturerIds: string[]
}

export const findLive = (liveId: string) => LiveModel.findById(liveId).lean<LiveRecord>()

/** The paths of a unit's own ancestors. */
const above = (path: string) => {
  const ids = idsOf(path)
  return ids.slice(0, -1).map((_, at) => `/${ids.slice(0, at + 1).join('/')}/`)
}

/** What the units and lecturers of some classes are called. */
export const namesFor = async (classes: LiveRecord[]) => ({
  units: await fullNamesOf(classes.map((it) => String(it.unitId))),
  lecturers: await namesOfLecturers(classes.flatMap((it) => it.lecturerIds)),
})

/** A page of the classes that concern a unit, the latest first. */
export async function liveOf(scope: UnitScope<'seeFigures'>, after: string | undefined) {
  const [at, id] = after?.split('~') ?? []
  const last = at && id ? new Date(Number(at)) : null
  const found = await LiveModel.find({
    $or: [{ path: within(scope.path) }, { path: { $in: above(scope.path) } }],
    ...(last && id && { $and: [{ $or: [{ startAt: { $lt: last } }, { startAt: last, _id: { $lt: id } }] }] }),
  })
    .sort({ startAt: -1, _id: -1 })
    .limit(PAGE + 1)
    .lean<LiveRecord[]>()
  const classes = found.slice(0, PAGE)
  const end = classes.at(-1)
  return { classes, next: found.length > PAGE && end ? `${end.startAt.getTime()}~${String(end._id)}` : null }
}

/** Plans a class; the same request again gives the one it made the first time. */
export async function create(
  scope: UnitScope<'runParentSchool'>,
  requestId: string,
  words: LiveWords,
  now: Date,
) {
  const stored = await checked(scope.path, words, now)
  return LiveModel.findOneAndUpdate(
    { unitId: new Types.ObjectId(scope.unitId), requestId },
    { $setOnInsert: { path: scope.path, ...stored } },
    { upsert: true, returnDocument: 'after' },
  ).lean<LiveRecord>()
}

async function checked(path: string, { startAt, ...words }: LiveWords, now: Date) {
  const at = new Date(startAt)
  if (at <= now) throw new Refusal('invalid', '上课时间要在现在以后')
  if (at.getTime() - now.getTime() > MOST_DAYS_AHEAD * DAY_MS)
    throw new Refusal('invalid', '最多提前一年安排')
  const found = await findLecturers(words.lecturerIds)
  const ids = idsOf(path)
  if (found.filter((it) => ids.includes(String(it.unitId))).length < new Set(words.lecturerIds).size) {
    throw new Refusal('invalid', '讲师名单里有不在团队里的人，请重新选择')
  }
  return { ...words, startAt: at }
}

const BEGUN = '这堂课已经开始、结束或取消了'

/** Changes a class that has not begun. Whoever has registered hears of a new time. */
export async function change({ live, scope }: OwnLive, words: LiveWords, now: Date) {
  const stored = await checked(scope.path, words, now)
  const isMoved = stored.startAt.getTime() !== live.startAt.getTime() || stored.minutes !== live.minutes
  const changed = await LiveModel.findOneAndUpdate(
    { _id: live._id, status: 'scheduled', turn: live.turn },
    { $set: stored, ...(isMoved && { $inc: { turn: 1 } }) },
    { returnDocument: 'after' },
  ).lean<LiveRecord>()
  if (!changed) throw new Refusal('conflict', BEGUN)
  if (isMoved) await announce(changed, 'moved', '已按新时间提醒您，不合适可以取消报名。', now)
}

/** Calls a class off; whoever has registered reads why. */
export async function cancel({ live }: OwnLive, reason: string, now: Date) {
  const gone = await LiveModel.findOneAndUpdate(
    { _id: live._id, status: 'scheduled' },
    { status: 'cancelled', reason },
    { returnDocument: 'after' },
  ).lean<LiveRecord>()
  if (!gone) throw new Refusal('conflict', BEGUN)
  await announce(gone, 'cancelled', reason, now)
}

/** What is open to a child's family: to come, the nearest first, and what was, the latest first. */
export async function classesFor(child: OwnChild, now: Date) {
  const klass = await findUnit(child.classId)
  const paths = [...above(child.path)].slice(0, DEPTH.school + 1)
  const open = { path: { $in: paths } }
  const [coming, past] = await Promise.all([
    LiveModel.find({
      ...open,
      status: { $in: ['scheduled', 'live'] },
      startAt: { $gt: new Date(now.getTime() - DAY_MS) },
    })
      .sort({ startAt: 1 })
      .limit(MINE)
      .lean<LiveRecord[]>(),
    LiveModel.find({ ...open, status: 'ended', startAt: { $lte: now } })
      .sort({ startAt: -1 })
      .limit(MINE)
      .lean<LiveRecord[]>(),
  ])
  const isOurs = (it: LiveRecord) => isForGrade(it.grades, klass?.grade)
  return { coming: coming.filter(isOurs), past: past.filter(isOurs) }
}
