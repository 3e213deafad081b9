import { EventEmitter } from 'node:events'
import { Types } from 'mongoose'
import type { MessageKind, SentStatus } from '#contract/notify'
import type { Deps } from '../../infra/deps.ts'
import { isDuplicatesOnly, runningSession } from '../../infra/mongo.ts'
import { openIdsOf } from '../accounts/service.ts'
import type { UnitScope } from '../org/policy.ts'
import { within } from '../org/tree/rules.ts'
import { consentsOf, countConsenting } from './consents/service.ts'
import { OutboxModel, type OutboxRecord } from './model.ts'
import { afterQuietHours, type AnyOutgoing, keyOf, readTemplates, type Template, wording } from './rules.ts'

const CHUNK = 1000
/** From so many on, rows are inserted; fewer are looked for one by one, as all that people do by hand. */
const MANY = 100
const PAGE = 30
const ADMIN_PAGE = 100
const UNREAD_SHOWN = 100

const arrivals = new EventEmitter()

/** Tells the dispatcher of this process that something new is waiting. Other processes find it at their next tick. */
export const onArrival = (listener: () => void) => void arrivals.on('arrival', listener)
export const offArrival = (listener: () => void) => void arrivals.off('arrival', listener)

/**
 * Puts messages into the outbox; of those that are there already nothing changes, so it may be called twice.
 * Joins the transaction it is called in. Answers how many are new.
 */
export async function enqueue(items: AnyOutgoing[], now: Date): Promise<number> {
  let added = 0
  for (let at = 0; at < items.length; at += CHUNK) {
    added += await insertMissing(items.slice(at, at + CHUNK).map((item) => recordOf(item, now)))
  }
  if (added > 0) arrivals.emit('arrival')
  return added
}

function recordOf(item: AnyOutgoing, now: Date) {
  const showAt = item.dueAt ?? now
  return {
    _id: keyOf(item),
    kind: item.kind,
    subject: item.subject,
    personId: new Types.ObjectId(item.personId),
    path: item.path ?? null,
    ...wording(item),
    page: item.page,
    values: item.values,
    isUrgent: item.isUrgent ?? false,
    showAt,
    dueAt: item.isUrgent ? showAt : afterQuietHours(showAt),
    expiresAt: item.expiresAt ?? null,
    ...(item.rung && { rung: item.rung }),
    ...(item.mayText && { mayText: true }),
  }
}

const insertMissing = (records: NewRecord[]) =>
  // In a transaction a row that is there already would end it.
  records.length < MANY || runningSession() ? upsertEach(records) : insertAll(records)

type NewRecord = ReturnType<typeof recordOf>

async function upsertEach(records: NewRecord[]) {
  const { upsertedCount } = await OutboxModel.bulkWrite(
    records.map(({ _id, ...rest }) => ({
      updateOne: { filter: { _id }, update: { $setOnInsert: rest }, upsert: true },
    })),
    { ordered: false },
  ).catch((error: unknown) => {
    // Two callers at the same moment: the other one has put it there, which is all we wanted.
    if (isDuplicatesOnly(error)) return error.result
    throw error
  })
  return upsertedCount
}

/** A letter to a city has a million and a half: the driver writes them in a third of the time. */
async function insertAll(records: NewRecord[]) {
  const { _id: _none, ...defaults } = new OutboxModel({}).toObject()
  const rows = records.map((it) => ({ ...defaults, ...it }))
  const { insertedCount } = await OutboxModel.collection
    .insertMany(rows as never[], { ordered: false })
    .catch((error: unknown) => {
      if (isDuplicatesOnly(error)) return error.result
      throw error
    })
  return insertedCount
}

export interface Recall {
  kind: MessageKind
  subject: string
  personIds?: string[]
  rung?: string
}

/** Takes back what has not gone out yet: the reminder of a call that was cancelled. */
export async function withdraw({ kind, subject, personIds, rung }: Recall) {
  const { modifiedCount } = await OutboxModel.updateMany(
    {
      subject,
      kind,
      status: 'pending',
      ...(rung && { rung }),
      ...(personIds && { personId: { $in: personIds.map((it) => new Types.ObjectId(it)) } }),
    },
    { status: 'withdrawn' },
  )
  return modifiedCount
}

