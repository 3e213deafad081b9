import mongoose, { Types } from 'mongoose'
import type { Logger } from 'pino'
import type { StaffActor } from '../../server/http/actor.ts'
import { ensureIndexes } from '../../server/infra/mongo.ts'
import { LetterModel, type LetterRecord } from '../../server/modules/letters/model.ts'
import { type LetterInScope, ownLetter } from '../../server/modules/letters/policy.ts'
import { announce, deliver, deliverSmall } from '../../server/modules/letters/sending/service.ts'
import * as letters from '../../server/modules/letters/service.ts'
import { SheetModel } from '../../server/modules/letters/sheets/model.ts'
import { namedSheet, tallyBy } from '../../server/modules/letters/sheets/service.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { unitScope } from '../../server/modules/org/policy.ts'
import type { UnitRecord } from '../../server/modules/org/tree/model.ts'
import { buildTown, type Size, type Town } from '../support/town.ts'
import { lateComersLine } from './latecomers.ts'
import { fire, quantile } from './load.ts'
import { measure, type Pair, type Settings } from './rounds.ts'
import { toLetters } from './scenarios.ts'

export const LETTERS_CITY = 'letters-city'
/** A million students in 25,000 classes with a million and a half guardians, all of whom have joined; a tenth of it if not told otherwise. */
const WHOLE: Size = { districts: 25, schools: 20, classes: 10, students: 40 }
const TENTH: Size = { districts: 10, schools: 5, classes: 10, students: 40 }
const SIGNED_IN = 20_000
/** The second and third are there to be confirmed: each server wants a family for each request. */
const LETTERS = 3
/** What is read while receipts pour in, so many times each. */
const READS = 40

type Sent = LetterRecord & { sentAt: Date }

/** A letter to a whole city: how long until it is seen, until its sheets and messages are written, and what receipts and reads cost meanwhile. */
export async function* letterCityLines(
  {
    isWhole,
    pace,
    serve,
    log,
  }: { isWhole: boolean; pace: Settings; serve: () => Promise<Pair>; log: Logger },
  say: (line: string) => void,
) {
  const size = isWhole ? WHOLE : TENTH
  const students = size.districts * size.schools * 5 * size.classes * size.students
  say(`正在建立一座有 ${students} 名学生的城市……`)
  const town = await buildTown(size, { signedIn: SIGNED_IN, openIdOf: (id) => `o-bench-${id}` })
  await ensureIndexes()
  await mongoose.connection.db?.admin().command({ fsync: 1 })
  const admin = adminOf(town)

  say('正在给全市寄信……')
  const { letter, ...sending } = await sendToAll(town, admin, 1)
  yield { name: `${LETTERS_CITY} sending`, students, ...sending, ...(await messages(letter)) }

  const more: Sent[] = []
  for (let number = 2; number <= LETTERS; number++) {
    more.push((await sendToAll(town, admin, number)).letter)
  }
  const pair = await serve()
  const ids = [letter, ...more].map((it) => String(it._id))
  const confirming = { name: `${LETTERS_CITY} confirm`, shot: toLetters(ids.slice(0, 2), 'confirmation') }
  yield await measure(confirming, town.families, pair, pace)
  yield await whilePouring(town, letter, String(more.at(-1)?._id), pair, pace)
  say('正在让孩子们升一个年级……')
  yield await lateComersLine(town, LETTERS, log)
}

function adminOf({ city, adminId }: Town): StaffActor {
  const post = { post: 'city_admin' as const, unitId: String(city._id), path: city.path }
  return {
    role: 'staff',
    personId: adminId,
    sessionId: adminId,
    name: '周敏',
    loginName: null,
    posts: [post],
  }
}

const since = (startedAt: number) => Math.round(performance.now() - startedAt)

