import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import mongoose, { type Types } from 'mongoose'
import { afterEach, expect, it, vi } from 'vitest'
import type { LetterForm } from '#contract/letter-form'
import { createLetter, queueLetter, remindUnread, reviseLetter, updateLetter } from '#contract/letters'
import { answerMyStaffLetter } from '#contract/staff-answers'
import { readStaffFigures } from '#contract/staff-letters'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { LetterModel } from '../../server/modules/letters/model.ts'
import { StaffAnswerModel } from '../../server/modules/letters/staff/answers/model.ts'
import { StaffSheetModel } from '../../server/modules/letters/staff/model.ts'
import { QuotaModel } from '../../server/modules/notify/consents/model.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { DEMO_TEMPLATE_IDS } from '../../server/scripts/simulator/templates.ts'
import { buildStaff } from '../support/build.ts'
import { dice } from '../support/dice.ts'
import { DRAFT, newRequest } from '../support/letters.ts'
import { endTransactionsOf } from '../support/orphans.ts'
import { processEnv, type ServerProcess, startServer } from '../support/process.ts'
import { scaled } from '../support/scale.ts'
import { buildStaffCity, postAt } from '../support/staff-city.ts'
import { useWorld } from '../support/world.ts'

// Whatever is killed while letters go to the staff of a whole city, are reminded of and put right: everybody stands where they belong and
// once, hears of each step once at most, no receipt is lost on the way to the new edition, and the counters say what a recount says.
const WX_TEMPLATES = JSON.stringify(DEMO_TEMPLATE_IDS)
const world = useWorld({ WX_TEMPLATES })
const templateId = DEMO_TEMPLATE_IDS.staffMatter ?? ''
/** More schools than a request waits for, and more people than it reminds by itself: all of it is the worker's work. */
const SCHOOLS = scaled(2_000, 220)
const CLASSES = scaled(30, 10)
/** Of each of the three steps: sent, reminded, put right. */
const KILLS = scaled(5, 1)
/** Each of them heads the school after theirs, too. */
const DOUBLE = 6
const ANSWERING = scaled(600, 60)
/** Who presses the button while the corrected letter takes the place of the one before. */
const LATE = scaled(200, 40)
const CONSENTING = scaled(6_000, 300)
const SEED = Number(process.env.FAULT_SEED ?? 20_261_130)
const VICTIM = 'staff-letters-victim'
/** Longer than a slow machine takes. */
const PATIENCE = scaled(900_000, 90_000)

const asking = (answeredBy: LetterForm['answeredBy']): LetterForm => ({
  answeredBy,
  fields: [
    { code: 'attend', label: '参加吗', type: 'choice', required: true, options: ['参加', '来不了'] },
    { code: 'seats', label: '几个人', type: 'number', required: true, min: 1, max: 9 },
  ],
})
const SAID = [
  { code: 'attend', value: ['参加'] },
  { code: 'seats', value: 2 },
]
const LETTERS = {
  each: { form: asking('each'), posts: ['class_teacher' as const] },
  once: { form: asking('once'), posts: ['principal' as const, 'district_admin' as const] },
}
type Which = keyof typeof LETTERS

const roll = dice(SEED)
const kills: Record<string, number> = {}
let worker: ServerProcess | undefined
const waking = { isOver: false }
afterEach(() => {
  waking.isOver = true
  worker?.child.kill('SIGKILL')
})

async function start() {
  const { MONGO_URL, REDIS_URL, WX_APP_ID, WX_APP_SECRET } = world.deps().env
  worker = await startServer(
    processEnv({
      ...{ NODE_ENV: 'test', MONGO_URL: `${MONGO_URL}&appName=${VICTIM}`, REDIS_URL },
      ...{ WX_APP_ID, WX_APP_SECRET, WX_TEMPLATES, WX_BASE_URL: world.simulator().url },
    }),
    'worker',
  )
}

