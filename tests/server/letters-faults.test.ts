import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import mongoose from 'mongoose'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { client } from '#contract/call'
import { createLetter, queueLetter, readLetter } from '#contract/letters'
import { withDatabase } from '../../server/infra/engines/mongo.ts'
import { openDeps } from '../../server/infra/open.ts'
import { ensureIndexes } from '../../server/infra/mongo.ts'
import { readEnv } from '../../server/env.ts'
import { LetterModel } from '../../server/modules/letters/model.ts'
import { SheetModel } from '../../server/modules/letters/sheets/model.ts'
import { QuotaModel } from '../../server/modules/notify/consents/model.ts'
import { giveUpLost } from '../../server/modules/notify/lost/service.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { DEMO_TEMPLATE_IDS } from '../../server/scripts/simulator/templates.ts'
import { startWechatSimulator } from '../../server/scripts/simulator/wechat.ts'
import { dice } from '../support/dice.ts'
import { DRAFT } from '../support/letters.ts'
import { openMortalEngines } from '../support/mortal-engines.ts'
import { processEnv, type ServerProcess, startServer } from '../support/process.ts'
import { scaled } from '../support/scale.ts'
import { buildTown, type Size, type Town, type TownFamily } from '../support/town.ts'

// R4, and the same for the engines: whatever is killed while letters go to a whole city, at the end every family stands on one sheet,
// nobody was told twice, and what the counters say is what a recount says.
// The small city has more classes than a request waits for: its sheets are the worker's work too.
const SIZE: Size = {
  districts: scaled(5, 2),
  schools: scaled(10, 7),
  classes: scaled(10, 1),
  students: scaled(40, 16),
}
/** Of each kind: web, worker, MongoDB, Redis. A letter goes out before each round of the four. */
const ROUNDS = scaled(5, 2)
/** Mothers who confirm each letter while things are killed. */
const CONFIRMING = scaled(10_000, 120)
/** Whom WeChat may tell; everybody else has the list in the mini-program. Half of them confirm, and need not be told of what they have confirmed. */
const CONSENTING = scaled(5_000, 200)
const SIGNED_IN = CONFIRMING + CONSENTING / 2
const SEED = Number(process.env.FAULT_SEED ?? 20_261_130)
const templateId = DEMO_TEMPLATE_IDS.letter ?? ''

type Victim = 'web' | 'worker' | 'mongo' | 'redis'

let engines: Awaited<ReturnType<typeof openMortalEngines>>
let deps: Awaited<ReturnType<typeof openDeps>>
let simulator: Awaited<ReturnType<typeof startWechatSimulator>>
let env: Record<string, string>
let town: Town
const servers: Partial<Record<'web' | 'worker', ServerProcess>> = {}
const kills: Record<Victim, number> = { web: 0, worker: 0, mongo: 0, redis: 0 }
/** Kills while a letter was on its way: its sheets or its messages were outstanding. */
let inTheMiddle = 0
let fell = 0

beforeAll(
  async () => {
    engines = await openMortalEngines()
    const base = processEnv({
      MONGO_URL: withDatabase(engines.mongoUrl, 'faults'),
      REDIS_URL: engines.redisUrl,
      WX_TEMPLATES: JSON.stringify(DEMO_TEMPLATE_IDS),
    })
    simulator = await startWechatSimulator({ port: 0, appId: base.WX_APP_ID, secret: base.WX_APP_SECRET })
    env = { ...base, NODE_ENV: 'test', WX_BASE_URL: simulator.url }
    deps = await openDeps(readEnv({ ...env, PORT: '0' }))
    await ensureIndexes()
    town = await buildTown(SIZE, {
      signedIn: SIGNED_IN,
      openIdOf: (id) => simulator.control.identity({ as: id }).openId,
    })
    await allow(town.families.slice(SIGNED_IN - CONSENTING, SIGNED_IN))
    await Promise.all([start('web'), start('worker')])
  },
  scaled(600_000, 120_000),
)

afterAll(async () => {
  for (const it of Object.values(servers)) it.child.kill('SIGKILL')
  await simulator?.stop()
  await deps?.close()
  await engines?.close()
}, 60_000)

/** Each has pressed 允许 often enough for all letters. */
async function allow(families: TownFamily[]) {
  for (const { openId } of families) simulator.control.world.addQuota(openId, templateId, ROUNDS)
  await QuotaModel.collection.insertMany(
    families.map(({ openId }) => ({
      _id: `${openId}:${templateId}`,
      left: ROUNDS,
      holders: [],
      taps: [],
      revision: 0,
    })) as never[],
  )
}

async function start(role: 'web' | 'worker') {
  servers[role] = await startServer(env, role)
}

