import { randomUUID } from 'node:crypto'
import { OutboxModel, type OutboxRecord } from '../model.ts'
import { afterQuietHours, isQuiet } from '../quiet/rules.ts'
import { later, on, type Way } from './rules.ts'

/** The planner has been seen to take the order of hours instead, and to walk through all that waits. */
const BY_KEY = { hint: { _id: 1 } } as const

export interface Batch {
  leaseId: string
  messages: OutboxRecord[]
}

/** Takes what is due for this process, the oldest first. Who asks at the same moment gets others or none: the lease is in the filter. */
export async function lease(way: Way, most: number, forMs: number, now: Date): Promise<Batch> {
  const free = on(way, { status: 'pending', dueAt: { $lte: now }, leaseUntil: { $lte: now } })
  const due = await OutboxModel.find(free, { _id: 1 })
    .sort(on(way, { dueAt: 1 }) as Record<string, 1>)
    .limit(most)
    .lean<{ _id: string }[]>()
  const leaseId = randomUUID()
  if (due.length === 0) return { leaseId, messages: [] }
  const ids = due.map((it) => it._id)
  await OutboxModel.updateMany(
    { ...free, _id: { $in: ids } },
    on(way, { leaseId, leaseUntil: new Date(now.getTime() + forMs) }),
    BY_KEY,
  )
  // By their keys: by the lease alone the database would walk through all that waits, a million after a letter to a city.
  const taken = await OutboxModel.find({
    _id: { $in: ids },
    ...on(way, { leaseId, status: 'pending' }),
  }).lean<OutboxRecord[]>()
  const places = new Map(ids.map((id, at) => [id, at]))
  const placeOf = (it: OutboxRecord) => places.get(it._id) ?? 0
  return { leaseId, messages: taken.sort((a, b) => placeOf(a) - placeOf(b)) }
}

/**
 * What was to go by day and could not, a repeat or a backlog, waits for the morning. Once a run, not for each batch: it walks through all
 * that is due, a million when an urgent letter goes to a city at night.
 */
export async function postponeAtNight(way: Way, now: Date) {
  if (!isQuiet(now)) return
  await OutboxModel.updateMany(
    { ...on(way, { status: 'pending', dueAt: { $lte: now } }), isUrgent: false },
    on(way, { dueAt: afterQuietHours(now) }),
  )
}

/** Of a batch at night what is urgent; whatever was to go by day, and has become due since this run began, waits for the morning. */
export async function awake(way: Way, { leaseId, messages }: Batch, now: Date) {
  if (!isQuiet(now)) return messages
  await putOff(
    way,
    messages.filter((it) => !it.isUrgent),
    leaseId,
    afterQuietHours(now),
  )
  return messages.filter((it) => it.isUrgent)
}

/** Lets go of messages until later: what has begun to be sent, or is somebody else’s by now, stays as it is. */
export async function putOff(way: Way, messages: readonly OutboxRecord[], leaseId: string, dueAt: Date) {
  if (messages.length === 0) return
  await OutboxModel.updateMany(leased(way, messages, leaseId), later(way, dueAt))
}

/** What this process will not get to any more is free for the next one. */
export async function release(way: Way, messages: readonly OutboxRecord[], leaseId: string) {
  await OutboxModel.updateMany(leased(way, messages, leaseId), on(way, { leaseUntil: new Date(0) }))
}

/** Those of some messages that are held by a lease and that nobody has begun to send. */
export const leased = (way: Way, messages: readonly OutboxRecord[], leaseId: string) => ({
  _id: { $in: messages.map((it) => it._id) },
  ...on(way, { leaseId, status: 'pending' }),
})