/** What a dead process held runs out by itself within a minute; here it is made to have run out. */
async function kill() {
  const child = worker?.child
  expect(child?.exitCode).toBeNull()
  child?.kill('SIGKILL')
  if (child) await once(child, 'exit')
  await endTransactionsOf(VICTIM)
  await OutboxModel.updateMany({ status: { $in: ['pending', 'sending'] } }, { leaseUntil: new Date(0) })
  const jobs = mongoose.connection.collection('agendaJobs')
  await jobs.updateMany({}, { $set: { lockedAt: null } })
  await jobs.updateMany({ name: 'letters.tick' }, { $set: { nextRunAt: new Date(0) } })
}

/** WeChat is quiet at night, and by day it says one thing a day; here every hour is one at which everything goes. */
async function keepAwake() {
  while (!waking.isOver) {
    await OutboxModel.updateMany(
      { status: 'pending', dueAt: { $gt: new Date() } },
      { isUrgent: true, dueAt: new Date(0) },
    ).catch(() => null)
    await sleep(300)
  }
}

const isUnderWay = async () =>
  (await LetterModel.exists({ $or: [{ status: 'sending' }, { areMessagesDue: true }] })) ??
  (await StaffSheetModel.exists({ isReminderDue: true })) ??
  (await OutboxModel.exists({ status: { $in: ['pending', 'sending'] } }))

/** Something that grows while a step is worked off. */
interface Growth {
  name: string
  of: number
  count: () => Promise<number>
}

/** Kills the worker that is there at moments that the dice choose between the beginning of the step and its end; the last one comes to the end. */
async function throughKills(growths: Growth[]) {
  for (let n = 0; n < KILLS; n++) {
    const { name, from, of, count } = await stillGrowing(growths)
    const at = from + Math.floor(roll() * (of - from))
    await vi.waitFor(
      async () => {
        if ((await count()) <= at && (await isUnderWay())) throw new Error(`${name} has not grown to ${at}`)
      },
      { timeout: PATIENCE, interval: 2 },
    )
    await sleep(roll() * 30)
    const where = (await isUnderWay()) ? name : 'afterwards'
    kills[where] = (kills[where] ?? 0) + 1
    await kill()
    await start()
  }
  await vi.waitFor(
    async () => {
      if (await isUnderWay()) throw new Error('Not at its end')
    },
    { timeout: PATIENCE, interval: 100 },
  )
}

async function stillGrowing(growths: Growth[]) {
  const all = await Promise.all(growths.map(async (it) => ({ ...it, from: await it.count() })))
  const open = all.filter((it) => it.from < it.of)
  const among = open.length > 0 ? open : all
  const one = among[Math.floor(roll() * among.length)]
  if (!one) throw new Error('Nothing grows')
  return one
}

async function scene() {
  const built = await buildStaffCity({ schools: SCHOOLS, classes: CLASSES })
  const { city, district, schools } = built
  const office = await buildStaff(district, 'district_admin', { name: '陈立' })
  const heads = schools.map(({ unit, head }, at) => ({ head, units: [unit, ...(next(at) ?? [])] }))
  /** Each of the first few also heads the school after the next few. */
  function next(at: number) {
    const other = at < DOUBLE ? schools[at + DOUBLE] : undefined
    return other && [other.unit]
  }
  for (const { head, units } of heads.slice(0, DOUBLE)) {
    const posts = units.map((it) => postAt('principal', it))
    await PersonModel.updateOne({ _id: head }, { posts })
  }
  const teachers = schools.flatMap((it) => it.teachers)
  const author = await buildStaff(city, 'city_admin', { name: '周敏' })
  const places: Record<Which, string[]> = {
    each: schools.flatMap(({ unit, teachers: some }) => some.map((it) => placeOf(unit._id, it))),
    once: [
      ...heads.flatMap(({ head, units }) => units.map((it) => placeOf(it._id, head))),
      placeOf(district._id, office),
    ],
  }
  await allow([...teachers.slice(-CONSENTING), ...schools.slice(0, SCHOOLS / 4).map((it) => it.head)])
  return { ...built, heads, teachers, places, call: await world.as(author, 'staff') }
}

