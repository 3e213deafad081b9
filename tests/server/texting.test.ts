import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openMyLetter } from '#contract/letters'
import { askDeletion, readMyData } from '#contract/privacy'
import { readReminderPlan } from '#contract/reminding'
import {
  chooseMyTexting,
  readMyTexting,
  readTextSetting,
  saveTextSetting,
  type TextSetting,
} from '#contract/texting'
import { aliyunSms } from '../../server/infra/sms/aliyun.ts'
import { tencentSms } from '../../server/infra/sms/tencent.ts'
import type { SmsProvider } from '../../server/infra/sms/provider.ts'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { openIdsOf } from '../../server/modules/accounts/service.ts'
import { unwanted } from '../../server/modules/letters/service.ts'
import { dispatchDue } from '../../server/modules/notify/dispatch/service.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { readTemplates } from '../../server/modules/notify/rules.ts'
import { TextModel, TextSpendModel } from '../../server/modules/notify/texting/model.ts'
import { isOptOut, paramsOf } from '../../server/modules/notify/texting/rules.ts'
import { book } from '../../server/modules/notify/texting/booking/service.ts'
import { choicesOf } from '../../server/modules/notify/texting/choices/service.ts'
import { textDue } from '../../server/modules/notify/texting/service.ts'
import { closeDue } from '../../server/modules/privacy/closing/service.ts'
import { DEMO_TEMPLATE_IDS } from '../../server/scripts/simulator/templates.ts'
import { startSmsSimulator } from '../../server/scripts/simulator/sms.ts'
import { buildStaff, newId } from '../support/build.ts'
import { buildClass, sendLetter, tick } from '../support/letters.ts'
import { useWorld } from '../support/world.ts'

const KEY = 'callback-key-of-24-letters-or-more'
const world = useWorld({ WX_TEMPLATES: JSON.stringify(DEMO_TEMPLATE_IDS), SMS_CALLBACK_KEY: KEY })
const secrets = { keyId: 'key-1', keySecret: 'secret-1', appId: '1400006666', region: 'ap-guangzhou' }
const SETTING = {
  ...{ isOn: true, letters: 'all' as const, signName: '滨江教育', template: 'SMS_1' },
  ...{ priceFen: 5, dailyFen: 100, monthlyFen: 1000 },
}

let simulator: Awaited<ReturnType<typeof startSmsSimulator>>
let aliyun: SmsProvider
let tencent: SmsProvider
beforeAll(async () => {
  simulator = await startSmsSimulator({
    ...{ port: 0, ...secrets, signName: SETTING.signName },
    templates: { SMS_1: ['count', 'title', 'date'] },
  })
  const clock = { now: () => new Date() }
  aliyun = aliyunSms({ ...secrets, baseUrl: simulator.url }, clock)
  tencent = tencentSms({ ...secrets, baseUrl: simulator.url }, clock)
})
afterAll(() => simulator.stop())
beforeEach(() => {
  world.goTo('2026-11-23T10:00:00+08:00')
  const { control } = simulator
  Object.assign(control, {
    texted: [],
    calls: 0,
    blacklist: new Set(),
    dailyLimit: 5,
    balance: 100,
    troubles: [],
    delayMs: 0,
    widest: 0,
  })
  world.deps().sms = aliyun
})

const message = (phone = '13900000001') => ({
  phone,
  signName: SETTING.signName,
  template: 'SMS_1',
  params: [
    { name: 'count', value: '2' },
    { name: 'title', value: '春游告知书、家长会 *通知' },
    { name: 'date', value: '11月25日(周三)' },
  ],
  serial: newId(),
})

describe.each([
  ['Alibaba Cloud', () => aliyun],
  ['Tencent Cloud', () => tencent],
])('%s', (_, provider) => {
  it('takes a signed message on', async () => {
    const said = message()
    expect((await provider().send(said)).providerId).toMatch(/^biz-/)
    expect(simulator.control.texted).toMatchObject([
      { phone: said.phone, params: said.params.map((it) => it.value), serial: said.serial },
    ])
  })

  it('says why it refuses', async () => {
    const blame = (over: object) =>
      provider()
        .send({ ...message(), ...over })
        .then(
          () => null,
          (error: { blame: string }) => error.blame,
        )
    const { control } = simulator
    expect(await blame({ phone: '12' })).toBe('number')
    expect(await blame({ template: 'SMS_2' })).toBe('template')
    expect(await blame({ signName: '别人' })).toBe('template')
    control.blacklist.add('13900000002')
    expect(await blame({ phone: '13900000002' })).toBe('optedOut')
    control.dailyLimit = 0
    expect(await blame({})).toBe('limit')
    control.balance = 0
    expect(await blame({})).toBe('balance')
    expect(control.texted).toEqual([])
  })

  it('does not know whether a message arrived whose answer was lost', async () => {
    simulator.control.troubles.push('silence')
    await expect(provider().send(message())).rejects.toMatchObject({ maybeReceived: true })
    expect(simulator.control.texted).toHaveLength(1)
  })
})

