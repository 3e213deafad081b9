import mongoose, { Types } from 'mongoose'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { openAgenda } from '../../server/infra/agenda.ts'
import { aliyunSms } from '../../server/infra/sms/aliyun.ts'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { notifyJobs, TEXT_EVERY_MS, TEXT_LOCK_MS } from '../../server/modules/notify/jobs.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { TextSettingModel } from '../../server/modules/notify/texting/settings/model.ts'
import { startSmsSimulator } from '../../server/scripts/simulator/sms.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
const SIGN = { signName: '滨江教育', template: 'SMS_1' }
const secrets = { keyId: 'key-1', keySecret: 'secret-1', appId: '1400006666', region: 'ap-guangzhou' }
const LOCK_MS = 3_000
const EVERY_MS = 1_000
/** How often a scheduler of these tests looks for what is due; the real one does it every five seconds. */
const LOOK = '0.25 seconds'
const JOB = 'notify.texts'

let simulator: Awaited<ReturnType<typeof startSmsSimulator>>
const running: { stop: () => Promise<unknown> }[] = []
beforeAll(async () => {
  simulator = await startSmsSimulator({
    ...{ port: 0, ...secrets, signName: SIGN.signName },
    templates: { SMS_1: ['count', 'title', 'date'] },
  })
})
afterAll(() => simulator.stop())
beforeEach(async () => {
  world.goTo('2026-11-25T10:00:00+08:00')
  const clock = { now: () => new Date() }
  world.deps().sms = aliyunSms({ ...secrets, baseUrl: simulator.url }, clock)
  Object.assign(simulator.control, { texted: [], calls: 0, balance: 1000, delayMs: 0 })
  await jobs().deleteMany({})
  begins = []
})
afterEach(async () => {
  await Promise.all(running.splice(0).map((it) => it.stop()))
})

const jobs = () => mongoose.connection.collection('agendaJobs')
const row = () => jobs().findOne<{ lockedAt?: Date | null; lastFinishedAt?: Date | null }>({ name: JOB })
const texted = () => simulator.control.texted.length
/** How many had been texted whenever a run began, in whichever worker. */
let begins: number[] = []

/** A scheduler with the jobs of this room, as a worker has one. */
async function startWorker() {
  const agenda = await openAgenda(mongoose.connection, world.deps().log, { processEvery: LOOK })
  const room = notifyJobs(agenda, world.deps(), {}, { textLockMs: LOCK_MS, textEveryMs: EVERY_MS })
  agenda.on(`start:${JOB}`, () => begins.push(texted()))
  running.push({ stop: () => Promise.all([agenda.drain(), room.stop()]) })
  await agenda.start()
  await room.start()
}

/** Until a worker has looked for the first time and found nothing. */
const untilIdle = () =>
  expect
    .poll(async () => ((await row())?.lastFinishedAt ? (await row())?.lockedAt : 'none'), { timeout: 15_000 })
    .toBeNull()

async function waitForTexts(people: number) {
  const { fields } = world.deps()
  const cityId = new Types.ObjectId()
  await TextSettingModel.create({
    ...{ _id: cityId, isOn: true, letters: 'all', ...SIGN, priceFen: 5, dailyFen: 5_000, monthlyFen: 5_000 },
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
      ...{ _id: `letterReminder:l:${String(_id)}:1`, kind: 'letterReminder', subject: 'l', personId: _id },
      ...{ path: `/${String(cityId)}/`, title: '信', text: '信', page: 'p', values: { title: '信' } },
      ...{ showAt: world.now(), dueAt: world.now(), status: 'unreachable', mayText: true },
      sms: { status: 'pending', dueAt: world.now() },
    })),
  )
}

it('goes on in another worker within a minute after its own was killed', async () => {
  await startWorker()
  await untilIdle()
  const killedAt = new Date()
  await jobs().updateOne({ name: JOB }, { $set: { lockedAt: killedAt, nextRunAt: killedAt } })
  await waitForTexts(3)
  await expect.poll(texted, { timeout: 15_000 }).toBe(3)
  expect(Date.now() - killedAt.getTime()).toBeGreaterThanOrEqual(LOCK_MS)
  // The real scheduler looks every five seconds, and a run that is not due yet waits for its time.
  expect(Math.max(TEXT_LOCK_MS, TEXT_EVERY_MS) + 5_000).toBeLessThan(60_000)
})

it('stays with a living worker, however long it texts', async () => {
  await startWorker()
  await startWorker()
  await untilIdle()
  simulator.control.delayMs = 500
  await waitForTexts(90)
  await expect.poll(texted, { timeout: 15_000 }).toBeGreaterThan(0)
  const beganAt = Date.now()
  await expect.poll(texted, { timeout: 40_000 }).toBe(90)
  expect(Date.now() - beganAt).toBeGreaterThan(1.3 * LOCK_MS)
  expect(begins.filter((count) => count > 0 && count < 90)).toEqual([])
}, 60_000)
