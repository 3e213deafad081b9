import { describe, expect, it } from 'vitest'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { openIdsOf } from '../../server/modules/accounts/service.ts'
import { consentsOf, noteConsent } from '../../server/modules/notify/consents/service.ts'
import { dispatchDue } from '../../server/modules/notify/dispatch/service.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { TurnModel } from '../../server/modules/notify/pacing/model.ts'
import { bundled, isPaced, type Part } from '../../server/modules/notify/pacing/rules.ts'
import { claimTurn } from '../../server/modules/notify/pacing/service.ts'
import { type AnyOutgoing, type Outgoing, readTemplates } from '../../server/modules/notify/rules.ts'
import * as notify from '../../server/modules/notify/service.ts'
import { takeIn } from '../../server/modules/notify/push/service.ts'
import { DEMO_TEMPLATE_IDS } from '../../server/scripts/simulator/templates.ts'
import { newId } from '../support/build.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld({ WX_TEMPLATES: JSON.stringify(DEMO_TEMPLATE_IDS) })
const idOf = (kind: string) => DEMO_TEMPLATE_IDS[kind] ?? ''
const NOON = '2026-11-25T12:00:00+08:00'
const SEND = '/cgi-bin/message/subscribe/send'

async function person(as: string, allowed: Record<string, number> = { letter: 9, letterReminder: 9 }) {
  const { openId } = world.simulator().control.identity({ as })
  const { _id } = await PersonModel.create({ name: as, wxOpenId: openId })
  for (const [kind, times] of Object.entries(allowed)) {
    for (let n = 0; n < times; n++) {
      world.simulator().control.answerPopup({ as, templateIds: [idOf(kind)] })
      await noteConsent(openId, idOf(kind), { from: 'page', id: newId(), at: world.now() })
    }
  }
  return { personId: String(_id), openId, as }
}

const letter = (personId: string, over: Partial<Outgoing<'letter'>> = {}): Outgoing<'letter'> => ({
  kind: 'letter',
  subject: 'letter-1',
  personId,
  values: { title: '春游告知书', sender: '实验中学', child: '张三', note: '请看一看' },
  page: 'packages/letter/letter/letter?id=1',
  ...over,
})
const reminder = (personId: string, subject: string, title: string, child = '张三'): AnyOutgoing => ({
  kind: 'letterReminder',
  subject,
  personId,
  values: {
    title,
    child,
    deadline: new Date('2026-11-27T23:59:00+08:00'),
    note: '请在11月27日(周五)前手写签字',
  },
  page: `packages/letter/letter/letter?id=${subject}`,
})

const deps = () => ({
  clock: world.deps().clock,
  log: world.deps().log,
  wechat: world.deps().wechat,
  templates: readTemplates(world.deps().env.WX_TEMPLATES),
  addressesOf: openIdsOf,
})
const dispatch = (over: Partial<Parameters<typeof dispatchDue>[0]> = {}) =>
  dispatchDue({ ...deps(), ...over }, () => false)
const delivered = (as: string) => world.simulator().control.delivered({ as })
const states = async () =>
  (await OutboxModel.find().sort({ _id: 1 }).lean()).map(({ status, reason }) => [status, reason])

