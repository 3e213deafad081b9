import { Types } from 'mongoose'
import { describe, expect, it } from 'vitest'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { openIdsOf } from '../../server/modules/accounts/service.ts'
import {
  consentsOf,
  noteConsent,
  returnConsent,
  takeConsent,
} from '../../server/modules/notify/consents/service.ts'
import { dispatchDue } from '../../server/modules/notify/dispatch/service.ts'
import { giveUpLost } from '../../server/modules/notify/lost/service.ts'
import { createDispatcher } from '../../server/modules/notify/jobs.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { type Outgoing, readTemplates } from '../../server/modules/notify/rules.ts'
import * as notify from '../../server/modules/notify/service.ts'
import { DEMO_TEMPLATE_IDS } from '../../server/scripts/simulator/templates.ts'
import { newId } from '../support/build.ts'
import { statementsOf } from '../support/plans.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld({ WX_TEMPLATES: JSON.stringify(DEMO_TEMPLATE_IDS) })
const templateId = DEMO_TEMPLATE_IDS.letter ?? ''
const SEND = '/cgi-bin/message/subscribe/send'
const NOON = '2026-11-25T12:00:00+08:00'

/** Somebody who has opened the mini-program, and allowed so many messages. */
async function person(as: string, allowed = 1) {
  const { openId } = world.simulator().control.identity({ as })
  const { _id } = await PersonModel.create({ name: as, wxOpenId: openId })
  for (let n = 0; n < allowed; n++) {
    world.simulator().control.answerPopup({ as, templateIds: [templateId] })
    await noteConsent(openId, templateId, { from: 'page', id: `tap-${n}-${newId()}`, at: world.now() })
  }
  return { personId: String(_id), openId, as }
}

const letter = (personId: string, over: Partial<Outgoing<'letter'>> = {}): Outgoing<'letter'> => ({
  kind: 'letter',
  subject: 'letter-1',
  personId,
  values: { title: '开学前，给家长的一封信', sender: '实验中学', child: '七年级2班 张三', note: '请签收' },
  page: 'pages/letters/letter?id=1',
  ...over,
})

const deps = () => ({
  clock: world.deps().clock,
  log: world.deps().log,
  wechat: world.deps().wechat,
  templates: readTemplates(world.deps().env.WX_TEMPLATES),
  addressesOf: openIdsOf,
})
const dispatch = () => dispatchDue(deps(), () => false)
const stateOf = async (subject = 'letter-1') =>
  (await OutboxModel.find({ subject }).sort({ _id: 1 }).lean()).map(({ status, reason, errcode }) => ({
    status,
    reason,
    errcode,
  }))
const delivered = (as?: string) => world.simulator().control.delivered({ as })
const leftOf = async (openId: string) => (await consentsOf(openId, [templateId])).get(templateId)?.left

/** The simulator lives as long as the file: what arrived in earlier tests is not ours. */
let before = 0
const arrivedNow = () => delivered().length - before

