import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  listMyMessages,
  listMySubscriptions,
  listSentMessages,
  messageKind,
  readMyMessages,
  reportMySubscriptions,
} from '#contract/notify'
import { signPush } from '../../server/infra/wechat/push.ts'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import type { Outgoing } from '../../server/modules/notify/rules.ts'
import * as notify from '../../server/modules/notify/service.ts'
import { DEMO_TEMPLATE_IDS } from '../../server/scripts/simulator/templates.ts'
import { startWechatSimulator } from '../../server/scripts/simulator/wechat.ts'
import { buildBranch, buildGuardian, buildStaff, buildStudent, newId } from '../support/build.ts'
import { scans, statementsOf } from '../support/plans.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld({ WX_TEMPLATES: JSON.stringify(DEMO_TEMPLATE_IDS) })
const templateId = DEMO_TEMPLATE_IDS.letter ?? ''
const SCRIPT = '<script>alert(1)</script>'

const letter = (personId: string, over: Partial<Outgoing<'letter'>> = {}): Outgoing<'letter'> => ({
  kind: 'letter',
  subject: 'letter-1',
  personId,
  values: { title: '春游告知书', sender: '实验中学', child: '七年级2班 张三', note: '请签收' },
  page: 'pages/letters/letter?id=1',
  ...over,
})

async function family() {
  const branch = await buildBranch()
  const student = await buildStudent(branch.klass, { name: '张三' })
  const personId = await buildGuardian(world, student)
  return { ...branch, student, personId, call: await world.as(personId, 'guardian') }
}

const refusal = (status: number) => ({ status })

describe('listMyMessages', () => {
  it('pages through my messages and nobody else’s, newest first', async () => {
    const { personId, call } = await family()
    const start = world.now().getTime() - 3_600_000
    const mine = Array.from({ length: 35 }, (_, n) =>
      // Pairs of the same moment: the second order of the list must hold, too.
      letter(personId, { step: String(n), dueAt: new Date(start + Math.floor(n / 2) * 1000) }),
    )
    await notify.enqueue([...mine, letter(newId())], world.now())

    const first = await call(listMyMessages, {})
    const second = await call(listMyMessages, { after: first.next ?? '' })
    const all = [...first.messages, ...second.messages]

    expect(first).toMatchObject({ unread: 35, messages: { length: 30 } })
    expect(new Set(all.map((it) => it.id)).size).toBe(35)
    expect(all.map((it) => it.at)).toEqual(
      all
        .map((it) => it.at)
        .sort()
        .reverse(),
    )
    expect(all[0]).toMatchObject({ title: '收到一封家长信', page: 'pages/letters/letter?id=1', readAt: null })
    expect(second.next).toBeNull()
  })

  it('shows neither what is for later nor what was taken back', async () => {
    const { personId, call } = await family()
    const dueAt = new Date(world.now().getTime() + 3_600_000)
    await notify.enqueue([letter(personId, { dueAt }), letter(personId, { subject: 'gone' })], world.now())
    await notify.withdraw({ kind: 'letter', subject: 'gone' })
    expect(await call(listMyMessages, {})).toEqual({ messages: [], next: null, unread: 0 })
    world.pass(3_601_000)
    expect((await call(listMyMessages, {})).messages).toHaveLength(1)
  })

  it('needs a sign-in', async () => {
    await expect(world.withToken(null)(listMyMessages, {})).rejects.toMatchObject(refusal(401))
  })

  it.each([
    'after=1&after=2',
    'after[$ne]=1',
    'after=%7B%7D',
    'after=x~y',
    `after=${'1'.repeat(300)}`,
    'whose=2',
  ])('refuses ?%s', async (query) => {
    const { personId } = await family()
    const token = await world.tokenOf(personId, 'guardian')
    expect((await world.send(token, 'GET', `/api/me/messages?${query}`)).status).toBe(400)
  })
})