it('is found out by the provider when the key is wrong', async () => {
  const clock = { now: () => new Date() }
  const wrong = { ...secrets, keySecret: 'secret-2', baseUrl: simulator.url }
  await expect(aliyunSms(wrong, clock).send(message())).rejects.toMatchObject({
    code: 'SignatureDoesNotMatch',
  })
  await expect(tencentSms(wrong, clock).send(message())).rejects.toMatchObject({
    code: 'AuthFailure.SignatureFailure',
  })
})

const rooms = () => ({
  unwanted: (messages: never[], also?: { spareReaders: boolean }) => unwanted(messages, world.now(), also),
})
const dispatch = () => {
  const { clock, log, wechat, env } = world.deps()
  const templates = readTemplates(env.WX_TEMPLATES)
  return dispatchDue(
    { clock, log, wechat, templates, addressesOf: openIdsOf, ...rooms() } as never,
    () => false,
  )
}
const text = (sms: SmsProvider = aliyun) => {
  const { clock, log, fields } = world.deps()
  return textDue({ clock, log, fields, sms, ...rooms() } as never, () => false)
}

/** A letter whose first step is due and that WeChat reaches nobody with. */
async function scene(over: Partial<typeof SETTING> = {}) {
  const built = await buildClass(world)
  const admin = await buildStaff(built.city, 'city_admin')
  const call = await world.as(admin, 'staff')
  const unitId = String(built.city._id)
  await call(saveTextSetting, { unitId, ...SETTING, ...over })
  const letter = await sendLetter(world, built.office, built.school, {
    title: '春游告知书',
    dueOn: '2026-11-27',
  })
  world.goTo('2026-11-25T06:30:00+08:00')
  await tick(world)
  world.goTo('2026-11-25T08:00:01+08:00')
  await dispatch()
  return { ...built, call, unitId, letter }
}
const states = async () =>
  (await OutboxModel.find({ kind: 'letterReminder' }).lean()).map((it) => it.sms?.status).sort()

/** A message whose text is leased under `lease`. */
async function pendingText(personId = newId()) {
  const _id = `letterReminder:${newId()}:${personId}:1`
  await OutboxModel.create({
    ...{ _id, kind: 'letterReminder', subject: newId(), personId, title: '信', text: '信', page: 'p' },
    ...{ values: {}, showAt: world.now(), dueAt: world.now(), status: 'unreachable' },
    sms: { status: 'pending', dueAt: world.now(), leaseId: 'lease' },
  })
  return _id
}