async function kill(victim: Victim) {
  kills[victim] += 1
  if (await untilDone(isUnderWay)) inTheMiddle += 1
  if (victim === 'mongo' || victim === 'redis') return engines.kill(victim)
  const child = servers[victim]?.child
  if (child?.exitCode !== null) fell += 1
  else {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  // Who was killed cannot give back its lock on the tick; it runs out by itself, here it is made to have run out.
  await untilDone(() =>
    mongoose.connection.collection('agendaJobs').updateMany({}, { $set: { lockedAt: null } }),
  )
  return start(victim)
}

async function isUnderWay() {
  const letter = await LetterModel.exists({
    $or: [{ status: 'sending' }, { areSheetsDue: true }, { areMessagesDue: true }],
  })
  return Boolean(letter ?? (await OutboxModel.exists({ status: { $in: ['pending', 'sending'] } })))
}

const shuffled = <T>(items: readonly T[], roll: () => number) =>
  items
    .map((it) => [roll(), it] as const)
    .sort(([a], [b]) => a - b)
    .map(([, it]) => it)

/** Asks again until it is done, as a phone does on a bad network: everything may be dead at this moment. */
async function untilDone<T>(work: () => Promise<T>): Promise<T> {
  const until = Date.now() + scaled(600_000, 120_000)
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (Date.now() > until) throw error
      await sleep(50)
    }
  }
}