type Scene = Awaited<ReturnType<typeof scene>>
const placeOf = (unitId: unknown, personId: unknown) => `${String(unitId)}:${String(personId)}`
const personIn = (place: string) => place.split(':')[1] ?? ''

/** Each has pressed 允许 often enough for every step. */
async function allow(people: Types.ObjectId[]) {
  const { control } = world.simulator()
  control.world.sendMs = 20
  const identities = people.map((it) => ({ _id: it, openId: control.identity({ as: String(it) }).openId }))
  for (const { openId } of identities) control.world.addQuota(openId, templateId, 3)
  await PersonModel.bulkWrite(
    identities.map(({ _id, openId }) => ({
      updateOne: { filter: { _id }, update: { wxOpenId: openId } },
    })),
  )
  await QuotaModel.collection.insertMany(
    identities.map(({ openId }) => ({
      ...{ _id: `${openId}:${templateId}`, left: 3, holders: [], taps: [], revision: 0 },
    })) as never[],
  )
}

async function send({ city, call }: Scene, which: Which) {
  const { form, posts } = LETTERS[which]
  const unitId = String(city._id)
  const draft = await call(createLetter, {
    ...{ ...DRAFT, title: '家长学校工作会', body: '请参加周五的会议。', pledge: '' },
    ...{ unitId, requestId: newRequest(), audience: [], form, staff: { posts, unitIds: [unitId] } },
  })
  await call(queueLetter, { letterId: draft.id, sendAt: null })
  return draft.id
}

async function correct({ city, call }: Scene, which: Which, letterId: string) {
  const { form, posts } = LETTERS[which]
  const { kind: _, ...written } = DRAFT
  const draft = await call(reviseLetter, { letterId, requestId: newRequest() })
  await call(updateLetter, {
    ...{ ...written, letterId: draft.id, title: '家长学校工作会', body: '请参加周六的会议。', pledge: '' },
    ...{ audience: [], form, staff: { posts, unitIds: [String(city._id)] }, correction: '改到周六' },
  })
  await call(queueLetter, { letterId: draft.id, sendAt: null })
  return draft.id
}

/** Fills the form in, at each of some units or for themselves; again and again until the letter is there. */
async function answer(personId: Types.ObjectId, letterId: string, unitIds: (string | undefined)[]) {
  const call = await world.as(String(personId), 'staff')
  for (const unitId of unitIds) {
    const said = { letterId, answers: SAID, ...(unitId && { unitId }) }
    await vi.waitFor(() => call(answerMyStaffLetter, said), { timeout: PATIENCE, interval: 100 })
  }
}

/** As many requests on the way as a city has at a time, and no more than the database has connections for. */
async function someAtOnce<T>(items: readonly T[], work: (item: T) => Promise<unknown>) {
  const queue = items.values()
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (const it of queue) await work(it)
    }),
  )
}

/** Who was told in the moment of the correction that their receipt is in; everybody else was told of the new edition. */
async function answerLate(people: Types.ObjectId[], letterId: string) {
  const taken: string[] = []
  const refused: string[] = []
  await someAtOnce(people, async (it) => {
    const call = await world.as(String(it), 'staff')
    // Over the seconds in which the worker takes the correction up.
    await sleep((roll() * 12_000 * 8) / LATE)
    await call(answerMyStaffLetter, { letterId, answers: SAID }).then(
      () => taken.push(String(it)),
      (error: { status?: number }) => {
        if (error.status !== 409) throw error
        refused.push(String(it))
      },
    )
  })
  return { taken, refused }
}

const delivered = () => Promise.resolve(world.simulator().control.delivered().length)
const inOutbox = (step: object) => OutboxModel.countDocuments({ kind: 'staffMatter', ...step })
const sorted = (all: readonly string[]) => [...all].sort()

