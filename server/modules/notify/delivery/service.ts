import { shanghaiDay } from '../../../infra/clock.ts'
import { forgetConsent, returnConsent, takeConsent } from '../consents/service.ts'
import { type DispatchDeps, type Verdict, verdictOn } from '../dispatch/rules.ts'
import { OutboxModel, type OutboxRecord } from '../model.ts'
import { bundled, kindsOf } from '../pacing/rules.ts'
import { claimTurn, type Turns } from '../pacing/service.ts'
import { fill, leavesText, type Reason, type Template } from '../rules.ts'

/** Longer than any call may take with its repeats; after it the process that made the call is dead. */
const SENDING_MS = 90_000

/** What goes to one person in one call: a message, or everything that shares their message of the day. */
export interface Parcel {
  messages: OutboxRecord[]
  isPaced: boolean
}

interface Chosen {
  lead: OutboxRecord
  template: Template
  /** What goes along in the same call. */
  riders: OutboxRecord[]
  /** In whose name a consent is set aside: of a day's message it does not matter which one leads. */
  holder: string
}

type Allowed = (openId: string, templateId: string) => boolean

export interface Round {
  leaseId: string
  turns: Turns
  isAllowed: Allowed
}

/** A parcel that has somewhere to go: whose it is, and the templates that may still be allowed. */
interface Sendable extends Parcel {
  openId: string
  granted: Template[]
}

/**
 * Ends what cannot go, for a whole batch in a few statements: of a letter to a city most messages are to people who have pressed nothing.
 * Gives what may be sent.
 */
export async function weed(
  parcels: Parcel[],
  addresses: Map<string, string>,
  round: Round,
  deps: DispatchDeps,
): Promise<Sendable[]> {
  const now = deps.clock.now()
  const isLate = (it: OutboxRecord) => Boolean(it.expiresAt && it.expiresAt <= now)
  const ended: { reason: Reason; messages: OutboxRecord[] }[] = []
  const end = (reason: Reason, messages: OutboxRecord[]) => ended.push({ reason, messages })
  const sendable: Sendable[] = []
  for (const { isPaced, ...parcel } of parcels) {
    end('tooLate', parcel.messages.filter(isLate))
    const messages = parcel.messages.filter((it) => !isLate(it))
    const openId = addresses.get(String(parcel.messages[0]?.personId))
    const kinds = isPaced ? kindsOf(messages) : messages.map((it) => it.kind)
    const granted = kinds.flatMap((kind) => deps.templates[kind] ?? [])
    if (!openId) end('noAddress', messages)
    else if (granted.length === 0) end('noTemplate', messages)
    else if (!granted.some((it) => round.isAllowed(openId, it.id))) end('noConsent', messages)
    else sendable.push({ messages, isPaced, openId, granted })
  }
  for (const [reason, some] of Map.groupBy(ended, (it) => it.reason))
    await settle(
      some.flatMap((it) => it.messages),
      round,
      reason === 'tooLate' ? 'failed' : 'unreachable',
      reason,
      now,
    )
  return sendable
}

/** Sends a parcel: at most one call, and never a second time what may have arrived. */
export async function deliver(
  { messages, isPaced, openId, granted }: Sendable,
  round: Round,
  deps: DispatchDeps,
) {
  const now = deps.clock.now()
  const lead = messages.find((it) => isOurs(it, round))
  if (!lead) return
  // Who has the turn is the only one that touches this person's consents and messages of today.
  const personId = String(lead.personId)
  if (isPaced && !(await claimTurn(personId, lead._id, round.turns, now))) return
  const holder = isPaced ? `${personId}:${shanghaiDay(now)}` : lead._id
  const template = await firstAllowed(granted, openId, holder, round)
  if (!template) return settle(messages, round, 'unreachable', 'noConsent', now)
  const riders = messages.filter((it) => it._id !== lead._id)
  await call({ lead, riders, template, holder }, openId, deps)
}

const isOurs = (it: OutboxRecord, { leaseId }: Round) => it.leaseId === leaseId

async function firstAllowed(granted: Template[], openId: string, holder: string, { isAllowed }: Round) {
  for (const template of granted) {
    if (isAllowed(openId, template.id) && (await takeConsent(openId, template, holder))) return template
  }
  return null
}

async function call(chosen: Chosen, openId: string, deps: DispatchDeps) {
  const { lead, riders, template, holder } = chosen
  const filled = filledFor(chosen, deps)
  if (!filled) {
    await returnConsent(openId, template, holder)
    await conclude([lead], ours, { status: 'failed', reason: 'badValue' }, deps.clock.now())
    return
  }
  if (!(await markSending(lead, deps))) return returnIfWithdrawn(chosen, openId)
  if (riders.length > 0) await markRiding(riders, lead, deps)
  try {
    deps.log.debug({ message: lead._id, riders: riders.length }, 'sending')
    const { messageId } = await deps.wechat.sendSubscribeMessage({
      openId,
      templateId: template.id,
      ...filled,
    })
    await record(
      chosen,
      { status: 'sent', sentAt: deps.clock.now(), reason: null, errcode: null },
      { messageId },
    )
  } catch (error) {
    await recordFailure(chosen, openId, verdictOn(error, lead.attempts + 1, Math.random()), deps)
  }
}