/** Takes back what these people have not been shown yet of some children; a step begins with the child's id. Joins a transaction. */
export async function recallComing(kind: MessageKind, personIds: string[], studentIds: string[], now: Date) {
  const coming = await OutboxModel.find(
    {
      personId: { $in: personIds.map((it) => new Types.ObjectId(it)) },
      showAt: { $gt: now },
      kind,
      status: 'pending',
    },
    { _id: 1 },
  ).lean<Pick<OutboxRecord, '_id'>[]>()
  const stale = coming.map((it) => it._id).filter((id) => studentIds.some((it) => id.includes(`:${it}`)))
  if (stale.length === 0) return
  await OutboxModel.updateMany({ _id: { $in: stale }, status: 'pending' }, { status: 'withdrawn' })
}

/** Takes back those of some messages that nobody has been shown; answers, by their place, which of them were. Joins a transaction. */
export async function recallUnseen(
  messages: Pick<AnyOutgoing, 'kind' | 'subject' | 'personId' | 'step'>[],
  now: Date,
): Promise<Set<number>> {
  const keys = messages.map(keyOf)
  await OutboxModel.updateMany(
    { _id: { $in: keys }, status: 'pending', showAt: { $gt: now } },
    { status: 'withdrawn' },
  )
  const seen = await OutboxModel.find({ _id: { $in: keys }, status: { $ne: 'withdrawn' } }, { _id: 1 }).lean<
    Pick<OutboxRecord, '_id'>[]
  >()
  const ids = new Set(seen.map((it) => it._id))
  return new Set(keys.flatMap((key, at) => (ids.has(key) ? [at] : [])))
}

/**
 * Takes everything about a child from a person's list, and stops what has not gone out: they do not belong together any
 * more. `subjects` names what does not carry the child in its key or page. Joins the transaction it is called in.
 */
export async function forgetChild(personId: string, studentId: string, subjects: string[]) {
  const own = await OutboxModel.find(
    { personId: new Types.ObjectId(personId) },
    { subject: 1, page: 1 },
  ).lean<Pick<OutboxRecord, '_id' | 'subject' | 'page'>[]>()
  const about = own
    .filter(
      (it) => it._id.includes(studentId) || it.page.includes(studentId) || subjects.includes(it.subject),
    )
    .map((it) => it._id)
  await OutboxModel.updateMany({ _id: { $in: about } }, { isHidden: true })
  await OutboxModel.updateMany({ _id: { $in: about }, status: 'pending' }, { status: 'withdrawn' })
}

/** Of these people, how many a message of this kind would reach through WeChat now: 可提醒 23/45. */
export async function reachableOf(personIds: string[], kind: MessageKind, { env }: Pick<Deps, 'env'>) {
  const people = [...new Set(personIds)]
  const template = readTemplates(env.WX_TEMPLATES)[kind]
  let reachable = 0
  for (let at = 0; template && at < people.length; at += CHUNK) {
    const openIds = await openIdsOf(people.slice(at, at + CHUNK))
    reachable += await countConsenting([...openIds.values()], template.id)
  }
  return { total: people.length, reachable }
}

type Placed = Pick<OutboxRecord, '_id' | 'path'>

async function counted(match: object): Promise<Partial<Record<SentStatus, number>>> {
  const groups = await OutboxModel.aggregate<{ _id: SentStatus; count: number }>([
    { $match: match },
    { $group: { _id: '$status', count: { $sum: 1 } } },
  ])
  return Object.fromEntries(groups.map(({ _id, count }) => [_id, count]))
}

/** How each round of reminders about one thing stands below a path: read from an index alone. */
export async function outcomesByRung(subject: string, path: string) {
  const groups = await OutboxModel.aggregate<{
    _id: { rung: string; status: SentStatus; sms?: string }
    count: number
  }>([
    { $match: { subject, path: within(path), rung: { $gt: '' } } },
    { $group: { _id: { rung: '$rung', status: '$status', sms: '$sms.status' }, count: { $sum: 1 } } },
  ])
  return groups.map(({ _id: { sms, ...of }, count }) => ({ ...of, isTexted: sms === 'sent', count }))
}

