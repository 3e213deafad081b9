import { expect, it } from 'vitest'
import { openIdsOf } from '../../server/modules/accounts/service.ts'
import { dispatchDue } from '../../server/modules/notify/dispatch/service.ts'
import type { DispatchDeps } from '../../server/modules/notify/dispatch/rules.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { takeIn } from '../../server/modules/notify/push/service.ts'
import { EarlyReportModel } from '../../server/modules/notify/reports/model.ts'
import { takeInEarly } from '../../server/modules/notify/reports/service.ts'
import { readTemplates } from '../../server/modules/notify/rules.ts'
import { DEMO_TEMPLATE_IDS } from '../../server/scripts/simulator/templates.ts'
import { scans, statementsOf } from '../support/plans.ts'
import { buildWaitingParent, useTexting } from '../support/texting.ts'
import { useWorld } from '../support/world.ts'

// WeChat pushes what became of a message while its answer to the call is still on the way to us: a slow network, a busy worker.
const world = useWorld({ WX_TEMPLATES: JSON.stringify(DEMO_TEMPLATE_IDS) })
const templateId = DEMO_TEMPLATE_IDS.letterReminder ?? ''
const { text } = useTexting(world)

const parent = (as: string, titles: string[]) => buildWaitingParent(world, { as, titles })

const failed = (messageId: string) =>
  takeIn(
    {
      ...{ kind: 'delivery', key: 'k', openId: '', at: world.now() },
      outcomes: [{ templateId, messageId, errcode: 20_005, status: 'failed' }],
    },
    world.deps(),
  )

const dispatch = (wechat: DispatchDeps['wechat'] = world.deps().wechat) => {
  const { clock, log, env } = world.deps()
  const templates = readTemplates(env.WX_TEMPLATES)
  return dispatchDue({ clock, log, wechat, templates, addressesOf: openIdsOf }, () => false)
}
const fates = async () =>
  (await OutboxModel.find().sort({ _id: 1 }).lean()).map((it) => [it.status, it.reason, it.sms?.status])

it('counts as not delivered though WeChat said so before its own answer had been written down', async () => {
  await parent('early', ['春游告知书', '停课通知'])
  const { wechat } = world.deps()
  await dispatch({
    async sendSubscribeMessage(said) {
      const answer = await wechat.sendSubscribeMessage(said)
      await Promise.all([failed(answer.messageId), failed(answer.messageId)])
      return answer
    },
  })
  expect(await fates()).toEqual([
    ['sent', null, undefined],
    ['sent', null, undefined],
  ])
  await Promise.all([dispatch(), dispatch()])
  expect(await fates()).toEqual([
    ['unreachable', 'notDelivered', 'pending'],
    ['unreachable', 'notDelivered', 'pending'],
  ])
  expect(await EarlyReportModel.countDocuments()).toBe(0)
  await text()
  // Told once more, late: what has gone as a text message stays so.
  await failed((await OutboxModel.findOne({ messageId: { $type: 'string' } }).lean())?.messageId ?? '')
  await dispatch()
  expect(await fates()).toEqual([
    ['unreachable', 'notDelivered', 'sent'],
    ['unreachable', 'notDelivered', 'sent'],
  ])
})

it('counts so for what went along, too, where WeChat says it between the two writes of the outcome', async () => {
  await parent('between', ['春游告知书', '停课通知'])
  await dispatch()
  const lead = await OutboxModel.findOne({ messageId: { $type: 'string' } }).lean()
  // As the sender leaves it for a moment: the lead is done, the other one follows.
  await OutboxModel.updateOne({ withId: lead?._id ?? '' }, { status: 'sending', sentAt: null })
  await failed(lead?.messageId ?? '')
  expect(await fates()).toEqual([
    ['unreachable', 'notDelivered', 'pending'],
    ['unreachable', 'notDelivered', 'pending'],
  ])
})

it('forgets reports of messages that are not ours, and never walks through the outbox for them', async () => {
  await parent('theirs', ['春游告知书'])
  await dispatch()
  await Promise.all([failed('4711'), failed('4711'), failed('4712')])
  expect(await EarlyReportModel.countDocuments()).toBe(2)
  expect(scans(await statementsOf(() => takeInEarly(world.now())))).toEqual([])
  world.pass(11 * 60_000)
  const statements = await statementsOf(() => takeInEarly(world.now()))
  expect(statements).toHaveLength(1)
  expect(await fates()).toEqual([['sent', null, undefined]])
})