describe('one message a day', () => {
  it('puts what is waiting for a person into one message, and says what it holds', async () => {
    world.goTo(NOON)
    const { personId, openId } = await person('合一')
    const some = ['春游告知书', '手机管理约定', '家长会通知'].map((title, n) =>
      reminder(personId, `letter-${n}`, title),
    )
    await notify.enqueue(some, world.now())
    await dispatch()

    const [message, ...more] = delivered('合一')
    expect(more).toEqual([])
    expect(JSON.stringify(message)).toContain('3封信等您签收：春游告知书、')
    expect(message?.page).toBe('packages/account/messages/messages')
    expect(await states()).toEqual([
      ['sent', null],
      ['sent', null],
      ['sent', null],
    ])
    expect((await consentsOf(openId, [idOf('letterReminder')])).get(idOf('letterReminder'))?.left).toBe(8)
  })

  it('tells a parent of two children about one letter in one message', async () => {
    world.goTo(NOON)
    const { personId } = await person('合二')
    const of = (child: string) =>
      letter(personId, { step: newId(), values: { ...letter(personId).values, child } })
    await notify.enqueue([of('张三'), of('张小四')], world.now())
    await dispatch()

    expect(delivered('合二')).toHaveLength(1)
    expect(JSON.stringify(delivered('合二'))).toMatch(/春游告知书.*张(三|小四)、张(三|小四)/)
  })

  it('keeps the second message of a day for the next morning; what is urgent goes at once', async () => {
    world.goTo(NOON)
    const { personId } = await person('合三')
    await notify.enqueue([letter(personId)], world.now())
    await dispatch()
    await notify.enqueue(
      [
        letter(personId, { subject: 'letter-2' }),
        letter(personId, { subject: 'letter-3', isUrgent: true }),
        reminder(personId, 'letter-4', '家长会通知'),
      ],
      world.now(),
    )
    await dispatch()
    expect(delivered('合三')).toHaveLength(2)
    expect(await OutboxModel.countDocuments({ status: 'pending' })).toBe(2)

    world.goTo('2026-11-26T07:00:01+08:00')
    await dispatch()
    expect(delivered('合三')).toHaveLength(3)
    expect(await OutboxModel.countDocuments({ status: 'sent' })).toBe(4)
  })

  it('takes along what is due within two hours, so that the day is not used up before its best reason', async () => {
    world.goTo('2026-11-25T07:00:00+08:00')
    const { personId } = await person('合四')
    const dueAt = new Date('2026-11-25T08:00:00+08:00')
    await notify.enqueue(
      [letter(personId), { ...reminder(personId, 'letter-2', '明天春游'), dueAt }],
      world.now(),
    )
    await dispatch()
    expect(delivered('合四')).toHaveLength(1)
    expect(JSON.stringify(delivered('合四'))).toContain('2封信等您签收')
    expect(await OutboxModel.countDocuments({ status: 'sent' })).toBe(2)
  })

  it('goes out in whichever kind is still allowed', async () => {
    world.goTo(NOON)
    const { personId } = await person('合五', { letter: 1 })
    await notify.enqueue([letter(personId), reminder(personId, 'letter-2', '家长会通知')], world.now())
    await dispatch()
    expect(delivered('合五')).toMatchObject([{ title: '家长信提醒' }])
    expect(await OutboxModel.countDocuments({ status: 'sent' })).toBe(2)
  })

  it('is not used up by what never left', async () => {
    world.goTo(NOON)
    const { personId } = await person('合六')
    world.simulator().control.breakNext({ path: SEND, times: 1, errcode: 40037 })
    await notify.enqueue([letter(personId)], world.now())
    await dispatch()
    await notify.enqueue([letter(personId, { subject: 'letter-2' })], world.now())
    await dispatch()
    expect(await states()).toEqual([
      ['failed', 'refused'],
      ['sent', null],
    ])
  })

  it('is one, however many workers ask at the same moment', async () => {
    world.goTo(NOON)
    const people = await Promise.all(Array.from({ length: 12 }, (_, n) => person(`争${n}`)))
    const items = people.flatMap(({ personId }) =>
      Array.from({ length: 6 }, (_, n) => reminder(personId, `letter-${n}`, `第${n}封`)),
    )
    const workers = Array.from({ length: 5 }, () => dispatch)
    await Promise.all([
      notify.enqueue(items.slice(0, 40), world.now()).then(() => Promise.all(workers.map((it) => it()))),
      notify.enqueue(items.slice(40), world.now()).then(() => Promise.all(workers.map((it) => it()))),
    ])
    await dispatch()
    for (const { as } of people) expect(delivered(as)).toHaveLength(1)
    world.goTo('2026-11-26T07:00:01+08:00')
    await dispatch()
    expect(await OutboxModel.countDocuments({ status: 'sent' })).toBe(72)
    for (const { as } of people) expect(delivered(as).length).toBeLessThanOrEqual(2)
  })

  it('is kept by the database: of two messages one gets the turn', async () => {
    const personId = newId()
    const none = { used: new Set<string>(), stale: new Map<string, string>() }
    const claim = (lead: string) => claimTurn(personId, lead, none, world.now())
    const won = await Promise.all(['a', 'b', 'c', 'd'].map(claim))
    expect(won.filter(Boolean)).toHaveLength(1)
    const [turn] = await TurnModel.find().lean()
    expect(await claim(turn?.leadId ?? '')).toBe(true)
    await expect(TurnModel.create({ ...turn })).rejects.toMatchObject({ code: 11000 })
  })

  it('counts as undelivered for everything in it when WeChat says so afterwards', async () => {
    world.goTo(NOON)
    const { personId, openId } = await person('合七')
    await notify.enqueue([letter(personId), reminder(personId, 'letter-2', '家长会通知')], world.now())
    await dispatch()
    const lead = await OutboxModel.findOne({ messageId: { $type: 'string' } }).lean()
    const event = {
      kind: 'delivery' as const,
      key: 'k',
      openId,
      outcomes: [
        {
          templateId: idOf('letterReminder'),
          messageId: lead?.messageId ?? '',
          errcode: 1,
          status: 'failed',
        },
      ],
    }
    await takeIn(event as never, world.deps())
    await takeIn(event as never, world.deps())
    expect(await states()).toEqual([
      ['unreachable', 'notDelivered'],
      ['unreachable', 'notDelivered'],
    ])
  })

  it('drops what nobody needs any more at the moment it would go', async () => {
    world.goTo(NOON)
    const { personId } = await person('合八')
    await notify.enqueue([letter(personId), reminder(personId, 'letter-2', '家长会通知')], world.now())
    const ids = (await OutboxModel.find().lean()).map((it) => it._id)
    const unwanted = async (messages: { _id: string }[]) =>
      new Map(messages.filter((it) => ids.includes(it._id)).map((it) => [it._id, 'notNeeded' as const]))
    await dispatch({ unwanted })
    expect(delivered('合八')).toHaveLength(0)
    expect(await states()).toEqual([
      ['withdrawn', 'notNeeded'],
      ['withdrawn', 'notNeeded'],
    ])
    // The letter stays in the list of messages, the reminder that would not be true does not.
    const { messages } = await notify.messagesOf(personId, undefined, world.now())
    expect(messages.map((it) => it.kind)).toEqual(['letter'])
  })
})

