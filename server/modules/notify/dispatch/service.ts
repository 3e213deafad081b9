import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { Clock } from '../../../infra/clock.ts'
import type { WechatClient } from '../../../infra/wechat/client.ts'
import { forgetConsent, returnConsent, takeConsent } from '../consents/service.ts'
import { OutboxModel, type OutboxRecord } from '../model.ts'
import { afterQuietHours, fill, isQuiet, type Reason, type Template, type Templates } from '../rules.ts'
import { type Verdict, verdictOn } from './rules.ts'

export interface DispatchDeps {
  clock: Clock
  log: Logger
  wechat: Pick<WechatClient, 'sendSubscribeMessage'>
  templates: Templates
  /** WeChat identities of some people; those without one are missing. */
  addressesOf: (personIds: string[]) => Promise<Map<string, string>>
}

const BATCH = 240
/** Messages on the way at the same time: WeChat's answer takes some 50 ms, ours are quicker. */
const WIDTH = 24
const LEASE_MS = 60_000
/** Longer than any call may take with its repeats; after it the process that made the call is dead. */
const SENDING_MS = 90_000

/** Sends what is due, batch by batch, until nothing is left or `isStopped` says so. */
export async function dispatchDue(deps: DispatchDeps, isStopped: () => boolean) {
  await giveUpLost(deps)
  while (!isStopped()) {
    const batch = await lease(deps.clock.now())
    if (batch.length === 0) return
    await sendAll(batch, deps, isStopped)
  }
}

/** What a dead process was sending may have arrived: it is shown as unknown and never sent again. */
export async function giveUpLost({ clock, log }: Pick<DispatchDeps, 'clock' | 'log'>) {
  const { modifiedCount } = await OutboxModel.updateMany(
    { status: 'sending', leaseUntil: { $lt: clock.now() } },
    { status: 'unknown', reason: 'lost' },
  )
  if (modifiedCount > 0) log.warn({ messages: modifiedCount }, 'messages cut off while being sent')
}

/** Takes a batch for this process. Who asks at the same moment gets others or none: the lease is in the filter. */
async function lease(now: Date): Promise<OutboxRecord[]> {
  if (isQuiet(now)) await postponeToMorning(now)
  const free = { status: 'pending', dueAt: { $lte: now }, leaseUntil: { $lte: now } } as const
  const due = await OutboxModel.find(free, { _id: 1 })
    .sort({ dueAt: 1 })
    .limit(BATCH)
    .lean<{ _id: string }[]>()
  if (due.length === 0) return []
  const leaseId = randomUUID()
  await OutboxModel.updateMany(
    { ...free, _id: { $in: due.map((it) => it._id) } },
    { leaseId, leaseUntil: new Date(now.getTime() + LEASE_MS) },
  )
  return OutboxModel.find({ leaseId, status: 'pending' }).sort({ dueAt: 1 }).lean<OutboxRecord[]>()
}

/** What was to go by day and could not, a repeat or a backlog, waits for the morning. */
async function postponeToMorning(now: Date) {
  await OutboxModel.updateMany(
    { status: 'pending', dueAt: { $lte: now }, isUrgent: false },
    { dueAt: afterQuietHours(now) },
  )
}

async function sendAll(batch: OutboxRecord[], deps: DispatchDeps, isStopped: () => boolean) {
  const addresses = await deps.addressesOf([...new Set(batch.map((it) => String(it.personId)))])
  // WeChat refuses two messages to one person at the same time (43108), so each person has a lane.
  const lanes = Map.groupBy(batch, (it) => addresses.get(String(it.personId)) ?? null)
  const queue = [...lanes].values()
  const work = async () => {
    for (const [openId, messages] of queue) {
      for (const message of messages) {
        if (isStopped()) return
        await send(message, openId, deps).catch((error: unknown) =>
          // One message that cannot go must not hold up the rest.
          deps.log.error({ err: error, message: message._id }, 'message not handled'),
        )
      }
    }
  }
  await Promise.all(Array.from({ length: WIDTH }, work))
  if (isStopped()) await release(batch)
}

