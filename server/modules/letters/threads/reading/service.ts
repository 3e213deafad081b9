import { Types } from 'mongoose'
import type { ThreadBox } from '#contract/threads'
import { shanghaiDay, shanghaiInstant } from '../../../../infra/clock.ts'
import type { StaffActor } from '../../../../http/actor.ts'
import type { OwnChild } from '../../../org/policy.ts'
import { schoolYearOn, yearIn } from '../../../org/terms/rules.ts'
import { yearsOf } from '../../../org/terms/service.ts'
import { isWithin } from '../../../org/tree/rules.ts'
import { fullNamesOf } from '../../../org/tree/service.ts'
import { deskKey } from '../desks/rules.ts'
import { waitedSince } from '../hours/rules.ts'
import { isWorkday } from '../hours/service.ts'
import { LineModel, type LineRecord, ThreadModel, type ThreadRecord } from '../model.ts'
import { desksOf } from '../policy.ts'
import { countOverdueIn } from '../overdue/service.ts'
import { knownTo, notKeptFrom } from '../private/service.ts'
import { markOf, OVERDUE_WORKDAYS, readMark } from '../rules.ts'

export const PAGE = 20
const LINES = 30
/** A menu says 99+ at most. */
const MOST_COUNTED = 1000
/** Lists of classes for a choice. */
const MOST_CLASSES = 100

/** The last lines of a thread, or those before one; the oldest first. */
export async function linesOf(thread: ThreadRecord, before: number | undefined, sees: object = {}) {
  const found = await LineModel.find({
    threadId: thread._id,
    ...(before !== undefined && { seq: { $lt: before } }),
    ...sees,
  })
    .sort({ seq: -1 })
    .limit(LINES + 1)
    .lean<LineRecord[]>()
  const lines = found.slice(0, LINES).reverse()
  return { lines, before: found.length > LINES ? (lines[0]?.seq ?? null) : null }
}

/** What a family is shown: not what waits to be looked at, but for its writer, and nothing of who is kept away. */
export const familySees = (personId: string) => ({
  isWithheld: false,
  $or: [{ status: 'shown' }, { personId: new Types.ObjectId(personId) }],
})

/** What a post is shown. */
export const DESK_SEES = { status: 'shown' } as const

/** The last line of each of some threads. */
export async function lastLinesOf(threads: readonly ThreadRecord[]) {
  const ids = threads.flatMap((it) => it.lastLineId ?? [])
  const found = ids.length > 0 ? await LineModel.find({ _id: { $in: ids } }).lean<LineRecord[]>() : []
  return new Map(found.map((it) => [String(it.threadId), it]))
}

/** The same as a family sees it: where the last line is by somebody who is kept away from the child, the one before theirs. */
export async function lastLinesForFamily(threads: readonly ThreadRecord[]) {
  const lines = await lastLinesOf(threads)
  const withheld = [...lines.values()].filter((it) => it.isWithheld)
  const before = await Promise.all(withheld.map((it) => lastShown(it.threadId)))
  for (const [at, { threadId }] of withheld.entries()) {
    const line = before[at]
    if (line) lines.set(String(threadId), line)
    else lines.delete(String(threadId))
  }
  return lines
}

const lastShown = (threadId: Types.ObjectId) =>
  LineModel.findOne({ threadId, status: 'shown', isWithheld: false, side: { $ne: 'note' } })
    .sort({ seq: -1 })
    .lean<LineRecord>()

/** A page of a child's threads, the latest first. */
export async function threadsOf(child: OwnChild, after: string | undefined) {
  const mark = after === undefined ? null : readMark(after)
  const found = await ThreadModel.find({
    studentId: new Types.ObjectId(child.studentId),
    ...knownTo(child.personId),
    lastLineId: { $ne: null },
    ...(mark && olderThan('lastAt', mark)),
  })
    .sort({ lastAt: -1, _id: -1 })
    .limit(PAGE + 1)
    .lean<ThreadRecord[]>()
  return paged(found, 'lastAt')
}

const olderThan = (key: 'lastAt' | 'sortAt', { at, id }: { at: Date; id: string }) => ({
  $or: [{ [key]: { $lt: at } }, { [key]: at, _id: { $lt: new Types.ObjectId(id) } }],
})
const newerThan = ({ at, id }: { at: Date; id: string }) => ({
  $or: [{ sortAt: { $gt: at } }, { sortAt: at, _id: { $gt: new Types.ObjectId(id) } }],
})