it(
  'reaches all staff of a city once, and carries every receipt over, though the worker is killed again and again',
  async () => {
    const startedAt = performance.now()
    const [here] = await Promise.all([scene(), start()])
    const { heads, teachers, places } = here
    const awake = keepAwake()
    const people = { each: new Set(places.each.map(personIn)), once: new Set(places.once.map(personIn)) }
    const everybody = people.each.size + people.once.size
    const messages = (name: string, step: object, of: number): Growth => ({
      ...{ name, of },
      count: () => inOutbox(step),
    })
    const calls = async (share: number): Promise<Growth> => ({
      ...{ name: 'calls', of: (await delivered()) + Math.floor(CONSENTING * share) },
      count: delivered,
    })

    const first = { each: await send(here, 'each'), once: await send(here, 'once') }
    const answering = [
      someAtOnce(teachers.slice(0, ANSWERING), (it) => answer(it, first.each, [undefined])),
      // One of the two schools of the first, both of the next few.
      ...heads.slice(0, DOUBLE).map(({ head, units }, at) =>
        answer(
          head,
          first.once,
          units.slice(0, at === 0 ? 1 : 2).map((it) => String(it._id)),
        ),
      ),
    ]
    const schools = { each: here.schools.length, once: here.schools.length + 1 }
    await throughKills([
      { name: 'sheets', of: schools.each + schools.once, count: () => StaffSheetModel.countDocuments() },
      messages('messages', {}, everybody),
      await calls(0.9),
    ])
    await Promise.all(answering)

    const unitId = String(here.city._id)
    const waited = { each: await waitedFor(first.each), once: await waitedFor(first.once) }
    await here.call(remindUnread, { letterId: first.each, unitId })
    await here.call(remindUnread, { letterId: first.once, unitId })
    await throughKills([
      messages('reminders', { rung: 'm1' }, waited.each.length + waited.once.length),
      await calls(0.8),
    ])

    const second = {
      each: await correct(here, 'each', first.each),
      once: await correct(here, 'once', first.once),
    }
    const ofSecond = { letterId: { $in: Object.values(second) } }
    const late = answerLate(teachers.slice(ANSWERING, ANSWERING + LATE), first.each)
    const receipts = ANSWERING + 2 * DOUBLE - 1
    await throughKills([
      {
        ...{ name: 'new sheets', of: schools.each + schools.once },
        count: () => StaffSheetModel.countDocuments(ofSecond),
      },
      { name: 'carried', of: receipts, count: () => StaffAnswerModel.countDocuments(ofSecond) },
      messages('new messages', { subject: { $in: Object.values(second) } }, everybody),
    ])
    const { taken, refused } = await late
    waking.isOver = true
    await awake

    const untrue = await untrueSheets()
    const states = await statesOfMessages()
    process.stdout.write(
      `${JSON.stringify({ seed: SEED, staff: everybody, schools: SCHOOLS, kills, ...states, receipts, late: { taken: taken.length, refused: refused.length }, untrue, ms: Math.round(performance.now() - startedAt) })}\n`,
    )

    // Every member has one place, on the sheet they belong to, in both editions; nobody else has one.
    for (const which of ['each', 'once'] as const) {
      for (const letterId of [first[which], second[which]]) {
        expect(await placesOn(letterId)).toEqual(sorted(places[which]))
        expect(await toldOf({ subject: letterId, rung: { $exists: false } })).toEqual(
          sorted([...people[which]]),
        )
      }
      expect(await toldOf({ subject: first[which], rung: 'm1' })).toEqual(sorted(waited[which]))
    }
    // Those who were waited for are all who had not answered; a head of two schools who has answered for one is waited for, both heads of a
    // school that has answered are not.
    expect(waited.each).toHaveLength(people.each.size - ANSWERING)
    expect(waited.once).toHaveLength(people.once.size - 2 * (DOUBLE - 1))

    const answered = [...teachers.slice(0, ANSWERING).map(String), ...taken]
    expect(taken.length + refused.length).toBe(LATE)
    expect(await answeredBelow(first.each)).toEqual(sorted(answered))
    expect(await answeredBelow(second.each)).toEqual(sorted(answered))
    expect(await StaffAnswerModel.countDocuments({ letterId: second.once })).toBe(2 * DOUBLE - 1)
    const figures = async (letterId: string) =>
      (await here.call(readStaffFigures, { letterId, unitId })).total
    expect(await figures(second.each)).toMatchObject({
      ...{ expected: places.each.length, asked: places.each.length, answered: answered.length },
    })
    expect(await figures(second.once)).toMatchObject({
      ...{ expected: places.once.length, asked: schools.once, answered: 2 * DOUBLE - 1 },
    })

    expect(untrue).toBe(0)
    expect(states).toMatchObject({ left: 0, toldTwice: 0 })
    // Cut off in the middle of a call, nobody knows whether it arrived: at most what the killed workers had in hand.
    expect(states.states.unknown ?? 0).toBeLessThanOrEqual(3 * KILLS * WIDTH)
    expect(Object.keys(kills).filter((it) => it !== 'afterwards').length).toBeGreaterThan(0)
  },
  scaled(3_600_000, 280_000),
)