/** What was sent about one thing to the families of a unit, class by class. `after` is the message the page before ended with. */
export async function sentAbout(scope: UnitScope<'seeFamilies'>, subject: string, after: string | undefined) {
  const match = { subject, path: within(scope.path) }
  const last = after ? await OutboxModel.findOne({ ...match, _id: after }, { path: 1 }).lean<Placed>() : null
  const rest = last && {
    path: { ...match.path, $gte: last.path },
    $or: [{ path: { $gt: last.path } }, { _id: { $gt: last._id } }],
  }
  const [found, counts] = await Promise.all([
    OutboxModel.find({ ...match, ...rest }, { values: 0 })
      .sort({ path: 1, _id: 1 })
      .limit(ADMIN_PAGE + 1)
      .lean<OutboxRecord[]>(),
    counted(match),
  ])
  const messages = found.slice(0, ADMIN_PAGE)
  return { messages, next: found.length > ADMIN_PAGE ? (messages.at(-1)?._id ?? null) : null, counts }
}

/** A letter that was opened before WeChat could ring stays in the list; what was taken back does not. */
const TAKEN_BACK = [
  { status: 'withdrawn' as const, reason: { $ne: 'notNeeded' as const } },
  { status: 'withdrawn' as const, kind: { $nin: ['letter' as const, 'staffMatter' as const] } },
  // Of a letter to staff that is its reminder, which would not be true any more.
  { status: 'withdrawn' as const, kind: 'staffMatter' as const, rung: { $exists: true } },
]

const shownTo = (personId: string, now: Date) => ({
  personId: new Types.ObjectId(personId),
  showAt: { $lte: now },
  $nor: TAKEN_BACK,
  isHidden: { $ne: true },
})

/** A page of a person's messages, newest first. `after` is the `next` of the page before. */
export async function messagesOf(personId: string, after: string | undefined, now: Date) {
  const [at = '', id = ''] = after?.split(/~(.*)/s) ?? []
  const last = new Date(Number(at))
  const shown = shownTo(personId, now)
  const found = await OutboxModel.find({
    ...shown,
    ...(after && { $or: [{ showAt: { $lt: last } }, { showAt: last, _id: { $lt: id } }] }),
  })
    .sort({ showAt: -1, _id: -1 })
    .limit(PAGE + 1)
    .lean<OutboxRecord[]>()
  const messages = found.slice(0, PAGE)
  const end = messages.at(-1)
  const next = end && found.length > PAGE ? `${end.showAt.getTime()}~${end._id}` : null
  return { messages, next, unread: await unreadOf(personId, now) }
}

export const unreadOf = (personId: string, now: Date) =>
  OutboxModel.countDocuments({ ...shownTo(personId, now), readAt: null }).limit(UNREAD_SHOWN)

/** Marks some or all of a person's messages as read; what was read before keeps its time. */
export async function markRead(personId: string, ids: string[] | undefined, now: Date) {
  await OutboxModel.updateMany(
    { ...shownTo(personId, now), readAt: null, ...(ids && { _id: { $in: ids } }) },
    { readAt: now },
  )
}

/** The kinds of reminder this installation has a template for, and how many of each may still be sent to a person. */
export async function subscriptionsOf(personId: string, { env }: Pick<Deps, 'env'>) {
  const openId = (await openIdsOf([personId])).get(personId)
  const granted = Object.entries(readTemplates(env.WX_TEMPLATES)) as [MessageKind, Template][]
  const ids = granted.map(([, { id }]) => id)
  const left = openId ? await consentsOf(openId, ids) : new Map<string, { left: number; isOff: boolean }>()
  return granted.map(([kind, { id, isLongTerm }]) => ({
    ...{ kind, templateId: id, isLongTerm },
    ...(left.get(id) ?? { left: 0, isOff: false }),
  }))
}
