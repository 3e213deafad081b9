import { beforeEach, expect, it } from 'vitest'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { TextModel, TextSpendModel } from '../../server/modules/notify/texting/model.ts'
import { buildWaiting, PRICE, useTexting } from '../support/texting.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
const { control, text } = useTexting(world)

beforeEach(() => {
  world.goTo('2026-11-25T10:00:00+08:00')
  Object.assign(control(), {
    texted: [],
    calls: 0,
    balance: 1000,
    troubles: [],
    delayMs: 0,
    widest: 0,
  })
})

/** So many people wait for a text message of one city, whose money of the day is enough for some of them. */
const scene = (people: number, paid = people) =>
  buildWaiting(world, people, { dailyFen: PRICE * paid, monthlyFen: PRICE * people })

const counted = async () => {
  const rows = await OutboxModel.aggregate<{ _id: string; count: number }>([{ $sortByCount: '$sms.status' }])
  return Object.fromEntries(rows.map((it) => [it._id, it.count]))
}

it('has up to eight calls on the way at the same time', async () => {
  await scene(24)
  control().delayMs = 800
  await text()
  expect(control().texted).toHaveLength(24)
  expect(control().widest).toBeGreaterThan(3)
  expect(control().widest).toBeLessThanOrEqual(8)
})

it('texts each person once and keeps to the money of the day, in two workers', async () => {
  const { cityId } = await scene(40, 25)
  await Promise.all([text(), text()])

  const phones = control().texted.map((it) => it.phone)
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
  expect(control().texted).toHaveLength(10)
  expect((await OutboxModel.findOne({ personId: path?._id }).lean())?.sms?.status).toBe('skipped')
  expect(await counted()).toEqual({ sent: 10, skipped: 1, pending: 1 })
})

it('asks less often while the provider is busy, and goes on the next time', async () => {
  await scene(60)
  control().troubles = Array<string>(8).fill('isp.SYSTEM_ERROR')
  await text()
  expect(control().calls).toBe(8)
  world.goTo('2026-11-25T10:06:00+08:00')
  await text()
  expect(control().texted).toHaveLength(60)
})
