import { Types } from 'mongoose'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { aliyunSms } from '../../server/infra/sms/aliyun.ts'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { TextModel, TextSpendModel } from '../../server/modules/notify/texting/model.ts'
import { textDue } from '../../server/modules/notify/texting/service.ts'
import { TextSettingModel } from '../../server/modules/notify/texting/settings/model.ts'
import { startSmsSimulator } from '../../server/scripts/simulator/sms.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
const PRICE = 5
const SIGN = { signName: '滨江教育', template: 'SMS_1' }
const secrets = { keyId: 'key-1', keySecret: 'secret-1', appId: '1400006666', region: 'ap-guangzhou' }

let simulator: Awaited<ReturnType<typeof startSmsSimulator>>
beforeAll(async () => {
  simulator = await startSmsSimulator({
    ...{ port: 0, ...secrets, signName: SIGN.signName },
    templates: { SMS_1: ['count', 'title', 'date'] },
  })
})
afterAll(() => simulator.stop())
beforeEach(() => {
  world.goTo('2026-11-25T10:00:00+08:00')
  Object.assign(simulator.control, {
    texted: [],
    calls: 0,
    balance: 1000,
    troubles: [],
    delayMs: 0,
    widest: 0,
  })
})

/** So many people wait for a text message of one city, whose money of the day is enough for some of them. */
async function scene(people: number, paid = people) {
  const { fields } = world.deps()
  const cityId = new Types.ObjectId()
  const money = { priceFen: PRICE, dailyFen: PRICE * paid, monthlyFen: PRICE * people }
  await TextSettingModel.create({
    ...{ _id: cityId, isOn: true, letters: 'all', ...SIGN, ...money },
    changedAt: world.now(),
  })
  const persons = await PersonModel.insertMany(
    Array.from({ length: people }, (_, n) => {
      const phone = `139${String(n).padStart(8, '0')}`
      return { name: `家长${n}`, phone: fields.seal(phone), phoneIndex: fields.index(phone) }
    }),
  )
  await OutboxModel.insertMany(
    persons.map(({ _id }) => ({
      ...{ _id: `letterReminder:l:${String(_id)}:1`, kind: 'letterReminder', subject: 'l' },
      ...{
        personId: _id,
        path: `/${String(cityId)}/`,
        title: '信',
        text: '信',
        page: 'p',
        values: { title: '信' },
      },
      ...{ showAt: world.now(), dueAt: world.now(), status: 'unreachable', mayText: true },
      sms: { status: 'pending', dueAt: world.now() },
    })),
  )
  return { cityId, persons }
}

const text = () => {
  const { clock, log, fields } = world.deps()
  const sms = aliyunSms({ ...secrets, baseUrl: simulator.url }, { now: () => new Date() })
  return textDue({ clock, log, fields, sms }, () => false)
}
const counted = async () => {
  const rows = await OutboxModel.aggregate<{ _id: string; count: number }>([{ $sortByCount: '$sms.status' }])
  return Object.fromEntries(rows.map((it) => [it._id, it.count]))
}

it('has up to eight calls on the way at the same time', async () => {
  await scene(24)
  simulator.control.delayMs = 800
  await text()
  expect(simulator.control.texted).toHaveLength(24)
  expect(simulator.control.widest).toBeGreaterThan(3)
  expect(simulator.control.widest).toBeLessThanOrEqual(8)
})

it('texts each person once and keeps to the money of the day, in two workers', async () => {
  const { cityId } = await scene(40, 25)
  await Promise.all([text(), text()])

  const phones = simulator.control.texted.map((it) => it.phone)
  expect(new Set(phones).size).toBe(25)
  expect(phones).toHaveLength(25)
  const [day] = await TextSpendModel.find({ _id: `${String(cityId)}:2026-11-25` }).lean()
  expect(day?.fen).toBe(25 * PRICE)
  expect(await TextModel.countDocuments({ status: 'sent' })).toBe(25)
  expect(await counted()).toEqual({ sent: 25, pending: 15 })
})

it('is not held up by a row whose path is broken, nor by a number nobody can open', async () => {
  const { persons } = await scene(12)
  const [path, number] = persons
  await OutboxModel.updateOne({ personId: path?._id }, { path: `/${'?'.repeat(24)}/` })
  await PersonModel.updateOne({ _id: number?._id }, { phone: 'not sealed by any key' })
  await text()
  expect(simulator.control.texted).toHaveLength(10)
  expect((await OutboxModel.findOne({ personId: path?._id }).lean())?.sms?.status).toBe('skipped')
  expect(await counted()).toEqual({ sent: 10, skipped: 1, pending: 1 })
})

it('asks less often while the provider is busy, and goes on the next time', async () => {
  await scene(60)
  simulator.control.troubles = Array<string>(8).fill('isp.SYSTEM_ERROR')
  await text()
  expect(simulator.control.calls).toBe(8)
  world.goTo('2026-11-25T10:06:00+08:00')
  await text()
  expect(simulator.control.texted).toHaveLength(60)
})