/** People one worker has on the way at the same time. */
const WIDTH = 24

async function placesOn(letterId: string) {
  const sheets = await StaffSheetModel.find({ letterId }, { unitId: 1, roster: 1 }).lean()
  return sorted(sheets.flatMap((it) => it.roster.map((one) => placeOf(it.unitId, one))))
}

const toldOf = async (step: object) =>
  sorted(
    (await OutboxModel.find({ kind: 'staffMatter', ...step }, { personId: 1 }).lean()).map((it) =>
      String(it.personId),
    ),
  )

const answeredBelow = async (letterId: string) =>
  sorted((await StaffAnswerModel.find({ letterId }, { personId: 1 }).lean()).map((it) => String(it.personId)))

/** By what was answered, not by what the sheets say of it. */
async function waitedFor(letterId: string) {
  const answers = await StaffAnswerModel.find({ letterId }, { _id: 1, personId: 1 }).lean()
  const units = new Set(answers.map((it) => it._id))
  const persons = new Set(answers.map((it) => String(it.personId)))
  const sheets = await StaffSheetModel.find({ letterId }, { roster: 1, isOnce: 1 }).lean()
  const waiting = sheets.flatMap((it) =>
    it.isOnce ? (units.has(it._id) ? [] : it.roster) : it.roster.filter((one) => !persons.has(String(one))),
  )
  return [...new Set(waiting.map(String))]
}

/** Sheets whose counters do not say what their marks say, or whose marks of answers are not the answers there are. */
async function untrueSheets() {
  const sheets = await StaffSheetModel.find().lean()
  const answers = await StaffAnswerModel.find({}, { letterId: 1, unitId: 1, personId: 1 }).lean()
  const given = new Set(answers.map((it) => `${String(it.letterId)}:${String(it.personId)}`))
  const units = new Set(answers.map((it) => it._id))
  const size = (marks: object | undefined) => Object.keys(marks ?? {}).length
  return sheets.filter((it) => {
    const by = Object.keys(it.answeredBy ?? {})
    const answered = it.isOnce ? (units.has(it._id) ? 1 : 0) : by.length
    return (
      it.expected !== it.roster.length ||
      new Set(it.roster.map(String)).size !== it.roster.length ||
      it.read !== size(it.readBy) ||
      it.confirmed !== size(it.confirmedBy) ||
      it.answered !== answered ||
      by.some((one) => !given.has(`${String(it.letterId)}:${one}`))
    )
  }).length
}

/** What the outbox says and what has arrived on phones: each step of a letter once at most for each person. */
async function statesOfMessages() {
  const rows = await OutboxModel.aggregate<{ _id: string; n: number }>([
    { $match: { kind: 'staffMatter' } },
    { $group: { _id: '$status', n: { $sum: 1 } } },
  ])
  const arrived = world
    .simulator()
    .control.delivered()
    .map((it) => `${it.openId} ${it.page} ${it.fields[0]?.value ?? ''}`)
  return {
    states: Object.fromEntries(rows.map((it) => [it._id, it.n])),
    messages: rows.reduce((sum, it) => sum + it.n, 0),
    arrived: arrived.length,
    toldTwice: arrived.length - new Set(arrived).size,
    left: rows.filter((it) => it._id === 'pending' || it._id === 'sending').length,
  }
}