describe('enqueue', () => {
  it('changes nothing the second time', async () => {
    const { personId } = await person('张一')
    expect(await notify.enqueue([letter(personId)], world.now())).toBe(1)
    expect(await notify.enqueue([letter(personId, { page: 'pages/other/other' })], world.now())).toBe(0)
    expect(await OutboxModel.find().lean()).toMatchObject([
      { page: 'pages/letters/letter?id=1', status: 'pending' },
    ])
  })

  it('puts each message down once when two callers meet', async () => {
    const items = Array.from({ length: 50 }, () => letter(newId()))
    const added = await Promise.all([1, 2, 3, 4].map(() => notify.enqueue(items, world.now())))
    expect(added.reduce((sum, it) => sum + it)).toBe(50)
    expect(await OutboxModel.countDocuments()).toBe(50)
  })

  it('has the database refuse a second message with the same key', async () => {
    await notify.enqueue([letter(newId())], world.now())
    const [first] = await OutboxModel.find().lean()
    await expect(OutboxModel.create({ ...first })).rejects.toMatchObject({ code: 11000 })
  })

  it('leaves nothing behind when the transaction around it fails', async () => {
    const failing = OutboxModel.db.transaction(async () => {
      await notify.enqueue([letter(newId())], world.now())
      throw new Error('changed my mind')
    })
    await expect(failing).rejects.toThrow('changed my mind')
    expect(await OutboxModel.countDocuments()).toBe(0)
  })

  it('waits for the morning, unless it is urgent', async () => {
    world.goTo('2026-11-25T22:00:00+08:00')
    await notify.enqueue(
      [letter(newId(), { step: 'a' }), letter(newId(), { step: 'b', isUrgent: true })],
      world.now(),
    )
    const [quiet, urgent] = await OutboxModel.find().sort({ isUrgent: 1 }).lean()
    expect(quiet?.dueAt).toEqual(new Date('2026-11-26T07:00:00+08:00'))
    expect(quiet?.showAt.getTime()).toBeLessThan(quiet?.dueAt.getTime() ?? 0)
    expect(urgent?.dueAt).toEqual(urgent?.showAt)
  })

  it('takes thousands at a time', async () => {
    const items = Array.from({ length: 2500 }, () => letter(newId()))
    expect(await notify.enqueue(items, world.now())).toBe(2500)
  })
})