describe('readMyMessages', () => {
  it('marks some, then all, and keeps the time of the first reading', async () => {
    const { personId, call } = await family()
    await notify.enqueue(
      [1, 2, 3].map((step) => letter(personId, { step: String(step) })),
      world.now(),
    )
    const [one] = (await call(listMyMessages, {})).messages

    expect(await call(readMyMessages, { ids: [one?.id ?? ''] })).toEqual({ unread: 2 })
    const readAt = (await OutboxModel.findById(one?.id).lean())?.readAt
    world.pass(60_000)
    const twice = await Promise.all([call(readMyMessages, {}), call(readMyMessages, {})])

    expect(twice).toEqual([{ unread: 0 }, { unread: 0 }])
    expect((await OutboxModel.findById(one?.id).lean())?.readAt).toEqual(readAt)
  })

  it('cannot mark somebody else’s', async () => {
    const { call } = await family()
    const other = await family()
    await notify.enqueue([letter(other.personId)], world.now())
    const [theirs] = await OutboxModel.find().lean()
    await call(readMyMessages, { ids: [theirs?._id ?? ''] })
    expect((await OutboxModel.findById(theirs?._id).lean())?.readAt).toBeNull()
  })

  it.each([
    { ids: 'all' },
    { ids: [{ $ne: null }] },
    { ids: Array(51).fill('a') },
    { ids: [SCRIPT] },
    { all: true },
    [],
  ])('refuses %j', async (body) => {
    const { personId } = await family()
    const token = await world.tokenOf(personId, 'guardian')
    expect((await world.send(token, 'POST', '/api/me/messages/read', body)).status).toBe(400)
  })

  it('needs a sign-in', async () => {
    await expect(world.withToken(null)(readMyMessages, {})).rejects.toMatchObject(refusal(401))
  })
})

describe('my subscriptions', () => {
  const leftOf = (subscriptions: { kind: string; left: number }[]) =>
    subscriptions.find((it) => it.kind === 'letter')?.left

  it('count each tap once, however often the page reports it', async () => {
    const { call } = await family()
    const tap = { tapId: 'tap-00000001', accepted: [templateId] }
    await Promise.all([call(reportMySubscriptions, tap), call(reportMySubscriptions, tap)])
    const { subscriptions } = await call(reportMySubscriptions, tap)
    expect(leftOf(subscriptions)).toBe(1)
    await call(reportMySubscriptions, { ...tap, tapId: 'tap-00000002' })
    expect(leftOf((await call(listMySubscriptions, {})).subscriptions)).toBe(2)
  })

  it('list every kind with its template and a Chinese name', async () => {
    const { call } = await family()
    const { subscriptions } = await call(listMySubscriptions, {})
    // What is written to members of staff alone is not offered to a parent.
    const forStaff = ['joinRequest', 'staffMatter', 'replyStaff']
    expect(subscriptions.map((it) => it.kind).sort()).toEqual(
      messageKind.options.filter((it) => !forStaff.includes(it)).sort(),
    )
    expect(subscriptions.every((it) => /^[\u4e00-\u9fff]+$/.test(it.label) && it.left === 0)).toBe(true)
  })

  it('are only for people who come through WeChat', async () => {
    const { school } = await buildBranch()
    const call = await world.as(await buildStaff(school, 'school_admin'), 'staff')
    const attempt = call(reportMySubscriptions, { tapId: 'tap-00000001', accepted: [templateId] })
    await expect(attempt).rejects.toMatchObject(refusal(409))
    expect(leftOf((await call(listMySubscriptions, {})).subscriptions)).toBeUndefined()
  })

  it.each([
    { tapId: 'tap-00000001', accepted: ['no-such-template'] },
    { tapId: 'tap-00000001', accepted: Array(4).fill(templateId) },
    { tapId: 'short', accepted: [templateId] },
    { tapId: { $ne: null }, accepted: [templateId] },
    { tapId: 'tap-00000001', accepted: { $ne: null } },
    { tapId: 'tap-00000001', accepted: [templateId], left: 100 },
  ])('refuse %j', async (body) => {
    const { personId, call } = await family()
    const token = await world.tokenOf(personId, 'guardian')
    const response = await world.send(token, 'POST', '/api/me/subscriptions', body)
    expect(response.status).toBe(400)
    expect(leftOf((await call(listMySubscriptions, {})).subscriptions)).toBe(0)
  })

  it('need a sign-in', async () => {
    const tap = { tapId: 'tap-00000001', accepted: [templateId] }
    await expect(world.withToken(null)(listMySubscriptions, {})).rejects.toMatchObject(refusal(401))
    await expect(world.withToken(null)(reportMySubscriptions, tap)).rejects.toMatchObject(refusal(401))
  })
})