describe('the second way', () => {
  it('goes to those WeChat did not reach, once, and is counted', async () => {
    const { call, unitId } = await scene()
    await Promise.all([text(), text(), text()])
    await text()
    expect(simulator.control.texted).toHaveLength(2)
    expect(simulator.control.texted[0]?.params).toEqual(['1', '春游告知书', '11月27日(周五)前'])
    expect(await states()).toEqual(['sent', 'sent'])
    expect((await call(readTextSetting, { unitId })).spent).toEqual({
      ...{ todayFen: 10, monthFen: 10 },
      ...{ delivered: 0, sent: 2, failed: 0 },
    })
  })

  it('never carries a number into a record', async () => {
    await scene()
    await text()
    const [person] = await PersonModel.find({ phoneIndex: { $type: 'string' } }).lean()
    const phone = world.deps().fields.open(person?.phone ?? '')
    expect(JSON.stringify(await TextModel.find().lean())).not.toContain(phone)
    expect(simulator.control.texted.some((it) => it.phone === phone)).toBe(true)
  })

  it('leaves alone who has read, who opted out, and letters the city does not pay for', async () => {
    const { mother, father, zhang, letter } = await scene()
    await (
      await world.as(mother, 'guardian')
    )(openMyLetter, { studentId: String(zhang._id), letterId: letter.id })
    const his = await world.as(father, 'guardian')
    await his(chooseMyTexting, { isWanted: false })
    expect(await his(readMyTexting, {})).toEqual({ isOffered: true, isWanted: false })
    await text()
    expect(simulator.control.texted).toEqual([])
    expect(await states()).toEqual(['skipped', 'skipped'])
  })

  it('is for letters to be signed alone where the city says so', async () => {
    await scene({ letters: 'sign' } as never)
    await text()
    expect(await states()).toEqual([undefined, undefined])
  })

  it('ends with the money of the day, and goes on the next morning', async () => {
    await scene({ dailyFen: 5 })
    await text()
    expect(simulator.control.texted).toHaveLength(1)
    expect(await states()).toEqual(['pending', 'sent'])
    world.goTo('2026-11-26T07:00:01+08:00')
    await text()
    expect(simulator.control.texted).toHaveLength(2)
  })

  it('never spends more than the day allows, however many ask at once', async () => {
    const setting = { _id: newId(), ...SETTING, dailyFen: 23, monthlyFen: 1000 }
    const took = await Promise.all(
      Array.from({ length: 12 }, async () =>
        book({
          ...{ personId: newId(), phoneIndex: newId(), keys: [await pendingText()], leaseId: 'lease' },
          ...{ setting: setting as never, now: world.now() },
        }),
      ),
    )
    expect(took.filter((it) => 'textId' in it)).toHaveLength(4)
    expect(await TextModel.countDocuments()).toBe(4)
    expect((await TextSpendModel.find().lean()).map((it) => it.fen)).toEqual([20, 20])
  })

  it('is one a day for each person: the database refuses the second', async () => {
    const personId = newId()
    const one = async () =>
      book({
        ...{ personId, phoneIndex: newId(), keys: [await pendingText(personId)], leaseId: 'lease' },
        ...{ setting: { _id: newId(), ...SETTING } as never, now: world.now() },
      })
    const booked = await Promise.all([one(), one(), one()])
    expect(booked.filter((it) => 'textId' in it)).toHaveLength(1)
    expect(booked).toContainEqual({ obstacle: 'hadToday' })
    expect((await TextSpendModel.find().lean()).reduce((sum, it) => sum + it.fen, 0)).toBe(10)
  })

  it('is never repeated when the answer was lost, and not charged when it was refused', async () => {
    const { call, unitId } = await scene()
    simulator.control.troubles.push('silence', 'isv.BUSINESS_LIMIT_CONTROL')
    await text()
    world.pass(3_600_000)
    await text()
    expect(simulator.control.calls).toBe(2)
    expect(await states()).toEqual(['failed', 'unknown'])
    expect((await call(readTextSetting, { unitId })).spent).toMatchObject({ todayFen: 5, failed: 1 })
  })

  it('comes back later when the provider has no money or is busy', async () => {
    await scene()
    simulator.control.balance = 0
    await text(tencent)
    expect(await states()).toEqual(['pending', 'pending'])
    simulator.control.balance = 9
    world.pass(61 * 60_000)
    await text(tencent)
    expect(await states()).toEqual(['sent', 'sent'])
  })

  it('stands in what is kept about a person, and is gone with the account', async () => {
    const { mother } = await scene()
    await text()
    const her = await world.as(mother, 'guardian')
    await her(chooseMyTexting, { isWanted: false })
    const kept = async () =>
      (await her(readMyData, {})).sections.find(({ title }) => title === '短信')?.lines ?? []
    expect(await kept()).toEqual([
      { label: '11月25日(周三) 08:00', value: '《春游告知书》，发到我现在的手机号，已发出' },
      { label: '11月25日(周三) 08:00', value: '我退订了短信' },
    ])
    await PersonModel.updateOne({ _id: mother }, { phoneIndex: newId() })
    expect((await kept())[0]?.value).toContain('发到我以前的手机号')

    await her(askDeletion, {})
    world.goTo('2026-12-03T09:00:00+08:00')
    await closeDue(world.deps())
    expect(await TextModel.countDocuments({ personId: mother })).toBe(0)
    expect(await choicesOf([mother])).toEqual([])
  })

  it('says nothing at night', async () => {
    await scene()
    world.goTo('2026-11-25T22:00:00+08:00')
    await text()
    expect(simulator.control.texted).toEqual([])
  })
})