/** The words of all of them in one template. Null where they do not fit: what is wrong will be wrong the next time, too. */
function filledFor({ lead, riders, template }: Chosen, { templates }: DispatchDeps) {
  const messages = [lead, ...riders]
  const kind = messages.find((it) => templates[it.kind]?.id === template.id)?.kind
  try {
    const { page, values } = bundled(messages, kind ?? 'letter')
    return { page, data: fill(template, values) }
  } catch {
    return null
  }
}

/** The last write before the call, in a filter: only who holds the lease may send, and only once. */
async function markSending({ _id, leaseId }: OutboxRecord, { clock }: DispatchDeps) {
  const now = clock.now()
  const { modifiedCount } = await OutboxModel.updateOne(
    { _id, status: 'pending', leaseId, leaseUntil: { $gt: now } },
    {
      $set: { status: 'sending', leaseUntil: new Date(now.getTime() + SENDING_MS) },
      $unset: { withId: 1 },
      $inc: { attempts: 1 },
    },
  )
  return modifiedCount > 0
}

/** What goes along, whoever has leased it: from here on it shares the lead's fate. */
async function markRiding(riders: OutboxRecord[], lead: OutboxRecord, { clock }: DispatchDeps) {
  await OutboxModel.updateMany(
    { _id: { $in: riders.map((it) => it._id) }, status: 'pending' },
    {
      $set: {
        status: 'sending',
        leaseId: lead.leaseId,
        leaseUntil: new Date(clock.now().getTime() + SENDING_MS),
        withId: lead._id,
      },
      $inc: { attempts: 1 },
    },
  )
}

/** Taken back in the last moment. Had another process taken it over, the consent would be that one's to use. */
async function returnIfWithdrawn({ lead, template, holder }: Chosen, openId: string) {
  if (await OutboxModel.exists({ _id: lead._id, status: 'withdrawn' }))
    await returnConsent(openId, template, holder)
}

const ours = (messages: readonly OutboxRecord[]) => ({
  _id: { $in: messages.map((it) => it._id) },
  leaseId: messages[0]?.leaseId ?? '',
  status: 'pending' as const,
})

/** Ends messages that never went out. Those that another process has leased are that one's to end. */
async function settle(
  messages: readonly OutboxRecord[],
  round: Round,
  status: 'failed' | 'unreachable',
  reason: Reason,
  now: Date,
) {
  const own = messages.filter((it) => isOurs(it, round))
  await conclude(own, ours, { status, reason }, now)
}

interface Ending {
  status: 'failed' | 'unreachable' | 'unknown'
  reason: Reason
  errcode?: number | null
}

/** Says why some messages did not arrive, and in the same write that those go as text messages now which may: a crash in between would take it from them. */
async function conclude(
  messages: readonly OutboxRecord[],
  among: (some: readonly OutboxRecord[]) => object,
  ending: Ending,
  now: Date,
) {
  const isTexted = ({ mayText }: OutboxRecord) => Boolean(mayText) && leavesText(ending.reason)
  const texted = messages.filter(isTexted)
  const others = messages.filter((it) => !isTexted(it))
  if (others.length > 0) await OutboxModel.updateMany(among(others), ending)
  if (texted.length > 0)
    await OutboxModel.updateMany(among(texted), { ...ending, sms: { status: 'pending', dueAt: now } })
}

async function recordFailure(chosen: Chosen, openId: string, verdict: Verdict, { clock, log }: DispatchDeps) {
  const { lead, template, holder } = chosen
  if (verdict.consent === 'kept') await returnConsent(openId, template, holder)
  if (verdict.consent === 'gone') await forgetConsent(openId, template.id)
  if (verdict.status === 'pending') {
    const dueAt = new Date(clock.now().getTime() + verdict.waitMs)
    return record(chosen, { status: 'pending', errcode: verdict.errcode, dueAt, leaseUntil: new Date(0) })
  }
  const { status, reason, errcode } = verdict
  if (status === 'failed') log.error({ message: lead._id, kind: lead.kind, errcode }, 'message not sent')
  await conclude(
    [lead, ...chosen.riders],
    (some) => open(chosen, some),
    { status, reason, errcode },
    clock.now(),
  )
}

/** `unknown` too: a call that took very long may have been given up on before it ended after all. */
const open = ({ lead }: Chosen, some: readonly OutboxRecord[]) => ({
  _id: { $in: some.map((it) => it._id) },
  leaseId: lead.leaseId,
  status: { $in: ['sending' as const, 'unknown' as const] },
  $or: [{ _id: lead._id }, { withId: lead._id }],
})

async function record(chosen: Chosen, change: object, ofLead: object = {}) {
  const { lead, riders } = chosen
  await OutboxModel.updateOne(open(chosen, [lead]), { ...change, ...ofLead })
  if (riders.length > 0) await OutboxModel.updateMany(open(chosen, riders), change)
}
