import mongoose from 'mongoose'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openAgenda } from '../../server/infra/agenda.ts'
import { notifyJobs, TEXT_EVERY_MS, TEXT_LOCK_MS } from '../../server/modules/notify/jobs.ts'
import { buildWaiting, useTexting } from '../support/texting.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
const gateway = useTexting(world)
const LOCK_MS = 3_000
const EVERY_MS = 1_000
/** How often a scheduler of these tests looks for what is due; the real one does it every five seconds. */
const LOOK = '0.25 seconds'
const JOB = 'notify.texts'

const running: { stop: () => Promise<unknown> }[] = []
beforeEach(async () => {
  world.goTo('2026-11-25T10:00:00+08:00')
  world.deps().sms = gateway.sms()
  Object.assign(gateway.control(), { texted: [], calls: 0, balance: 1000, delayMs: 0 })
  await jobs().deleteMany({})
  begins = []
})
afterEach(async () => {
  await Promise.all(running.splice(0).map((it) => it.stop()))
})

const jobs = () => mongoose.connection.collection('agendaJobs')
const row = () => jobs().findOne<{ lockedAt?: Date | null; lastFinishedAt?: Date | null }>({ name: JOB })
const texted = () => gateway.control().texted.length
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

const waitForTexts = (people: number) => buildWaiting(world, people, { dailyFen: 5_000, monthlyFen: 5_000 })

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
  gateway.control().delayMs = 500
  await waitForTexts(90)
  await expect.poll(texted, { timeout: 15_000 }).toBeGreaterThan(0)
  const beganAt = Date.now()
  await expect.poll(texted, { timeout: 40_000 }).toBe(90)
  expect(Date.now() - beganAt).toBeGreaterThan(1.3 * LOCK_MS)
  expect(begins.filter((count) => count > 0 && count < 90)).toEqual([])
}, 60_000)
