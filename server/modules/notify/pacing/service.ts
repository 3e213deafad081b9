import { Types } from 'mongoose'
import { shanghaiDay } from '../../../infra/clock.ts'
import { OutboxModel, type OutboxRecord } from '../model.ts'
import { LOOK_AHEAD_MS, PACED } from './rules.ts'
import { TurnModel, type TurnRecord } from './model.ts'

const CHUNK = 1000

/** Who has had the message of the day, and which claims of it came to nothing. */
export interface Turns {
  used: Set<string>
  /** Person → the message whose claim may be taken over. */
  stale: Map<string, string>
}

/**
 * How the turns of some people stand today. A turn is used when its message is on the way or may have arrived, or while
 * another process is about to send it; what `leaseId` holds is one's own.
 */
export async function turnsOf(personIds: readonly string[], now: Date, leaseId?: string): Promise<Turns> {
  const turns = await TurnModel.find({
    _id: { $in: personIds.map((it) => new Types.ObjectId(it)) },
    day: shanghaiDay(now),
  }).lean<TurnRecord[]>()
  if (turns.length === 0) return { used: new Set(), stale: new Map() }
  const leads = await OutboxModel.find(
    { _id: { $in: turns.map((it) => it.leadId) } },
    { status: 1, leaseId: 1, leaseUntil: 1, sms: 1 },
  ).lean<Lead[]>()
  const taken = new Set(leads.filter((it) => isTaken(it, now, leaseId)).map((it) => it._id))
  const of = (it: TurnRecord) => String(it._id)
  return {
    used: new Set(turns.filter((it) => taken.has(it.leadId)).map(of)),
    stale: new Map(turns.filter((it) => !taken.has(it.leadId)).map((it) => [of(it), it.leadId])),
  }
}

type Lead = Pick<OutboxRecord, '_id' | 'status' | 'leaseId' | 'leaseUntil' | 'sms'>

function isTaken({ status, sms, ...it }: Lead, now: Date, own: string | undefined) {
  if (isOnItsWay(status)) return true
  const isLeased = (lease: { leaseId?: string | null; leaseUntil?: Date | null } | null | undefined) =>
    Boolean(lease?.leaseUntil && lease.leaseUntil > now && lease.leaseId !== own)
  if (status === 'pending') return isLeased(it)
  return Boolean(sms && (isOnItsWay(sms.status) || (sms.status === 'pending' && isLeased(sms))))
}

const isOnItsWay = (status: string) => ['sending', 'sent', 'unknown'].includes(status)

/**
 * Takes a person's turn of the day for one message. Of two that ask at the same moment one gets it: the person is the
 * key. The same message may ask again.
 */
export async function claimTurn(personId: string, leadId: string, { stale }: Turns, now: Date) {
  const day = shanghaiDay(now)
  const over = stale.get(personId)
  const { matchedCount, upsertedCount } = await TurnModel.updateOne(
    {
      _id: new Types.ObjectId(personId),
      $or: [{ day: { $lt: day } }, { leadId }, ...(over ? [{ leadId: over }] : [])],
    },
    { $set: { day, leadId } },
    { upsert: true },
  ).catch((error: { code?: number }) => {
    if (error.code === 11000) return { matchedCount: 0, upsertedCount: 0 } // somebody else's message has it
    throw error
  })
  return matchedCount + upsertedCount > 0
}

/** What waits for some people and shares their message of the day, whichever process has leased it. */
export const waitingFor = (personIds: readonly string[], now: Date) =>
  OutboxModel.find({
    personId: { $in: personIds.map((it) => new Types.ObjectId(it)) },
    status: 'pending',
    dueAt: { $lte: new Date(now.getTime() + LOOK_AHEAD_MS) },
    kind: { $in: PACED },
    isUrgent: false,
  })
    .sort({ dueAt: 1, _id: 1 })
    .lean<OutboxRecord[]>()

/** Of some people, those whose message of today is still to be had. */
export async function withTurnLeft(personIds: readonly string[], now: Date) {
  const free: string[] = []
  for (let at = 0; at < personIds.length; at += CHUNK) {
    const some = personIds.slice(at, at + CHUNK)
    const { used } = await turnsOf(some, now)
    free.push(...some.filter((it) => !used.has(it)))
  }
  return free
}

export const forgetTurn = (personId: string) => TurnModel.deleteOne({ _id: new Types.ObjectId(personId) })
