import { isObjectIdOrHexString } from 'mongoose'
import type { Logger } from 'pino'
import type { Clock } from '../../../infra/clock.ts'
import type { FieldCrypto } from '../../../infra/field-crypto.ts'
import type { SmsProvider } from '../../../infra/sms/provider.ts'
import { numbersOf } from '../../accounts/service.ts'
import { DEPTH, idAt } from '../../org/tree/rules.ts'
import type { DispatchDeps } from '../dispatch/rules.ts'
import { OutboxModel, type OutboxRecord } from '../model.ts'
import { claimTurn, turnsOf, type Turns } from '../pacing/service.ts'
import { nextMorning } from '../rules.ts'
import { later } from '../waiting/rules.ts'
import { awake, lease, leased, postponeAtNight, putOff } from '../waiting/service.ts'
import { book, SENDING_MS, unbook } from './booking/service.ts'
import { choicesOf, noteBadNumber, optOut } from './choices/service.ts'
import { type TextChoice, TextModel } from './model.ts'
import { paramsOf, verdictOn } from './rules.ts'
import type { TextSetting } from './settings/model.ts'
import { settingOf, usable } from './settings/service.ts'

export interface TextDeps extends Pick<DispatchDeps, 'unwanted'> {
  clock: Clock
  log: Logger
  fields: FieldCrypto
  sms: SmsProvider
  /** Says that this run is alive. */
  touch?: () => Promise<void>
}

const BATCH = 120
/** Text messages on the way at the same time; providers take on thousands a second and say so when it is too much. */
const WIDTH = 8
const LEASE_MS = 120_000
const HOUR_MS = 3_600_000

/** The second way: to people WeChat did not reach, on their own number, while the city's money lasts. */
export async function textDue(deps: TextDeps, isStopped: () => boolean) {
  const { clock } = deps
  await giveUpLostTexts(clock.now())
  await postponeAtNight('text', clock.now())
  while (!isStopped()) {
    const batch = await lease('text', BATCH, LEASE_MS, clock.now())
    if (batch.messages.length === 0) return
    const messages = await awake('text', batch, clock.now())
    if (!(await textAll(messages, batch.leaseId, deps, isStopped))) return
  }
}

/** What a dead process was sending may have arrived: it is never sent again. */
async function giveUpLostTexts(now: Date) {
  await OutboxModel.updateMany(
    { 'sms.status': 'sending', 'sms.leaseUntil': { $lt: now } },
    { 'sms.status': 'unknown' },
  )
  await TextModel.updateMany(
    { status: 'sending', at: { $lt: new Date(now.getTime() - SENDING_MS) } },
    { status: 'unknown' },
  )
}

type Numbers = Awaited<ReturnType<typeof numbersOf>>

/** One text message for each person, some at a time. False when there is no point in going on now. */
async function textAll(batch: OutboxRecord[], leaseId: string, deps: TextDeps, isStopped: () => boolean) {
  const now = deps.clock.now()
  const pointless = (await deps.unwanted?.(batch, { spareReaders: true })) ?? new Map<string, string>()
  const late = (it: OutboxRecord) => Boolean(it.expiresAt && it.expiresAt <= now) || it.readAt !== null
  const skipped = batch.filter((it) => pointless.has(it._id) || late(it))
  await mark(skipped, leaseId, { 'sms.status': 'skipped' })
  const byPerson = Map.groupBy(
    batch.filter((it) => !skipped.includes(it)),
    (it) => String(it.personId),
  )
  const people = [...byPerson.keys()]
  const [numbers, choices, turns] = await Promise.all([
    numbersOf(people),
    choicesOf(people),
    turnsOf(people, now, leaseId),
  ])
  const known = { numbers, choices: new Map(choices.map((it) => [String(it._id), it])), turns }
  const queue = byPerson.entries()
  let isOver = false
  const lane = async () => {
    for (const [personId, messages] of queue) {
      const outcome = await textOne(personId, messages, leaseId, known, deps).catch((error: unknown) =>
        notHandled(error, messages, leaseId, deps),
      )
      await deps.touch?.()
      isOver ||= outcome === 'stop' || isStopped()
      // A provider that is busy is asked by one fewer at a time.
      if (isOver || outcome === 'slower') return
    }
  }
  await Promise.all(Array.from({ length: WIDTH }, lane))
  return !isOver && queue.next().done === true
}

/** One that cannot be handled must not hold up the rest, nor be met again by every tick. */
async function notHandled(
  error: unknown,
  messages: OutboxRecord[],
  leaseId: string,
  { clock, log }: TextDeps,
) {
  log.error({ err: error, message: messages[0]?._id }, 'text message not handled')
  await putOff('text', messages, leaseId, after(clock.now(), HOUR_MS))
  return 'on' as const
}