/** As the button and the next tick do it. */
async function sendToAll({ city, classes }: Town, admin: StaffActor, number: number) {
  const scope = await unitScope(admin, String(city._id), 'writeLetters')
  const draft = await letters.createLetter(
    scope,
    {
      kind: 'letter',
      requestId: `letters-city-${number}`,
      title: '开学前，给家长的一封信',
      body: '{{称呼}}：\n\n您好！{{孩子}}升入{{学校}}{{班级}}。\n\n{{日期}}',
      pledge: '',
      confirmation: 'confirm',
      dueOn: null,
      audience: [scope.unitId],
    },
    admin,
  )
  const startedAt = performance.now()
  const queued = await letters.queueLetter(await ownLetter(admin, String(draft._id)), null, new Date())
  const shown = await deliverSmall(queued)
  const seenAfterMs = shown.status === 'sent' ? since(startedAt) : null
  await deliver(shown as Sent)
  const sheetsAfterMs = since(startedAt)
  const rollUps: number[] = []
  for (let time = 0; time < 5; time++) {
    const from = performance.now()
    await tallyBy(queued._id, city.path, 'district')
    rollUps.push(performance.now() - from)
  }
  const letter = (await LetterModel.findById(queued._id).lean<Sent>()) as Sent
  const sheets = await SheetModel.countDocuments({ letterId: letter._id })
  if (sheets !== classes.length) throw new Error(`${sheets} sheets of ${classes.length}`)
  return { letter, seenAfterMs, sheets, sheetsAfterMs, rollUpMs: Math.round(quantile(rollUps, 0.5)) }
}

/** Into the outbox, a row for each guardian; beside it the same rows again by the driver alone, in an empty collection without an index. */
async function messages(letter: Sent) {
  const startedAt = performance.now()
  await announce(letter, new Date())
  const seconds = (performance.now() - startedAt) / 1000
  const rows = await OutboxModel.countDocuments({ subject: String(letter._id) })
  return {
    messages: rows,
    messagesSeconds: Number(seconds.toFixed(1)),
    messagesPerSecond: Math.round(rows / seconds),
    bareMessagesPerSecond: Math.round(await bareRate(letter)),
  }
}

async function bareRate(letter: Sent) {
  const bare = mongoose.connection.collection<{ _id: string }>('benchBareOutbox')
  const rows = await OutboxModel.collection
    .find({ subject: String(letter._id) })
    .limit(50_000)
    .toArray()
  const startedAt = performance.now()
  for (let at = 0; at < rows.length; at += 1_000) {
    await bare.insertMany(rows.slice(at, at + 1_000) as unknown as { _id: string }[], { ordered: false })
  }
  const rate = rows.length / ((performance.now() - startedAt) / 1000)
  await bare.drop()
  return rate
}

/** The names of a class and the roll-up of the city while every connection confirms. */
async function whilePouring(
  { city, classes, families }: Town,
  read: Sent,
  confirmed: string,
  pair: Pair,
  { burstMs }: Settings,
) {
  const next = toLetters([confirmed], 'confirmation')
  const times = { names: [] as number[], rollUp: [] as number[] }
  let number = 0
  let isOver = false
  const pouring = fire(pair.product, () => (isOver ? null : next(families, number++)), burstMs * 60)
  for (let at = 0; at < READS; at++) {
    const klass = classes[(at * 7) % classes.length] as UnitRecord
    await timed(times.names, () => namedSheet(proofOf(read, klass)))
    await timed(times.rollUp, () => tallyBy(new Types.ObjectId(confirmed), city.path, 'district'))
  }
  isOver = true
  const { latencies, seconds } = await pouring
  const p95 = (of: number[]) => Number(quantile(of, 0.95).toFixed(1))
  return {
    name: `${LETTERS_CITY} reading while receipts pour in`,
    receiptsPerSecond: Math.round(latencies.length / seconds),
    receiptP95Ms: p95(latencies),
    namesP95Ms: p95(times.names),
    rollUpP95Ms: p95(times.rollUp),
  }
}

/** The proof is made by hand: there is nobody here to sign in. */
const proofOf = (letter: LetterRecord, { _id, path, kind }: UnitRecord) =>
  ({
    letter,
    scope: { unitId: String(_id), path, kind },
    isOwn: false,
  }) as unknown as LetterInScope<'seeFamilies'>

async function timed(into: number[], work: () => Promise<unknown>) {
  const startedAt = performance.now()
  await work()
  into.push(performance.now() - startedAt)
}