describe('listSentMessages', () => {
  const sendTo = async (it: Awaited<ReturnType<typeof family>>, subject = 'letter-1') =>
    notify.enqueue([letter(it.personId, { subject, path: it.klass.path })], world.now())

  it('shows the sender what became of each message', async () => {
    const it = await family()
    await sendTo(it)
    await OutboxModel.updateMany({}, { status: 'unreachable', reason: 'noConsent', errcode: 43101 })
    const call = await world.as(await buildStaff(it.klass, 'class_teacher'), 'staff')

    const { messages, counts } = await call(listSentMessages, {
      unitId: String(it.klass._id),
      subject: 'letter-1',
    })

    expect(counts).toEqual({ unreachable: 1 })
    expect(messages).toMatchObject([
      { status: 'unreachable', reason: '没有允许微信提醒，可在小程序的消息里看到' },
    ])
    expect(messages[0]?.personName).toContain('张三')
    expect(JSON.stringify(messages)).not.toContain('o-test')
  })

  it('keeps to the unit', async () => {
    const [mine, other] = [await family(), await family()]
    await sendTo(mine)
    await sendTo(other)
    const call = await world.as(await buildStaff(mine.school, 'school_admin'), 'staff')
    const page = await call(listSentMessages, { unitId: String(mine.school._id), subject: 'letter-1' })
    expect(page.messages).toHaveLength(1)
    const foreign = call(listSentMessages, { unitId: String(other.school._id), subject: 'letter-1' })
    await expect(foreign).rejects.toMatchObject(refusal(404))
  })

  it('pages through many', async () => {
    const it = await family()
    const items = Array.from({ length: 130 }, () => letter(newId(), { path: it.klass.path }))
    await notify.enqueue(items, world.now())
    const call = await world.as(await buildStaff(it.school, 'school_admin'), 'staff')
    const ask = { unitId: String(it.school._id), subject: 'letter-1' }
    const first = await call(listSentMessages, ask)
    const second = await call(listSentMessages, { ...ask, after: first.next ?? '' })
    expect(new Set([...first.messages, ...second.messages].map((message) => message.id)).size).toBe(130)
    expect([first.counts, second.next]).toEqual([{ pending: 130 }, null])
  })

  it('goes class by class, and reads no more than the page', async () => {
    const it = await family()
    const neighbour = `${it.grade.path}${newId()}/`
    const items = Array.from({ length: 220 }, (_, n) =>
      letter(newId(), { path: n % 2 ? it.klass.path : neighbour }),
    )
    await notify.enqueue(items, world.now())
    const call = await world.as(await buildStaff(it.school, 'school_admin'), 'staff')
    const ask = { unitId: String(it.school._id), subject: 'letter-1' }
    const first = await call(listSentMessages, ask)
    const second = await call(listSentMessages, { ...ask, after: first.next ?? '' })
    const statements = await statementsOf(async () => {
      const third = await call(listSentMessages, { ...ask, after: second.next ?? '' })
      expect(third).toMatchObject({ messages: { length: 20 }, next: null })
    })
    const ids = [...first.messages, ...second.messages].map((message) => message.id)
    const paths = await OutboxModel.find({ _id: { $in: ids } }).lean<{ _id: string; path: string }[]>()
    const pathOf = new Map(paths.map((row) => [row._id, row.path]))
    const walked = ids.map((id) => pathOf.get(id) ?? '')
    expect(walked).toEqual(walked.toSorted())
    const [last, page] = statements.filter(({ name }) => name === 'find outbox')
    expect(last?.docsExamined).toBe(1)
    expect(page?.docsExamined).toBeLessThanOrEqual(121)
    expect(scans(statements)).toEqual([])
  })

  it('is for staff near the families: not for parents, not for those who only see figures', async () => {
    const it = await family()
    await sendTo(it)
    const ask = { unitId: String(it.city._id), subject: 'letter-1' }
    const city = await world.as(await buildStaff(it.city, 'city_admin'), 'staff')
    await expect(it.call(listSentMessages, ask)).rejects.toMatchObject(refusal(403))
    await expect(city(listSentMessages, ask)).rejects.toMatchObject(refusal(403))
    await expect(world.withToken(null)(listSentMessages, ask)).rejects.toMatchObject(refusal(401))
  })

  it.each(['', 'subject=a%3Ab', 'subject[$ne]=1', 'subject=1&subject=2', 'subject=1&path=%2F'])(
    'refuses ?%s',
    async (query) => {
      const it = await family()
      const token = await world.tokenOf(await buildStaff(it.school, 'school_admin'), 'staff')
      const path = `/api/units/${String(it.school._id)}/sent-messages?${query}`
      expect((await world.send(token, 'GET', path)).status).toBe(400)
    },
  )
})