export function paged(found: ThreadRecord[], key: 'lastAt' | 'sortAt' | 'waitingSince') {
  const threads = found.slice(0, PAGE)
  const end = threads.at(-1)
  const at = end?.[key]
  const next = found.length > PAGE && end && at ? markOf(at, end._id, end.isUrgent) : null
  return { threads, next }
}

const answeredFor = (children: readonly OwnChild[], personId: string) => ({
  studentId: { $in: children.map((it) => new Types.ObjectId(it.studentId)) },
  postSeq: { $gt: 0 },
  ...knownTo(personId),
})

/** Of some children, how many threads hold an answer that this guardian has not read. */
export async function unreadOf(children: readonly OwnChild[], personId: string) {
  const threads = await ThreadModel.find(answeredFor(children, personId), {
    studentId: 1,
    postSeq: 1,
    [`readBy.${personId}`]: 1,
  })
    .sort({ lastAt: -1 })
    .limit(MOST_COUNTED)
    .lean<Pick<ThreadRecord, 'studentId' | 'postSeq' | 'readBy'>[]>()
  const unread = threads.filter((it) => isUnreadBy(it, personId))
  return children.map(({ studentId }) => ({
    studentId,
    unread: unread.filter((it) => String(it.studentId) === studentId).length,
  }))
}

/** More answers than this nobody finds on the home page: the list has the others. */
const MOST_NEW = 5

/** The threads of some children with an answer that this guardian has not read, the latest first. */
export async function newAnswersFor(children: readonly OwnChild[], personId: string) {
  const threads = await ThreadModel.find(answeredFor(children, personId))
    .sort({ lastAt: -1 })
    .limit(MOST_COUNTED)
    .lean<ThreadRecord[]>()
  return threads.filter((it) => isUnreadBy(it, personId)).slice(0, MOST_NEW)
}

export const isUnreadBy = ({ postSeq, readBy }: Pick<ThreadRecord, 'postSeq' | 'readBy'>, personId: string) =>
  postSeq > (readBy[personId]?.seq ?? 0)

export interface Wanted {
  box: ThreadBox
  classId?: string | undefined
  letterId?: string | undefined
  words?: string | undefined
  after?: string | undefined
}

/** A page of what lies with one's posts: what waits the urgent first and then the oldest, the rest the latest first. */
export async function inboxOf(actor: StaffActor, wanted: Wanted, now: Date) {
  const mark = wanted.after === undefined ? null : readMark(wanted.after)
  const hidden = await notKeptFrom(actor.personId)
  if (wanted.box === 'urgent') return urgentOf(actor, mark, hidden)
  const { box, classId, letterId, words } = wanted
  const filter = {
    desk: { $in: desksOf(actor).desks },
    state: box,
    ...hidden,
    ...(box === 'done' && { sortAt: { $gte: await openSince(actor.posts[0]?.path ?? '', now) } }),
    ...(classId && { classId: new Types.ObjectId(classId) }),
    ...(letterId && { letterId: new Types.ObjectId(letterId) }),
    $and: [{ lastLineId: { $ne: null } }, ...(words ? [naming(words)] : [])],
  }
  if (box === 'waiting') {
    const rest = mark && {
      $or: [{ isUrgent: mark.isUrgent, ...newerThan(mark) }, ...(mark.isUrgent ? [{ isUrgent: false }] : [])],
    }
    const found = await ThreadModel.find({ ...filter, ...rest })
      .sort({ isUrgent: -1, sortAt: 1, _id: 1 })
      .limit(PAGE + 1)
      .lean<ThreadRecord[]>()
    return paged(found, 'sortAt')
  }
  const found = await ThreadModel.find({ ...filter, ...(mark && olderThan('sortAt', mark)) })
    .sort({ sortAt: -1, _id: -1 })
    .limit(PAGE + 1)
    .lean<ThreadRecord[]>()
  return paged(found, 'sortAt')
}

