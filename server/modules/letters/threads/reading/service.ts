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
import { markOf, OVERDUE_WORKDAYS, PRINCIPAL_WORKDAYS, readMark } from '../rules.ts'

const PAGE = 20
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

/** A page of a child's threads, the latest first. */
export async function threadsOf(child: OwnChild, after: string | undefined) {
  const mark = after === undefined ? null : readMark(after)
  const found = await ThreadModel.find({
    studentId: new Types.ObjectId(child.studentId),
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

function paged(found: ThreadRecord[], key: 'lastAt' | 'sortAt' | 'waitingSince') {
  const threads = found.slice(0, PAGE)
  const end = threads.at(-1)
  const at = end?.[key]
  const next = found.length > PAGE && end && at ? markOf(at, end._id, end.isUrgent) : null
  return { threads, next }
}

/** Of some children, how many threads hold an answer that this guardian has not read. */
export async function unreadOf(children: readonly OwnChild[], personId: string) {
  const threads = await ThreadModel.find(
    { studentId: { $in: children.map((it) => new Types.ObjectId(it.studentId)) }, postSeq: { $gt: 0 } },
    { studentId: 1, postSeq: 1, [`readBy.${personId}`]: 1 },
  )
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
  const threads = await ThreadModel.find({
    studentId: { $in: children.map((it) => new Types.ObjectId(it.studentId)) },
    postSeq: { $gt: 0 },
  })
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
  if (wanted.box === 'urgent') return urgentOf(actor, mark)
  const { box, classId, letterId, words } = wanted
  const filter = {
    desk: { $in: desksOf(actor).desks },
    state: box,
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

async function urgentOf(actor: StaffActor, mark: { at: Date; id: string } | null) {
  const { desks, schoolIds } = desksOf(actor)
  const schools = { $in: schoolIds.map((it) => new Types.ObjectId(it)) }
  const found = await ThreadModel.find({
    $or: [
      { isUrgent: true, schoolId: schools },
      { isUrgent: true, desk: { $in: desks }, state: { $in: ['waiting', 'answered', 'done'] } },
      // What a counsellor has taken up stays where they found it.
      { 'followedBy.personId': new Types.ObjectId(actor.personId), schoolId: schools },
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
  const { desks, schoolIds } = desksOf(actor)
  const waiting = { desk: { $in: desks }, state: 'waiting' as const }
  const late = waitedSince(now, OVERDUE_WORKDAYS, isWorkday)
  const most = { limit: MOST_COUNTED }
  const [all, own, asked, overdue] = await Promise.all([
    ThreadModel.countDocuments(waiting, most),
    ThreadModel.countDocuments({ ...waiting, isUrgent: true }, most),
    schoolIds.length === 0
      ? 0
      : ThreadModel.countDocuments(
          {
            schoolId: { $in: schoolIds.map((it) => new Types.ObjectId(it)) },
            isUrgent: true,
            desk: { $nin: desks },
          },
          most,
        ),
    ThreadModel.countDocuments({ ...waiting, sortAt: { $lt: late } }, most),
  ])
  return { waiting: all, urgent: own + asked, overdue }
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

/** What has waited for more than some working days in a school. */
export async function overdueIn(schoolId: string, workdays: number, after: string | undefined, now: Date) {
  const mark = after === undefined ? null : readMark(after)
  const late = waitedSince(now, workdays, isWorkday)
  const found = await ThreadModel.find({
    schoolId: new Types.ObjectId(schoolId),
    state: 'waiting',
    waitingSince: { $lt: late },
    ...(mark && {
      $or: [
        { waitingSince: { $gt: mark.at } },
        { waitingSince: mark.at, _id: { $gt: new Types.ObjectId(mark.id) } },
      ],
    }),
  })
    .sort({ waitingSince: 1, _id: 1 })
    .limit(PAGE + 1)
    .lean<ThreadRecord[]>()
  return paged(found, 'waitingSince')
}

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
  const [replies, unanswered] = await Promise.all([
    here.length === 0
      ? 0
      : ThreadModel.countDocuments(
          { desk: { $in: here.map(deskKey) }, state: 'waiting', sortAt: { $lt: late } },
          { limit: MOST_COUNTED },
        ),
    isHead && place.kind === 'school' ? countOverdueIn(place.unitId, PRINCIPAL_WORKDAYS, now) : 0,
  ])
  return { replies, unanswered }
}

const countOverdueIn = (schoolId: string, workdays: number, now: Date) =>
  ThreadModel.countDocuments(
    {
      schoolId: new Types.ObjectId(schoolId),
      state: 'waiting',
      waitingSince: { $lt: waitedSince(now, workdays, isWorkday) },
    },
    { limit: MOST_COUNTED },
  )
