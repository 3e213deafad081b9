import mongoose from 'mongoose'
import { beforeEach, expect, it, vi } from 'vitest'
import { openIdsOf } from '../../server/modules/accounts/service.ts'
import { dispatchDue } from '../../server/modules/notify/dispatch/service.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { takeIn } from '../../server/modules/notify/push/service.ts'
import { readTemplates } from '../../server/modules/notify/rules.ts'
import { DEMO_TEMPLATE_IDS } from '../../server/scripts/simulator/templates.ts'
import { useDispatchWorker } from '../support/dispatching.ts'
import { endWorkOf } from '../support/orphans.ts'
import { buildWaitingParent, useTexting } from '../support/texting.ts'
import { useWorld } from '../support/world.ts'

// A worker that dies after it has written down how a call ended for the bundle's lead, and before it has for what went along.
const world = useWorld({ WX_TEMPLATES: JSON.stringify(DEMO_TEMPLATE_IDS) })
const templateId = DEMO_TEMPLATE_IDS.letterReminder ?? ''
const SEND = '/cgi-bin/message/subscribe/send'
const NOON = '2026-11-25T12:00:00+08:00'
const VICTIM = 'bundle-victim'
const TITLES = ['春游告知书', '停课通知', '家长会通知']
vi.setConfig({ testTimeout: 90_000 })
const worker = useDispatchWorker(world)
const { control, text } = useTexting(world)

beforeEach(() => {
  world.goTo(NOON)
  world.simulator().control.mend()
  Object.assign(control(), { texted: [], calls: 0, balance: 100, dailyLimit: 5 })
})

const parent = (as: string) => buildWaitingParent(world, { as, titles: TITLES, taps: 2 })

/** A worker sends; what rode along is held from it until it is dead, so that it is killed between the two writes. WeChat answers when it is held. */
async function cutOff(errcode?: number) {
  const answer = Promise.withResolvers<void>()
  world.simulator().control.breakNext({ path: SEND, times: 1, errcode, until: answer.promise })
  const session = await mongoose.connection.startSession()
  try {
    // Its clock goes on from ours: at an hour before they were written nothing would be due.
    const exit = worker.start(world.now().toISOString(), VICTIM)
    const riders = { status: 'sending', withId: { $exists: true } } as const
    await expect
      .poll(() => OutboxModel.countDocuments(riders), { interval: 5, timeout: 60_000 })
      .toBe(TITLES.length - 1)
    session.startTransaction()
    await OutboxModel.updateMany(riders, { title: '被占住' }, { session })
    answer.resolve()
    const lead = { attempts: 1, withId: { $exists: false }, status: { $ne: 'sending' as const } }
    await expect.poll(() => OutboxModel.countDocuments(lead), { interval: 5 }).toBe(1)
    worker.kill()
    await exit
    await endWorkOf(VICTIM)
  } finally {
    if (session.inTransaction()) await session.abortTransaction()
    await session.endSession()
  }
}

const dispatch = () => {
  const { clock, log, wechat, env } = world.deps()
  const templates = readTemplates(env.WX_TEMPLATES)
  return dispatchDue({ clock, log, wechat, templates, addressesOf: openIdsOf }, () => false)
}
const fates = async () =>
  (await OutboxModel.find().sort({ _id: 1 }).lean()).map((it) => [it.status, it.reason, it.sms?.status])
const delivered = (as: string) => world.simulator().control.delivered({ as })
/** Whoever finds what the dead one left, several at once and again. */
async function findIt() {
  await Promise.all([dispatch(), dispatch(), dispatch()])
  await dispatch()
}

it('counts as sent with the message it was in', async () => {
  await parent('sent')
  await cutOff()
  expect((await fates()).map(([status]) => status).sort()).toEqual(['sending', 'sending', 'sent'])
  world.pass(91_000)
  await findIt()
  expect(await fates()).toEqual(TITLES.map(() => ['sent', null, undefined]))
  const rows = await OutboxModel.find().lean()
  expect(new Set(rows.map((it) => it.sentAt?.getTime())).size).toBe(1)
  expect(delivered('sent')).toHaveLength(1)
})

it('goes as a text message where WeChat refused the message it was in', async () => {
  await parent('refused')
  await cutOff(40037)
  world.pass(91_000)
  await findIt()
  expect(await fates()).toEqual(TITLES.map(() => ['failed', 'refused', 'pending']))
  await text()
  await text()
  expect(await fates()).toEqual(TITLES.map(() => ['failed', 'refused', 'sent']))
  expect(control().texted.map((it) => it.params?.[0])).toEqual(['3'])
})

it('waits again where WeChat put off the message it was in, and goes once', async () => {
  await parent('later')
  await cutOff(45011)
  // The lead is taken up again before anybody may ask what became of the others. Chance could make it wait longer than that.
  world.pass(89_000)
  await OutboxModel.updateOne({ status: 'pending' }, { dueAt: world.now() })
  world.simulator().control.breakNext({ path: SEND, times: 1, errcode: 45011 })
  await dispatch()
  world.pass(200_000)
  await findIt()
  expect(await fates()).toEqual(TITLES.map(() => ['sent', null, undefined]))
  expect(delivered('later')).toHaveLength(1)
  expect(JSON.stringify(delivered('later'))).toContain('3封信等您签收')
})

it('counts as not delivered where WeChat has said so meanwhile of the message it was in', async () => {
  await parent('undelivered')
  await cutOff()
  const lead = await OutboxModel.findOne({ status: 'sent' }).lean()
  const outcomes = [{ templateId, messageId: lead?.messageId ?? '', errcode: 20_005, status: 'failed' }]
  const event = { kind: 'delivery' as const, key: 'k', openId: '', at: world.now(), outcomes }
  await takeIn(event, world.deps())
  await takeIn(event, world.deps())
  world.pass(91_000)
  await findIt()
  expect(await fates()).toEqual(TITLES.map(() => ['unreachable', 'notDelivered', 'pending']))
})
