import { beforeEach, expect, it } from 'vitest'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { openIdsOf } from '../../server/modules/accounts/service.ts'
import { noteConsent } from '../../server/modules/notify/consents/service.ts'
import { dispatchDue } from '../../server/modules/notify/dispatch/service.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { readTemplates } from '../../server/modules/notify/rules.ts'
import { enqueue, markRead } from '../../server/modules/notify/service.ts'
import { DEMO_TEMPLATE_IDS } from '../../server/scripts/simulator/templates.ts'
import { scans, statementsOf } from '../support/plans.ts'
import { buildPayingCity, useTexting } from '../support/texting.ts'
import { useWorld } from '../support/world.ts'

// A message that WeChat refuses is the case for which a city pays text messages: the second way begins there, within the same rules.
const world = useWorld({ WX_TEMPLATES: JSON.stringify(DEMO_TEMPLATE_IDS) })
const templateId = DEMO_TEMPLATE_IDS.letterReminder ?? ''
const SEND = '/cgi-bin/message/subscribe/send'
const { control, text } = useTexting(world)
const TEMPLATE_GONE = 40037
const MINUTE_QUOTA = 45011

beforeEach(() => {
  world.goTo('2026-11-25T10:00:00+08:00')
  world.simulator().control.mend()
  Object.assign(control(), { texted: [], calls: 0, balance: 100, dailyLimit: 5 })
})

const wechat = (errcode: number, times = 1) =>
  world.simulator().control.breakNext({ path: SEND, times, errcode })

/** A parent who has allowed reminders and whose number is known, with so many reminders of letters that wait. */
async function parent(as: string, letters = ['春游告知书'], over: { expiresAt?: Date } = {}) {
  const { fields } = world.deps()
  const cityId = await buildPayingCity({ dailyFen: 100, monthlyFen: 100 }, world.now())
  const { openId } = world.simulator().control.identity({ as })
  const phone = `1390000000${await PersonModel.countDocuments()}`
  const { _id } = await PersonModel.create({
    ...{ name: as, wxOpenId: openId, phone: fields.seal(phone), phoneIndex: fields.index(phone) },
  })
  for (let n = 0; n < 3; n++) {
    world.simulator().control.answerPopup({ as, templateIds: [templateId] })
    const at = new Date(world.now().getTime() - n * 3_600_000)
    await noteConsent(openId, templateId, { from: 'page', id: `tap-${as}-${n}`, at })
  }
  await enqueue(
    letters.map((title, n) => ({
      ...{ kind: 'letterReminder' as const, subject: `${as}-${n}`, personId: String(_id), mayText: true },
      values: { title, child: '张三', deadline: '请尽快', note: '请签收' },
      ...{ page: 'pages/letters/letter', path: `/${String(cityId)}/`, ...over },
    })),
    world.now(),
  )
  return String(_id)
}

const dispatch = () => {
  const { clock, log, wechat: client, env } = world.deps()
  const templates = readTemplates(env.WX_TEMPLATES)
  return dispatchDue({ clock, log, wechat: client, templates, addressesOf: openIdsOf }, () => false)
}
const texted = () => control().texted.map((it) => it.params?.slice(0, 2))
const fates = async () =>
  (await OutboxModel.find().sort({ _id: 1 }).lean()).map((it) => [it.status, it.reason, it.sms?.status])

it('texts once what WeChat refuses, with all that went along, however often it is asked', async () => {
  await parent('refused', ['春游告知书', '停课通知'])
  wechat(TEMPLATE_GONE)
  await dispatch()
  await Promise.all([text(), text(), text()])
  await dispatch()
  await text()
  expect(texted()).toEqual([['2', '春游告知书、停课通知']])
  expect(await fates()).toEqual([
    ['failed', 'refused', 'sent'],
    ['failed', 'refused', 'sent'],
  ])
  expect(world.simulator().control.delivered({ as: 'refused' })).toEqual([])
})

it('texts what was given up on after many tries', async () => {
  await parent('gaveUp')
  wechat(MINUTE_QUOTA, 10)
  for (let tries = 0; tries < 10; tries++) {
    expect(texted()).toEqual([])
    await dispatch()
    await text()
    world.pass(2 * 60_000)
  }
  expect(await fates()).toEqual([['failed', 'gaveUp', 'sent']])
  expect(texted()).toHaveLength(1)
})

it('texts what WeChat finds malformed', async () => {
  await parent('malformed')
  wechat(47003)
  await dispatch()
  await text()
  expect(await fates()).toEqual([['failed', 'badValue', 'sent']])
  expect(texted()).toHaveLength(1)
})

it('does not text what is too late, nor what may have arrived', async () => {
  await parent('late', ['春游告知书'], { expiresAt: new Date('2026-11-25T09:59:00+08:00') })
  await parent('lost')
  world.simulator().control.breakNext({ path: SEND, times: 1, isLost: true })
  await dispatch()
  await text()
  expect(texted()).toEqual([])
  expect((await fates()).sort()).toEqual([
    ['failed', 'tooLate', undefined],
    ['unknown', 'lost', undefined],
  ])
})

it('waits for the morning, and for another day where the day has had its message', async () => {
  const personId = await parent('patient')
  world.goTo('2026-11-25T21:29:30+08:00')
  wechat(TEMPLATE_GONE)
  await dispatch()
  world.goTo('2026-11-25T21:31:00+08:00')
  await text()
  expect(texted()).toEqual([])
  world.goTo('2026-11-26T07:00:01+08:00')
  await text()
  expect(texted()).toHaveLength(1)

  const { path } = (await OutboxModel.findOne().lean()) ?? {}
  await enqueue(
    [
      {
        ...{ kind: 'letterReminder', subject: 'second', personId, mayText: true, page: 'p' },
        values: { title: '停课通知', child: '张三', deadline: '请尽快', note: '请签收' },
        ...(path && { path }),
      },
    ],
    world.now(),
  )
  await dispatch()
  await text()
  expect(texted()).toHaveLength(1)
  expect(await OutboxModel.findOne({ subject: 'second' }).lean()).toMatchObject({ status: 'pending' })
})

it('leaves alone who has read it meanwhile', async () => {
  const personId = await parent('reader')
  wechat(TEMPLATE_GONE)
  await dispatch()
  await markRead(personId, undefined, world.now())
  await text()
  expect(texted()).toEqual([])
  expect(await fates()).toEqual([['failed', 'refused', 'skipped']])
})

it('asks for what is due without walking through all that was ever sent', async () => {
  await parent('planned')
  wechat(TEMPLATE_GONE)
  await dispatch()
  await text()
  const statements = await statementsOf(text)
  expect(scans(statements)).toEqual([])
  expect(statements.filter((it) => it.docsExamined > 0)).toEqual([])
})