describe('dispatch', () => {
  it('delivers to who has allowed it, once however often it runs', async () => {
    world.goTo(NOON)
    const { personId, openId } = await person('李一', 3)
    await notify.enqueue([letter(personId)], world.now())
    await Promise.all([dispatch(), dispatch(), dispatch()])
    await dispatch()
    expect(delivered('李一')).toMatchObject([{ title: '家长信提醒', page: 'pages/letters/letter?id=1' }])
    expect(await stateOf()).toMatchObject([{ status: 'sent' }])
    expect(await leftOf(openId)).toBe(2)
  })

  it('leaves alone what is not due', async () => {
    world.goTo(NOON)
    const { personId } = await person('李二')
    await notify.enqueue([letter(personId, { dueAt: new Date(world.now().getTime() + 60_000) })], world.now())
    await dispatch()
    expect(await stateOf()).toMatchObject([{ status: 'pending' }])
    world.pass(61_000)
    await dispatch()
    expect(await stateOf()).toMatchObject([{ status: 'sent' }])
  })

  it('sends nothing at night that is not urgent, also what was to go by day', async () => {
    world.goTo('2026-11-25T21:00:00+08:00')
    const { personId } = await person('李三', 2)
    await notify.enqueue([letter(personId), letter(personId, { step: '2', isUrgent: true })], world.now())
    world.goTo('2026-11-25T22:00:00+08:00')
    await dispatch()
    expect(await stateOf()).toMatchObject([{ status: 'pending' }, { status: 'sent' }])
    world.goTo('2026-11-26T07:00:01+08:00')
    await dispatch()
    expect(await stateOf()).toMatchObject([{ status: 'sent' }, { status: 'sent' }])
  })

  it('walks at night through what is due once, not again for each batch', async () => {
    world.goTo('2026-11-25T22:00:00+08:00')
    const rows = Array.from({ length: 700 }, () => letter(newId(), { isUrgent: true }))
    await notify.enqueue(rows, world.now())
    await OutboxModel.updateMany({}, { dueAt: world.now() })

    const statements = await statementsOf(dispatch)

    const wide = statements.filter((it) => it.name === 'update outbox' && it.plan.includes('dueAt'))
    expect(wide.map((it) => it.docsExamined)).toEqual([700])
    expect(await OutboxModel.countDocuments({ status: 'pending' })).toBe(0)
  })

  it('keeps for the morning what night has overtaken while others were being sent', async () => {
    world.goTo('2026-11-25T21:29:00+08:00')
    const { personId } = await person('赵四', 2)
    await notify.enqueue([letter(personId), letter(personId, { step: '2', isUrgent: true })], world.now())
    const other = await person('孙五')
    await notify.enqueue(
      [letter(other.personId, { subject: 'letter-0' })],
      new Date('2026-11-25T20:00:00+08:00'),
    )
    await OutboxModel.updateMany({ subject: 'letter-1' }, { dueAt: new Date('2026-11-25T21:30:30+08:00') })

    before = delivered().length
    await dispatchDue(deps(), () => {
      if (arrivedNow() > 0) world.goTo('2026-11-25T21:31:00+08:00')
      return false
    })

    expect(await stateOf('letter-0')).toMatchObject([{ status: 'sent' }])
    expect(await stateOf()).toMatchObject([{ status: 'pending' }, { status: 'sent' }])
  })

  it('asks WeChat nothing for people it cannot reach, and says why', async () => {
    world.goTo(NOON)
    const calls = () => world.simulator().control.calls(SEND).length
    const sofar = calls()
    const { personId: unwilling } = await person('李四', 0)
    await notify.enqueue([letter(unwilling)], world.now())
    await notify.enqueue([letter(newId(), { subject: 'letter-2' })], world.now())
    await dispatch()
    expect(await stateOf()).toMatchObject([{ status: 'unreachable', reason: 'noConsent' }])
    expect(await stateOf('letter-2')).toMatchObject([{ status: 'unreachable', reason: 'noAddress' }])
    expect(calls()).toBe(sofar)
  })

  it('forgets what it believed was allowed when WeChat knows better', async () => {
    world.goTo(NOON)
    const { personId, openId } = await person('李五', 2)
    const { control } = world.simulator()
    control.world.addQuota(openId, templateId, -2)
    await notify.enqueue([letter(personId)], world.now())
    await dispatch()
    expect(await stateOf()).toMatchObject([{ status: 'unreachable', reason: 'noConsent', errcode: 43101 }])
    expect(await leftOf(openId)).toBe(0)
  })

  it('drops what comes too late to be of use', async () => {
    world.goTo(NOON)
    const { personId } = await person('李六')
    await notify.enqueue(
      [letter(personId, { expiresAt: new Date(world.now().getTime() + 1000) })],
      world.now(),
    )
    world.pass(2_000)
    await dispatch()
    expect(await stateOf()).toMatchObject([{ status: 'failed', reason: 'tooLate' }])
  })

  it('marks what WeChat did not like as failed, and keeps the consent', async () => {
    world.goTo(NOON)
    const { personId, openId } = await person('李七')
    world.simulator().control.breakNext({ path: SEND, times: 1, errcode: 40037 })
    await notify.enqueue([letter(personId)], world.now())
    await dispatch()
    expect(await stateOf()).toMatchObject([{ status: 'failed', reason: 'refused', errcode: 40037 }])
    expect(await leftOf(openId)).toBe(1)
  })

  it('comes back later when WeChat has no room', async () => {
    world.goTo(NOON)
    const { personId } = await person('李八')
    world.simulator().control.breakNext({ path: SEND, times: 1, errcode: 45011 })
    await notify.enqueue([letter(personId)], world.now())
    await dispatch()
    expect(await stateOf()).toMatchObject([{ status: 'pending', errcode: 45011 }])
    await dispatch()
    expect(delivered('李八')).toHaveLength(0)
    world.pass(91_000)
    await dispatch()
    expect(delivered('李八')).toHaveLength(1)
  })

  it('never repeats a message whose answer was lost', async () => {
    world.goTo(NOON)
    const { personId } = await person('李九', 2)
    world.simulator().control.breakNext({ path: SEND, times: 1, isLost: true })
    await notify.enqueue([letter(personId)], world.now())
    await dispatch()
    world.pass(24 * 3_600_000)
    await dispatch()
    expect(await stateOf()).toMatchObject([{ status: 'unknown', reason: 'lost' }])
    expect(delivered('李九')).toHaveLength(1)
  })

  it('sends several messages to one person one after the other', async () => {
    world.goTo(NOON)
    world.simulator().control.world.sendMs = 10
    const { personId } = await person('王一', 5)
    await notify.enqueue(
      Array.from({ length: 5 }, (_, n) => letter(personId, { step: String(n), isUrgent: true })),
      world.now(),
    )
    await dispatch()
    expect(delivered('王一')).toHaveLength(5)
    expect((await stateOf()).every((it) => it.status === 'sent' && it.errcode === null)).toBe(true)
    world.simulator().control.world.sendMs = 2
  })

  it('sends the others when one cannot go', async () => {
    world.goTo(NOON)
    const [stuck, fine] = [await person('王二'), await person('王三')]
    await notify.enqueue([letter(stuck.personId), letter(fine.personId)], world.now())
    await OutboxModel.updateOne({ personId: stuck.personId }, { $unset: { values: 1 } })
    await dispatch()
    expect(delivered('王三')).toHaveLength(1)
    expect(await OutboxModel.countDocuments({ status: 'failed', reason: 'badValue' })).toBe(1)
  })

  it('finishes the batch of a process that died before sending', async () => {
    world.goTo(NOON)
    const { personId } = await person('王四')
    await notify.enqueue([letter(personId)], world.now())
    const leaseUntil = new Date(world.now().getTime() + 60_000)
    await OutboxModel.updateMany({}, { leaseId: 'of-the-dead', leaseUntil })
    await dispatch()
    expect(delivered('王四')).toHaveLength(0)
    world.pass(61_000)
    await dispatch()
    expect(delivered('王四')).toHaveLength(1)
  })

  it('gives up on what a process was sending when it died', async () => {
    world.goTo(NOON)
    const { personId } = await person('王五')
    await notify.enqueue([letter(personId)], world.now())
    const leaseUntil = new Date(world.now().getTime() + 90_000)
    await OutboxModel.updateMany({}, { status: 'sending', leaseId: 'of-the-dead', leaseUntil })
    await giveUpLost(deps())
    expect(await stateOf()).toMatchObject([{ status: 'sending' }])
    world.pass(91_000)
    await dispatch()
    expect(await stateOf()).toMatchObject([{ status: 'unknown', reason: 'lost' }])
    expect(delivered('王五')).toHaveLength(0)
  })

  it('keeps to the list in the mini-program where there is no template', async () => {
    world.goTo(NOON)
    const { personId } = await person('王六')
    await notify.enqueue([letter(personId)], world.now())
    await dispatchDue({ ...deps(), templates: {} }, () => false)
    expect(await stateOf()).toMatchObject([{ status: 'unreachable', reason: 'noTemplate' }])
  })
})