async function request(token: string, method: string, path: string, body?: unknown) {
  const response = await fetch(`${servers.web?.origin}/api${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
    signal: AbortSignal.timeout(15_000),
  })
  const json: unknown = await response.json()
  if (!response.ok) throw Object.assign(new Error(JSON.stringify(json)), { status: response.status })
  return json
}

async function send(number: number) {
  const call = client(({ method, path, body }) => request(town.adminToken, method, path, body))
  const unitId = String(town.city._id)
  const draft = await untilDone(() =>
    call(createLetter, { ...DRAFT, unitId, requestId: `faults-${number}`, audience: [unitId] }),
  )
  // An answer that got lost: the second press is told that it is on its way.
  await untilDone(() =>
    call(queueLetter, { letterId: draft.id, sendAt: null }).catch(async (error: { status?: number }) => {
      if (error.status !== 409) throw error
      return call(readLetter, { letterId: draft.id })
    }),
  )
  return draft.id
}

async function confirm(letterId: string, families: TownFamily[]) {
  const queue = families.values()
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (const { token, studentId } of queue) {
        await untilDone(() =>
          request(token, 'POST', `/me/children/${studentId}/letters/${letterId}/confirmation`, {}),
        )
      }
    }),
  )
}

/** WeChat is quiet at night; here every hour is day. What waits for the morning is found by its hour: at full size there are a million rows. */
async function keepAwake(until: { isOver: boolean }) {
  while (!until.isOver) {
    await OutboxModel.updateMany(
      { status: 'pending', dueAt: { $gt: new Date() } },
      { isUrgent: true, dueAt: new Date(0) },
    ).catch(() => null)
    await sleep(300)
  }
}

it(
  'ends with one sheet entry a family, no message twice and true counters, though everything is killed again and again',
  async () => {
    const roll = dice(SEED)
    const waking = { isOver: false }
    const awake = keepAwake(waking)
    const letters: string[] = []
    const confirmed: Promise<void>[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const sent = send(round).then((id) => {
        letters.push(id)
        confirmed.push(confirm(id, town.families.slice(0, CONFIRMING)))
      })
      for (const victim of shuffled(['web', 'worker', 'mongo', 'redis'] as const, roll)) {
        await sleep(50 + roll() * scaled(4_000, 500))
        await kill(victim)
      }
      await sent
    }
    await Promise.all(confirmed)
    await settled()
    waking.isOver = true
    await awake

    const families = town.classes.length * SIZE.students
    const entries = await entriesByFamily()
    const counters = await countersAgainstRecount()
    const messages = await messagesSent()
    process.stdout.write(
      `${JSON.stringify({ seed: SEED, families, letters: letters.length, kills, inTheMiddle, fell, ...entries, ...counters, ...messages })}\n`,
    )
    expect(fell).toBe(0)
    expect(kills).toEqual({ web: ROUNDS, worker: ROUNDS, mongo: ROUNDS, redis: ROUNDS })
    // At full size a letter is on its way for so long that none of them hits a city at rest.
    expect(inTheMiddle).toBeGreaterThanOrEqual(scaled(20, 1))
    expect(entries).toEqual({ entries: families * ROUNDS, sheets: town.classes.length * ROUNDS, doubled: 0 })
    expect(counters).toEqual({ confirmed: CONFIRMING * ROUNDS, untrue: 0 })
    expect(messages).toMatchObject({ messages: families * 1.5 * ROUNDS, ...NOTHING_TWICE, left: 0 })
  },
  scaled(3_600_000, 600_000),
)

/** What a dead process had leased comes back when its lease runs out; in the small city it is made to have run out. The worker is woken. */
async function hurry() {
  if (SIZE.students < 40) await OutboxModel.updateMany({ status: 'pending' }, { leaseUntil: new Date(0) })
  await mongoose.connection
    .collection('agendaJobs')
    .updateMany({ name: { $in: ['letters.tick', 'notify.dispatch'] } }, { $set: { nextRunAt: new Date(0) } })
}

async function settled() {
  const hurrying = setInterval(() => void hurry().catch(() => null), 3_000)
  try {
    await expect
      .poll(
        async () => ({
          letters: await LetterModel.countDocuments({ status: 'sent', areMessagesDue: false }),
          due: await LetterModel.countDocuments({ $or: [{ areSheetsDue: true }, { areMessagesDue: true }] }),
          waiting: await OutboxModel.countDocuments({ status: 'pending' }),
        }),
        { timeout: scaled(900_000, 240_000), interval: 500 },
      )
      .toEqual({ letters: ROUNDS, due: 0, waiting: 0 })
  } finally {
    clearInterval(hurrying)
  }
  const later = { now: () => new Date(Date.now() + 91_000) }
  await giveUpLost({ clock: later, log: deps.log })
}

async function entriesByFamily() {
  const rows = await SheetModel.aggregate<{ entries: number; doubled: number }>([
    { $unwind: '$roster' },
    { $group: { _id: { letterId: '$letterId', studentId: '$roster' }, n: { $sum: 1 } } },
    { $group: { _id: null, entries: { $sum: 1 }, doubled: { $sum: { $cond: [{ $gt: ['$n', 1] }, 1, 0] } } } },
  ])
  const { entries = 0, doubled = 0 } = rows[0] ?? {}
  return { entries, doubled, sheets: await SheetModel.countDocuments() }
}

/** What each sheet says against the marks that stand on it. */
async function countersAgainstRecount() {
  const marks = (field: string) => ({ $size: { $objectToArray: { $ifNull: [`$${field}`, {}] } } })
  const [row] = await SheetModel.aggregate<{ confirmed: number; untrue: number }>([
    {
      $project: {
        confirmed: marks('confirmedBy'),
        isTrue: {
          $and: [
            { $eq: ['$confirmed', marks('confirmedBy')] },
            { $eq: ['$read', marks('readBy')] },
            { $eq: ['$expected', { $size: '$roster' }] },
            { $eq: ['$reached', { $subtract: ['$expected', { $size: '$unreached' }] }] },
          ],
        },
      },
    },
    {
      $group: {
        _id: null,
        confirmed: { $sum: '$confirmed' },
        untrue: { $sum: { $cond: ['$isTrue', 0, 1] } },
      },
    },
  ])
  return { confirmed: row?.confirmed ?? 0, untrue: row?.untrue ?? 0 }
}

/** One row for each guardian, who have one child here (R4), each letter once at most on each phone, and once at most asked of WeChat. */
const NOTHING_TWICE = { rowsTwice: 0, toldTwice: 0, askedTwice: 0 }
const SEND = '/cgi-bin/message/subscribe/send'
/** Taken, or refused because nothing was left to take: asked once more after either, it was asked twice. */
const DEFINITE = [0, 43101]

/** What the outbox says, what has arrived on phones, and what WeChat was asked. */
async function messagesSent() {
  const states = await OutboxModel.aggregate<{ _id: string; n: number }>([
    { $match: { kind: 'letter' } },
    { $group: { _id: '$status', n: { $sum: 1 } } },
  ])
  const [rows] = await OutboxModel.aggregate<{ twice: number }>([
    { $match: { kind: 'letter' } },
    { $group: { _id: { subject: '$subject', person: '$personId' }, n: { $sum: 1 } } },
    { $group: { _id: null, twice: { $sum: { $cond: [{ $gt: ['$n', 1] }, 1, 0] } } } },
  ])
  const asked = simulator.control
    .calls(SEND)
    .filter((it) => DEFINITE.includes(it.errcode))
    .map(({ body }) => body as { touser: string; page: string })
    .map((it) => `${it.touser} ${it.page}`)
  const arrived = simulator.control.delivered().map((it) => `${it.openId} ${it.page}`)
  return {
    messages: states.reduce((sum, it) => sum + it.n, 0),
    states: Object.fromEntries(states.map((it) => [it._id, it.n])),
    rowsTwice: rows?.twice ?? 0,
    asked: asked.length,
    askedTwice: asked.length - new Set(asked).size,
    arrived: arrived.length,
    toldTwice: arrived.length - new Set(arrived).size,
    left: states.filter((it) => it._id === 'pending' || it._id === 'sending').length,
  }
}