/** Whether to go on, with one fewer at a time, or not at all for now: no money, no provider. */
type Outcome = 'on' | 'slower' | 'stop'

interface Known {
  numbers: Numbers
  choices: Map<string, TextChoice>
  turns: Turns
}

async function textOne(
  personId: string,
  messages: OutboxRecord[],
  leaseId: string,
  { numbers, choices, turns }: Known,
  deps: TextDeps,
): Promise<Outcome> {
  const now = deps.clock.now()
  const number = numbers.get(personId)
  const choice = choices.get(personId)
  const [lead] = messages
  if (!lead) return 'on'
  if (!number || choice?.optedOutAt || choice?.badIndex === number.phoneIndex) {
    await mark(messages, leaseId, { 'sms.status': 'skipped' })
    return 'on'
  }
  const cityId = idAt(lead.path ?? '', DEPTH.city)
  const setting = cityId && isObjectIdOrHexString(cityId) ? await settingOf(cityId) : null
  if (!usable(setting)) {
    await mark(messages, leaseId, { 'sms.status': 'skipped' })
    return 'on'
  }
  // One message a day, whichever way it comes; what is urgent has no turn to wait for.
  const hasTime = messages.every((it) => !it.isUrgent)
  if (hasTime && (turns.used.has(personId) || !(await claimTurn(personId, lead._id, turns, now)))) {
    await putOff('text', messages, leaseId, nextMorning(now))
    return 'on'
  }
  return send({ personId, messages, leaseId, setting, number }, deps)
}

interface Sending {
  personId: string
  messages: OutboxRecord[]
  leaseId: string
  setting: TextSetting
  number: { sealed: string; phoneIndex: string }
}

/** Books, calls, and writes down what became of it. */
async function send(
  { personId, messages, leaseId, setting, number }: Sending,
  deps: TextDeps,
): Promise<Outcome> {
  const now = deps.clock.now()
  const { phoneIndex } = number
  const phone = deps.fields.open(number.sealed)
  const keys = messages.map((it) => it._id)
  const booked = await book({ personId, phoneIndex, setting, keys, leaseId, now })
  if ('obstacle' in booked) {
    if (booked.obstacle === 'noMoney')
      deps.log.warn({ cityId: setting._id }, 'the money for text messages is used up')
    if (booked.obstacle !== 'gone') await putOff('text', messages, leaseId, nextMorning(now))
    return 'on'
  }
  const { textId } = booked
  try {
    const { providerId } = await deps.sms.send({
      phone,
      signName: setting.signName,
      template: setting.template,
      params: paramsOf(messages),
      serial: textId,
    })
    await TextModel.updateOne({ _id: textId, status: 'sending' }, { status: 'sent', providerId })
    await settle(textId, { 'sms.status': 'sent' })
    return 'on'
  } catch (error) {
    return recordFailure(textId, { personId, setting, phoneIndex, now }, verdictOn(error), deps)
  }
}

interface Failed {
  personId: string
  setting: TextSetting
  phoneIndex: string
  now: Date
}

async function recordFailure(
  textId: string,
  { personId, setting, phoneIndex, now }: Failed,
  verdict: ReturnType<typeof verdictOn>,
  { log }: TextDeps,
): Promise<Outcome> {
  if (verdict.is === 'unknown') {
    await TextModel.updateOne({ _id: textId, status: 'sending' }, { status: 'unknown' })
    await settle(textId, { 'sms.status': 'unknown' })
    return 'on'
  }
  const { code } = verdict
  log.warn({ text: textId, code }, 'text message not taken')
  if (verdict.is === 'later') {
    const outbox = { 'sms.status': 'pending', ...later('text', after(now, verdict.waitMs)) }
    await unbook(textId, { code, outbox }, setting)
    return verdict.stop ? 'stop' : 'slower'
  }
  await unbook(textId, { code, outbox: { 'sms.status': 'failed' } }, setting)
  if (verdict.number === 'bad') await noteBadNumber(personId, phoneIndex)
  if (verdict.number === 'optedOut') await optOut(personId, now)
  return 'on'
}

const after = (now: Date, waitMs: number) => new Date(now.getTime() + waitMs)

const mark = (messages: readonly OutboxRecord[], leaseId: string, change: object) =>
  OutboxModel.updateMany(leased('text', messages, leaseId), { $set: change })

const settle = (textId: string, change: object) =>
  OutboxModel.updateMany({ 'sms.textId': textId, 'sms.status': 'sending' }, { $set: change })