describe('what WeChat pushes', () => {
  let wechat: Awaited<ReturnType<typeof startWechatSimulator>>
  beforeAll(async () => {
    const { env } = world.deps()
    wechat = await startWechatSimulator({
      port: 0,
      appId: env.WX_APP_ID,
      secret: env.WX_APP_SECRET,
      pushUrl: `${world.origin()}/api/wechat/push`,
      pushToken: env.WX_PUSH_TOKEN,
      pushAesKey: env.WX_PUSH_AES_KEY,
    })
  })
  afterAll(() => wechat.stop())

  let call: Awaited<ReturnType<typeof world.as>>
  let personId = ''
  beforeEach(async () => {
    const { openId } = wechat.control.identity({ as: '张三妈妈' })
    const { _id } = await PersonModel.create({ name: '张三妈妈', wxOpenId: openId })
    personId = String(_id)
    call = await world.as(personId, 'guardian')
  })
  const left = async () =>
    (await call(listMySubscriptions, {})).subscriptions.find((it) => it.kind === 'letter')?.left

  it('counts an accepted tap, and the page’s report of the same tap does not count it again', async () => {
    wechat.control.answerPopup({ as: '张三妈妈', templateIds: [templateId] })
    await wechat.control.settled()
    expect(await left()).toBe(1)
    await call(reportMySubscriptions, { tapId: 'tap-00000001', accepted: [templateId] })
    expect(await left()).toBe(1)
  })

  it('takes a no in the settings back, and a no in a pop-up not', async () => {
    await call(reportMySubscriptions, { tapId: 'tap-00000001', accepted: [templateId] })
    wechat.control.answerPopup({ as: '张三妈妈', templateIds: [templateId], accept: false })
    await wechat.control.settled()
    expect(await left()).toBe(1)
    wechat.control.refuseInSettings({ as: '张三妈妈', templateIds: [templateId] })
    await wechat.control.settled()
    expect(await left()).toBe(0)
  })

  const signed = (encrypted: string, over: Record<string, string> = {}) => {
    const [timestamp, nonce] = ['1714112445', '415670741']
    const msg_signature = signPush([world.deps().env.WX_PUSH_TOKEN, timestamp, nonce, encrypted])
    return new URLSearchParams({ timestamp, nonce, msg_signature, ...over }).toString()
  }

  it.each([
    ['a wrong signature', { Encrypt: 'AAAA' }, { msg_signature: 'f'.repeat(40) }, 403],
    ['noise with a right signature', { Encrypt: 'AAAA' }, {}, 403],
    ['nothing encrypted', { Event: 'subscribe_msg_popup_event' }, {}, 400],
    ['an object where text belongs', { Encrypt: { $ne: null } }, {}, 400],
  ])('is refused with %s', async (_, body, over, status) => {
    const response = await world.send(null, 'POST', `/api/wechat/push?${signed('AAAA', over)}`, body)
    expect(response.status).toBe(status)
    expect(await response.text()).not.toBe('success')
  })

  it('may come as XML', async () => {
    const response = await fetch(`${world.origin()}/api/wechat/push?${signed('AAAA')}`, {
      method: 'POST',
      headers: { 'content-type': 'text/xml' },
      body: '<xml><Encrypt><![CDATA[AAAA]]></Encrypt></xml>',
    })
    // Understood as far as the encryption, which is noise here.
    expect(response.status).toBe(403)
  })

  it('answers the address check with the same words, and a stranger not', async () => {
    const [timestamp, nonce] = ['1714036504', '1514711492']
    const signature = signPush([world.deps().env.WX_PUSH_TOKEN, timestamp, nonce])
    const ask = (over: object) =>
      world.send(
        null,
        'GET',
        `/api/wechat/push?${new URLSearchParams({ timestamp, nonce, signature, echostr: '42', ...over }).toString()}`,
      )
    expect(await (await ask({})).text()).toBe('42')
    expect((await ask({ signature: 'x' })).status).toBe(403)
  })

  it('tells when a message WeChat had taken on did not arrive', async () => {
    await notify.enqueue([letter(personId)], world.now())
    await OutboxModel.updateMany({}, { status: 'sent', messageId: '2258412563438952448' })
    const { takeIn } = await import('../../server/modules/notify/push/service.ts')
    const outcome = { templateId, messageId: '2258412563438952448', errcode: 20005, status: 'blocked' }
    const event = { kind: 'delivery', key: 'k', openId: 'o', at: world.now(), outcomes: [outcome] } as const
    await takeIn({ ...event, outcomes: [outcome] }, world.deps())
    expect(await OutboxModel.find().lean()).toMatchObject([{ status: 'unreachable', reason: 'notDelivered' }])
  })
})
