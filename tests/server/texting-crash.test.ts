import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { Types } from 'mongoose'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { readEnv } from '../../server/env.ts'
import { fieldCrypto } from '../../server/infra/field-crypto.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { TextModel, TextSpendModel } from '../../server/modules/notify/texting/model.ts'
import { TextSettingModel } from '../../server/modules/notify/texting/settings/model.ts'
import { startSmsSimulator } from '../../server/scripts/simulator/sms.ts'
import { endTransactionsOf } from '../support/orphans.ts'
import { processEnv } from '../support/process.ts'
import { scaled } from '../support/scale.ts'
import { buildNumbered } from '../support/texting.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
/** Each has two messages, which one text message carries. */
const PEOPLE = scaled(2_000, 120)
const KILLS = scaled(25, 5)
const PRICE = 5
const VICTIM = 'texting-victim'
/** Text messages a worker has on the way at the same time. */
const WIDTH = 8
const SIGN = { signName: '滨江教育', template: 'SMS_1' }
const secrets = { keyId: 'key-1', keySecret: 'secret-1', appId: '1400006666' }

let simulator: Awaited<ReturnType<typeof startSmsSimulator>>
beforeAll(async () => {
  simulator = await startSmsSimulator({
    ...{ port: 0, ...secrets, signName: SIGN.signName },
    templates: { SMS_1: ['count', 'title', 'date'] },
  })
  simulator.control.balance = 10 * PEOPLE
})
afterAll(() => simulator.stop())

let worker: ChildProcess | undefined
afterEach(() => worker?.kill('SIGKILL'))

async function scene() {
  const { MONGO_URL, REDIS_URL } = world.deps().env
  const env = processEnv({
    ...{ NODE_ENV: 'test', PORT: '0', MONGO_URL: `${MONGO_URL}&appName=${VICTIM}`, REDIS_URL },
    SMS_PROVIDER: 'aliyun',
    ...{ SMS_KEY_ID: secrets.keyId, SMS_KEY_SECRET: secrets.keySecret, SMS_BASE_URL: simulator.url },
  })
  const { FIELD_KEYS, INDEX_KEY } = readEnv(env)
  const fields = fieldCrypto(FIELD_KEYS, INDEX_KEY)
  const cityId = new Types.ObjectId()
  const money = { priceFen: PRICE, dailyFen: 2 * PRICE * PEOPLE, monthlyFen: 2 * PRICE * PEOPLE }
  await TextSettingModel.create({
    ...{ _id: cityId, isOn: true, letters: 'all', ...SIGN, ...money },
    changedAt: new Date(),
  })
  const people = await buildNumbered(PEOPLE, fields)
  await OutboxModel.insertMany(
    people.flatMap(({ _id }) =>
      ['春游告知书', '停课通知'].map((title, n) => ({
        ...{ _id: `letter:${String(cityId)}:${String(_id)}:${n}`, kind: 'letter', subject: `s${n}` },
        ...{ personId: _id, path: `/${String(cityId)}/`, title, text: title, page: 'p', values: { title } },
        // At any hour of the day this test runs.
        ...{ isUrgent: true, showAt: new Date(), dueAt: new Date(), status: 'unreachable', mayText: true },
        sms: { status: 'pending', dueAt: new Date() },
      })),
    ),
  )
  return { env, cityId }
}

/** What a dead process held, a booking half made and its leases, runs out by itself after some minutes; here it is made to have run out. */
async function letItsHoldRunOut() {
  await endTransactionsOf(VICTIM)
  await OutboxModel.updateMany(
    { 'sms.status': { $in: ['pending', 'sending'] } },
    { 'sms.leaseUntil': new Date(0) },
  )
}

it(
  'texts nobody twice, and spends what its records say, though the worker is killed again and again',
  async () => {
    const { env, cityId } = await scene()
    const start = () => {
      worker = spawn(process.execPath, ['tests/support/texting-worker.ts'], { stdio: 'ignore', env })
      return once(worker, 'exit')
    }
    const { control } = simulator
    const step = Math.floor(PEOPLE / (KILLS + 1))
    for (let kill = 1; kill <= KILLS; kill++) {
      const exit = start()
      await expect
        .poll(() => control.calls, { timeout: 90_000, interval: 1 })
        .toBeGreaterThanOrEqual(kill * step)
      await new Promise((done) => setTimeout(done, Math.random() * 30))
      worker?.kill('SIGKILL')
      await exit
      await letItsHoldRunOut()
    }
    expect(await start()).toEqual([0, null])

    const phones = control.texted.map((it) => it.phone)
    expect(new Set(phones).size).toBe(phones.length)
    expect(await OutboxModel.countDocuments({ 'sms.status': 'pending' })).toBe(0)
    const texts = await TextModel.find().lean()
    expect(new Set(texts.map((it) => String(it.personId))).size).toBe(texts.length)
    const spent = await TextSpendModel.find({ _id: new RegExp(`^${String(cityId)}:`) }).lean()
    expect(spent.map((it) => it.fen)).toEqual([texts.length * PRICE, texts.length * PRICE])
    // What was booked and never called is what a killed worker had on the way.
    const uncalled = texts.length - phones.length
    expect(uncalled).toBeGreaterThanOrEqual(0)
    expect(uncalled).toBeLessThanOrEqual(KILLS * WIDTH)
  },
  scaled(1_200_000, 280_000),
)