describe('what a bundle says', () => {
  const part = (over: Partial<Part>): Part => ({
    _id: newId(),
    kind: 'letterReminder',
    subject: 'a',
    page: 'p?id=a',
    values: { title: '春游', child: '张三', deadline: '请尽快', note: '请看一看' },
    ...over,
  })

  it('is the message itself when there is one', () => {
    const one = part({})
    expect(bundled([one], 'letterReminder')).toEqual({ page: 'p?id=a', values: one.values })
  })

  it('names the nearest day of several letters', () => {
    const [soon, late] = [new Date('2026-11-26T15:59:00Z'), new Date('2026-11-30T15:59:00Z')]
    const of = (subject: string, deadline: Date) =>
      part({ subject, values: { ...part({}).values, deadline } })
    expect(bundled([of('a', late), of('b', soon)], 'letterReminder').values).toMatchObject({ deadline: soon })
  })

  it('says how much else there is', () => {
    const study = part({
      kind: 'studyReminder',
      subject: 'c',
      values: { programme: '家长课', child: '张三' },
    })
    expect(bundled([part({}), study], 'letterReminder')).toMatchObject({
      page: 'packages/account/messages/messages',
      values: { title: '春游', note: '另有1条消息，请打开小程序看' },
    })
  })

  it('leaves appointments and matters of the day alone', () => {
    expect(isPaced({ kind: 'callReminder', isUrgent: false })).toBe(false)
    expect(isPaced({ kind: 'letter', isUrgent: true })).toBe(false)
    expect(isPaced({ kind: 'studyReminder', isUrgent: false })).toBe(true)
  })
})