describe('the dispatcher of a process', () => {
  it('sends what arrives without waiting for the tick', async () => {
    world.goTo(NOON)
    before = delivered().length
    const dispatcher = createDispatcher(deps())
    notify.onArrival(dispatcher.kick)
    const { personId } = await person('赵一')
    await notify.enqueue([letter(personId)], world.now())
    await expect.poll(arrivedNow, { timeout: 15_000 }).toBe(1)
    notify.offArrival(dispatcher.kick)
    await dispatcher.stop()
  })

  it('lets go of what it will not send any more when it is stopped', async () => {
    world.goTo(NOON)
    world.simulator().control.world.sendMs = 40
    const people = await Promise.all(Array.from({ length: 30 }, (_, n) => person(`赵二${n}`)))
    await notify.enqueue(
      people.map((it) => letter(it.personId)),
      world.now(),
    )
    const first = createDispatcher(deps())
    const run = first.run()
    await expect
      .poll(() => OutboxModel.countDocuments({ status: 'sent' }), { timeout: 15_000 })
      .toBeGreaterThan(0)
    await Promise.all([first.stop(), run])
    expect(await OutboxModel.countDocuments({ status: 'sending' })).toBe(0)
    await createDispatcher(deps()).run()
    expect(await OutboxModel.countDocuments({ status: 'sent' })).toBe(30)
    world.simulator().control.world.sendMs = 2
  })
})