/** Part of a child's name or a letter's title; the words themselves, whatever signs are in them. */
function naming(words: string) {
  const part = { $regex: words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') }
  return { $or: [{ childName: part }, { letterTitle: part }] }
}

const among = (ids: readonly string[]) => ({ $in: ids.map((it) => new Types.ObjectId(it)) })

/** What speaks of danger at the schools whose counsellor this is; where nobody has taken it up within the hour, at those they run. */
function concerning(actor: StaffActor) {
  const { schoolIds, ledIds } = desksOf(actor)
  return [
    ...(schoolIds.length > 0 ? [{ isUrgent: true, schoolId: among(schoolIds) }] : []),
    ...(ledIds.length > 0 ? [{ isUrgent: true, isDangerRaised: true, schoolId: among(ledIds) }] : []),
  ]
}

async function urgentOf(actor: StaffActor, mark: { at: Date; id: string } | null, hidden: object) {
  const { desks, schoolIds, ledIds } = desksOf(actor)
  const found = await ThreadModel.find({
    ...hidden,
    $or: [
      ...concerning(actor),
      { isUrgent: true, desk: { $in: desks }, state: { $in: ['waiting', 'answered', 'done'] } },
      // What a counsellor or a head has taken up stays where they found it.
      {
        'followedBy.personId': new Types.ObjectId(actor.personId),
        schoolId: among([...schoolIds, ...ledIds]),
      },
    ],
    ...(mark && { $and: [olderThan('sortAt', mark)] }),
  })
    .sort({ sortAt: -1, _id: -1 })
    .limit(PAGE + 1)
    .lean<ThreadRecord[]>()
  return paged(found, 'sortAt')
}

/** The classes that have written to one's posts, for a choice. */
export async function classesOf(actor: StaffActor) {
  const ids = await ThreadModel.distinct('classId', { desk: { $in: desksOf(actor).desks } })
  const names = await fullNamesOf(ids.slice(0, MOST_CLASSES).map(String))
  return [...names].map(([classId, name]) => ({ classId, name })).sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** How many families wait for one's posts, and how many of those it concerns as counsellor. */
export async function countsOf(actor: StaffActor, now: Date) {
  const { desks, ledIds } = desksOf(actor)
  const others = concerning(actor)
  const hidden = await notKeptFrom(actor.personId)
  const waiting = { desk: { $in: desks }, state: 'waiting' as const, ...hidden }
  const late = waitedSince(now, OVERDUE_WORKDAYS, isWorkday)
  const most = { limit: MOST_COUNTED }
  const [led, all, own, asked, overdue] = await Promise.all([
    Promise.all(ledIds.map((it) => countOverdueIn(it, actor.personId, now))),
    ThreadModel.countDocuments(waiting, most),
    ThreadModel.countDocuments({ ...waiting, isUrgent: true }, most),
    others.length === 0
      ? 0
      : ThreadModel.countDocuments({ $or: others, desk: { $nin: desks }, ...hidden }, most),
    ThreadModel.countDocuments({ ...waiting, sortAt: { $lt: late } }, most),
  ])
  const unanswered = led.reduce((sum, it) => sum + it, 0)
  return { waiting: all, urgent: own + asked, overdue, ...(ledIds.length > 0 && { unanswered }) }
}

/**
 * From when on what is over may be looked at: this school year and the one before, as a 班主任 may look back at sheets. What is not over
 * is open whoever holds the post.
 */
async function openSince(path: string, now: Date): Promise<Date> {
  const years = await yearsOf(path)
  const year = schoolYearOn(shanghaiDay(now), years) - 1
  return shanghaiInstant(yearIn(years, year).autumn.from)
}

export const isOpenToday = async (thread: ThreadRecord, now: Date) =>
  thread.state !== 'done' || thread.sortAt >= (await openSince(thread.path, now))

/** What waits for one's posts at or below a place for longer than two working days; and for the head of a school what nobody answers. */
export async function dutiesOf(
  actor: StaffActor,
  place: { unitId: string; path: string; kind: string },
  now: Date,
) {
  const here = actor.posts.filter((it) => isWithin(it.path, place.path))
  const isHead = here.some(
    (it) => it.unitId === place.unitId && (it.post === 'principal' || it.post === 'school_admin'),
  )
  const late = waitedSince(now, OVERDUE_WORKDAYS, isWorkday)
  const hidden = await notKeptFrom(actor.personId)
  const [replies, unanswered] = await Promise.all([
    here.length === 0
      ? 0
      : ThreadModel.countDocuments(
          { desk: { $in: here.map(deskKey) }, state: 'waiting', sortAt: { $lt: late }, ...hidden },
          { limit: MOST_COUNTED },
        ),
    isHead && place.kind === 'school' ? countOverdueIn(place.unitId, actor.personId, now) : 0,
  ])
  return { replies, unanswered }
}