/** What this process will not get to any more is free for the next one. */
async function release([first]: OutboxRecord[]) {
  const leaseId = first?.leaseId ?? ''
  await OutboxModel.updateMany({ leaseId, status: 'pending' }, { leaseUntil: new Date(0) })
}

async function send(message: OutboxRecord, openId: string | null, deps: DispatchDeps) {
  const now = deps.clock.now()
  const template = deps.templates[message.kind]
  if (message.expiresAt && message.expiresAt <= now) return settle(message, 'failed', 'tooLate')
  if (!openId) return settle(message, 'unreachable', 'noAddress')
  if (!template) return settle(message, 'unreachable', 'noTemplate')
  const data = filled(template, message)
  if (!data) return settle(message, 'failed', 'badValue')
  if (!(await takeConsent(openId, template, message._id))) return settle(message, 'unreachable', 'noConsent')
  if (!(await markSending(message, now))) return returnIfWithdrawn(message, openId, template)

  try {
    const { _id, page } = message
    deps.log.debug({ message: _id }, 'sending')
    const { messageId } = await deps.wechat.sendSubscribeMessage({
      openId,
      templateId: template.id,
      data,
      page,
    })
    await record(message, {
      status: 'sent',
      sentAt: deps.clock.now(),
      messageId,
      reason: null,
      errcode: null,
    })
  } catch (error) {
    await recordFailure(
      message,
      openId,
      template,
      verdictOn(error, message.attempts + 1, Math.random()),
      deps,
    )
  }
}

function filled(template: Template, { values }: OutboxRecord) {
  try {
    return fill(template, values)
  } catch {
    // Whatever is wrong with the values will be wrong the next time, too.
    return null
  }
}

/** The last write before the call, in a filter: only who holds the lease may send, and only once. */
async function markSending({ _id, leaseId }: OutboxRecord, now: Date) {
  const { modifiedCount } = await OutboxModel.updateOne(
    { _id, status: 'pending', leaseId },
    { $set: { status: 'sending', leaseUntil: new Date(now.getTime() + SENDING_MS) }, $inc: { attempts: 1 } },
  )
  return modifiedCount > 0
}

/** Taken back in the last moment. Had another process taken it over, the consent would be that one's to use. */
async function returnIfWithdrawn({ _id }: OutboxRecord, openId: string, template: Template) {
  if (await OutboxModel.exists({ _id, status: 'withdrawn' })) await returnConsent(openId, template, _id)
}

/** Ends a message that never went out. */
async function settle({ _id, leaseId }: OutboxRecord, status: 'failed' | 'unreachable', reason: Reason) {
  await OutboxModel.updateOne({ _id, status: 'pending', leaseId }, { status, reason })
}

async function recordFailure(
  message: OutboxRecord,
  openId: string,
  template: Template,
  verdict: Verdict,
  { clock, log }: DispatchDeps,
) {
  if (verdict.consent === 'kept') await returnConsent(openId, template, message._id)
  if (verdict.consent === 'gone') await forgetConsent(openId, template.id)
  const { status, errcode } = verdict
  if (status === 'pending') {
    const dueAt = new Date(clock.now().getTime() + verdict.waitMs)
    return record(message, { status, errcode, dueAt, leaseUntil: new Date(0) })
  }
  if (status === 'failed')
    log.error({ message: message._id, kind: message.kind, errcode }, 'message not sent')
  await record(message, { status, errcode, reason: verdict.reason })
}

/** `unknown` too: a call that took very long may have been given up on before it ended after all. */
async function record({ _id, leaseId }: OutboxRecord, change: object) {
  await OutboxModel.updateOne({ _id, leaseId, status: { $in: ['sending', 'unknown'] } }, change)
}