describe('what may be sent to a person', () => {
  it('is counted once when page and push report the same tap at the same moment', async () => {
    const { openId } = await person('钱一', 0)
    const at = world.now()
    await Promise.all([
      noteConsent(openId, templateId, { from: 'page', id: 'p1', at }),
      noteConsent(openId, templateId, { from: 'push', id: 'e1', at }),
      noteConsent(openId, templateId, { from: 'page', id: 'p1', at }),
      noteConsent(openId, templateId, { from: 'push', id: 'e1', at }),
    ])
    expect(await leftOf(openId)).toBe(1)
  })

  it('is not given out twice', async () => {
    const { openId } = await person('钱二', 3)
    const template = { id: templateId, keys: {}, isLongTerm: false }
    const taken = await Promise.all(Array.from({ length: 10 }, () => takeConsent(openId, template, newId())))
    expect(taken.filter(Boolean)).toHaveLength(3)
    expect(await leftOf(openId)).toBe(0)
  })

  it('is set aside for the same message once, and given back once', async () => {
    const { openId } = await person('钱四', 1)
    const template = { id: templateId, keys: {}, isLongTerm: false }
    const take = (key: string) => takeConsent(openId, template, key)
    expect([await take('m1'), await take('m1'), await take('m2')]).toEqual([true, true, false])
    await Promise.all([1, 2].map(() => returnConsent(openId, template, 'm1')))
    expect(await leftOf(openId)).toBe(1)
    expect(await take('m2')).toBe(true)
  })

  it('lasts where the template is a long-term one', async () => {
    const { openId } = await person('钱三', 1)
    const template = { id: templateId, keys: {}, isLongTerm: true }
    expect([await takeConsent(openId, template, 'm1'), await takeConsent(openId, template, 'm2')]).toEqual([
      true,
      true,
    ])
  })

  it('shows how many of a class can be reminded', async () => {
    const willing = [await person('孙一'), await person('孙二')]
    const unwilling = await person('孙三', 0)
    const ids = [...willing, unwilling].map((it) => it.personId)
    const people = [...ids, ids[0] ?? '', newId()]
    expect(await notify.reachableOf(people, 'letter', world.deps())).toEqual({ total: 4, reachable: 2 })
    expect(await notify.reachableOf(people, 'certificate', world.deps())).toEqual({ total: 4, reachable: 0 })
    expect(await notify.reachableOf([], 'letter', world.deps())).toEqual({ total: 0, reachable: 0 })
  })
})

describe('withdraw', () => {
  it('takes back what has not gone out, and only that', async () => {
    world.goTo(NOON)
    const [gone, waiting] = [await person('周一'), await person('周二')]
    await notify.enqueue([letter(gone.personId)], world.now())
    await dispatch()
    await notify.enqueue([letter(waiting.personId), letter(newId(), { subject: 'letter-2' })], world.now())
    expect(await notify.withdraw({ kind: 'letter', subject: 'letter-1' })).toBe(1)
    expect(await notify.withdraw({ kind: 'letter', subject: 'letter-1' })).toBe(0)
    await dispatch()
    const states = await OutboxModel.distinct('status', { subject: 'letter-1' })
    expect(states.sort()).toEqual(['sent', 'withdrawn'])
    expect(delivered('周二')).toHaveLength(0)
  })

  it('gives the consent back when it comes in the last moment', async () => {
    world.goTo(NOON)
    const { personId, openId } = await person('周三')
    await notify.enqueue([letter(personId)], world.now())
    const addressesOf = async (ids: string[]) => {
      await notify.withdraw({ kind: 'letter', subject: 'letter-1' })
      return openIdsOf(ids)
    }
    await dispatchDue({ ...deps(), addressesOf }, () => false)
    expect(delivered('周三')).toHaveLength(0)
    expect(await leftOf(openId)).toBe(1)
  })

  it('can be kept to some people', async () => {
    const [one, two] = [newId(), newId()]
    await notify.enqueue([letter(one), letter(two)], world.now())
    await notify.withdraw({ kind: 'letter', subject: 'letter-1', personIds: [one] })
    const withdrawn = await OutboxModel.find({ status: 'withdrawn' }).lean()
    expect(withdrawn.map((it) => it.personId)).toEqual([new Types.ObjectId(one)])
  })
})