describe('the first message of a letter', () => {
  /** A letter of 22:30, at night, by how hard it tries. */
  async function sent(
    how: { isUrgent?: boolean; textsFirst?: boolean; confirmation?: 'sign' },
    over: Partial<TextSetting> = {},
  ) {
    const built = await buildClass(world)
    const admin = await world.as(await buildStaff(built.city, 'city_admin'), 'staff')
    await admin(saveTextSetting, { unitId: String(built.city._id), ...SETTING, ...over })
    const at = (clock: string) => world.goTo(`2026-11-24T${clock}:00+08:00`)
    at('22:30')
    const letter = await sendLetter(world, built.office, built.school, { dueOn: '2026-11-27', ...how })
    await tick(world)
    const work = async () => {
      await dispatch()
      await text()
      return simulator.control.texted.length
    }
    return { ...built, letter, at, work }
  }

  it('goes as a text message at once, at night too, where the letter is urgent', async () => {
    const { work, office, letter, school } = await sent({ isUrgent: true }, { letters: 'sign' })
    expect(await work()).toBe(2)
    expect(simulator.control.texted[0]?.params).toEqual(['1', '开学前，给家长的一封信', '11月27日(周五)前'])
    const plan = { letterId: letter.id, unitId: String(school._id) }
    const staff = await world.as(office, 'staff')
    expect((await staff(readReminderPlan, plan)).first).toMatchObject({ people: 2, texted: 2, missed: 0 })

    // Another urgent one of the same night rings nobody up a second time.
    await sendLetter(world, office, school, { title: '再说一遍', isUrgent: true })
    await tick(world)
    expect(await work()).toBe(2)
    world.goTo('2026-11-25T07:01:00+08:00')
    expect(await work()).toBe(4)
  })

  it('waits for the morning where its author has chosen text messages, and for its reminders otherwise', async () => {
    const chosen = await sent({ textsFirst: true }, { first: 'chosen' })
    expect(await chosen.work()).toBe(0)
    world.goTo('2026-11-25T07:01:00+08:00')
    expect(await chosen.work()).toBe(2)
    expect(await OutboxModel.countDocuments({ kind: 'letter', mayText: true })).toBe(2)
  })

  it('is no text message where the city does not pay for it, or the letter asks for nothing of the kind', async () => {
    const ways = [
      [{ isUrgent: true }, { first: 'none' as const }],
      [{ textsFirst: true }, { first: 'urgent' as const }],
      [{ textsFirst: true }, { first: 'chosen' as const, letters: 'sign' as const }],
      [{}, { first: 'chosen' as const }],
    ] as const
    for (const [how, over] of ways) {
      const { work, at } = await sent(how, over)
      await work()
      at('23:59')
      world.pass(8 * 3_600_000)
      expect(await work()).toBe(0)
    }
  })

  it('spares who has read it by then', async () => {
    const { work, mother, father, zhang, letter } = await sent({ isUrgent: true })
    await dispatch()
    const studentId = String(zhang._id)
    for (const one of [mother, father]) {
      const call = await world.as(one, 'guardian')
      await call(openMyLetter, { studentId, letterId: letter.id })
    }
    expect(await work()).toBe(0)
  })
})

describe('what the provider reports', () => {
  const report = (key: string, what: 'reports' | 'replies', body: unknown) =>
    world.send(null, 'POST', `/api/sms/${what}/${key}`, body)

  it('is taken in once, in both shapes, and remembers numbers that do not exist', async () => {
    await scene()
    await text()
    const [a, b] = simulator.control.texted
    const reports = [
      {
        phone_number: a?.phone,
        success: true,
        err_code: 'DELIVERED',
        biz_id: a?.providerId,
        out_id: a?.serial,
      },
    ]
    expect((await report(KEY, 'reports', reports)).status).toBe(200)
    expect((await report(KEY, 'reports', reports)).status).toBe(200)
    await report(KEY, 'reports', [
      { mobile: b?.phone, report_status: 'FAIL', errmsg: 'MK:0001', sid: b?.providerId },
    ])
    // Too late to change what is known.
    await report(KEY, 'reports', [{ ...reports[0], success: false, err_code: 'MK:0001' }])
    expect((await TextModel.find().lean()).map((it) => it.status).sort()).toEqual([
      'delivered',
      'undelivered',
    ])
    expect(await states()).toEqual(['failed', 'sent'])

    // The number is not tried again; the one that was reached is.
    world.goTo('2026-11-26T06:30:00+08:00')
    await tick(world)
    world.goTo('2026-11-26T08:00:01+08:00')
    await dispatch()
    await text()
    expect(simulator.control.texted.map((it) => it.phone)).toEqual([a?.phone, b?.phone, a?.phone])
  })

  it('believes a silent phone to be a wrong number only after three days, and a code it does not know never', async () => {
    const { mother, father } = await scene()
    const indexOf = async (personId: string) =>
      (await PersonModel.findById(personId).lean())?.phoneIndex ?? ''
    const texted = async (personId: string, codes: string[]) => {
      for (const [n, code] of codes.entries()) {
        const at = new Date(world.now().getTime() + n * 86_400_000)
        const _id = newId()
        const kept = { personId, cityId: newId(), phoneIndex: await indexOf(personId), keys: [] }
        await TextModel.create({ _id, ...kept, at, month: '2026-11', fen: 5, status: 'sent' })
        const [success, err_code] = [code === 'DELIVERED', code]
        await report(KEY, 'reports', [{ success, err_code, biz_id: '', out_id: _id }])
      }
      return (await choicesOf([personId]))[0]?.badIndex ?? null
    }
    const off = 'MOBILE_NOT_ON_SERVICE'
    expect(await texted(mother, [off, off, 'DELIVERED', off, off])).toBeNull()
    expect(await texted(mother, ['SP_UNKNOWN_ERROR', 'MK:9999', 'XX:0001', ''])).toBeNull()
    expect(await texted(father, [off, off])).toBeNull()
    expect(await texted(father, [off])).toBe(await indexOf(father))
  })

  it('lets a person opt out by answering', async () => {
    await scene()
    await text()
    const [a] = simulator.control.texted
    await report(KEY, 'replies', [{ phone_number: a?.phone, content: ' td ', sign_name: '滨江教育' }])
    await report(KEY, 'replies', { mobile: a?.phone, nationcode: '86', text: 'T', sign: '滨江教育' })
    world.goTo('2026-11-26T06:30:00+08:00')
    await tick(world)
    world.goTo('2026-11-26T08:00:01+08:00')
    await dispatch()
    await text()
    expect(simulator.control.texted.filter((it) => it.phone === a?.phone)).toHaveLength(1)
  })

  it('is heard only at the secret address', async () => {
    expect((await report('x'.repeat(30), 'reports', [])).status).toBe(404)
    expect((await report(KEY, 'reports', { $ne: 1 })).status).toBe(200)
    expect(await TextModel.countDocuments()).toBe(0)
  })
})

describe('the setting', () => {
  it('belongs to the city and makes sense', async () => {
    const { school, city } = await buildClass(world)
    const admin = await world.as(await buildStaff(city, 'city_admin'), 'staff')
    const unitId = String(city._id)
    const refused = (over: object) => expect(admin(saveTextSetting, { unitId, ...SETTING, ...over })).rejects
    await refused({ template: '' }).toMatchObject({
      json: { error: { message: '请先填写短信签名和模板编号' } },
    })
    await refused({ dailyFen: 1 }).toMatchObject({ status: 400 })
    await refused({ monthlyFen: 1 }).toMatchObject({ status: 400 })
    world.deps().sms = null
    await refused({}).toMatchObject({ status: 409 })
    const office = await world.as(await buildStaff(school, 'school_admin'), 'staff')
    await expect(office(readTextSetting, { unitId: String(school._id) })).rejects.toMatchObject({
      status: 403,
    })
  })
})

describe('the words', () => {
  it('count letters, not children, and hold nothing a template would trip over', () => {
    const part = (subject: string, title: string) =>
      ({ subject, values: { title, deadline: new Date('2026-11-27T15:59:00Z') } }) as never
    const params = paramsOf([part('a', '【${x}】春游'), part('a', '春游'), part('b', '家长会')])
    expect(params.map((it) => it.value)).toEqual(['2', '春游、家长会', '11月27日(周五)前'])
    expect(isOptOut('退订')).toBe(true)
    expect(isOptOut('谢谢老师，收到')).toBe(false)
  })
})
