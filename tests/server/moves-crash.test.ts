import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Types } from 'mongoose'
import { afterEach, expect, it } from 'vitest'
import { confirmMyLetter, openMyLetter } from '#contract/letters'
import { beginPromotion } from '#contract/promotion'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { LateComerModel } from '../../server/modules/letters/latecomers/model.ts'
import { SheetModel } from '../../server/modules/letters/sheets/model.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { GuardianshipModel, StudentModel } from '../../server/modules/org/families/model.ts'
import { MoveModel, PromotionModel } from '../../server/modules/org/promotion/model.ts'
import * as promotions from '../../server/modules/org/promotion/service.ts'
import { UnitModel, type UnitRecord } from '../../server/modules/org/tree/model.ts'
import { sendLetter, tick } from '../support/letters.ts'
import { processEnv } from '../support/process.ts'
import { scaled } from '../support/scale.ts'
import { buildDistrict, buildSchool } from '../support/schools.ts'
import { useWorld } from '../support/world.ts'

// A district moves up a grade while letters are open: whatever is killed meanwhile, each child stands on one sheet of each letter, with
// everything its family has done, and the counters are what a recount says.
const world = useWorld()
const HOUR_MS = 3_600_000
const SCHOOLS = scaled(50, 2)
const CLASSES = scaled(25, 2)
const STUDENTS = scaled(40, 8)
/** Families that answer while their child is on the way. */
const ANSWERING = scaled(400, 16)
/** While classes move up, and while the letters follow their children. */
const KILLS = scaled(10, 2)
const LETTERS = 3

let worker: ChildProcess | undefined
afterEach(() => worker?.kill('SIGKILL'))

function startWorker() {
  const { MONGO_URL, REDIS_URL } = world.deps().env
  worker = spawn(process.execPath, ['tests/support/moves-worker.ts'], {
    stdio: 'ignore',
    env: processEnv({ NODE_ENV: 'test', PORT: '0', MONGO_URL, REDIS_URL }),
  })
  return worker
}

let inTheMiddle = 0

/** Kills a worker as soon as it has come so far. */
async function killWhen(isTime: () => Promise<boolean>) {
  const victim = startWorker()
  const exit = once(victim, 'exit')
  const isOver = () => victim.exitCode !== null
  await expect
    .poll(async () => isOver() || (await isTime()), { timeout: scaled(900_000, 90_000), interval: 3 })
    .toBe(true)
  if (!isOver()) inTheMiddle += 1
  victim.kill('SIGKILL')
  await exit
  // The lease of a dead process runs out by itself after half a minute; here it is made to have run out.
  await PromotionModel.updateMany({}, { leaseUntil: new Date(0) })
}

async function fill() {
  const office = await buildDistrict(world)
  const schools: Awaited<ReturnType<typeof buildSchool>>[] = []
  for (let at = 0; at < SCHOOLS; at++) {
    schools.push(await buildSchool(world, office, { grades: [7, 8], classes: CLASSES }))
  }
  const classes = await UnitModel.find({ kind: 'class' }).lean<UnitRecord[]>()
  const children = classes.flatMap((klass) =>
    Array.from({ length: STUDENTS }, (_, at) => ({
      ...{ _id: new Types.ObjectId(), personId: new Types.ObjectId() },
      ...{ classId: klass._id, path: klass.path, number: `${String(klass._id)}-${at}` },
    })),
  )
  await StudentModel.insertMany(
    children.map(({ _id, classId, path, number }) => ({
      ...{ _id, classId, path, number, name: '学生', leftAt: null, activatedAt: new Date(0) },
      schoolId: new Types.ObjectId(path.split('/')[3]),
      memberships: [{ classId, path, from: new Date(0), to: null }],
    })),
  )
  await GuardianshipModel.insertMany(
    children.map(({ _id, personId, classId, path }) => ({
      ...{ studentId: _id, classId, path, relation: '妈妈', name: '家长', personId },
      ...{ from: new Date(0), joinedAt: new Date(0) },
    })),
  )
  return { ...office, schools, children }
}

type Phone = Awaited<ReturnType<typeof world.as>>

async function phoneOf(personId: string): Promise<Phone> {
  await PersonModel.create({ _id: personId, name: '家长', wxOpenId: `o-${personId}` })
  return world.as(personId, 'guardian')
}

/** One after the other, while their children are on the way: each is taken. */
async function answerAll(families: readonly { studentId: string; phone: Phone }[], letterId: string) {
  for (const { studentId, phone } of families) {
    const { isDone } = await phone(confirmMyLetter, { studentId, letterId })
    expect(isDone).toBe(true)
    await sleep(scaled(100, 250))
  }
}

/** What each sheet says against what stands on it, and on how many sheets of a letter each child stands. */
async function recount() {
  const marks = (field: string) => ({ $size: { $objectToArray: { $ifNull: [`$${field}`, {}] } } })
  const untrue = await SheetModel.countDocuments({
    $expr: {
      $not: {
        $and: [
          { $eq: ['$confirmed', marks('confirmedBy')] },
          { $eq: ['$read', marks('readBy')] },
          { $eq: ['$expected', { $size: '$roster' }] },
          { $eq: ['$reached', { $subtract: ['$expected', { $size: '$unreached' }] }] },
        ],
      },
    },
  })
  const [entries] = await SheetModel.aggregate<{ entries: number; doubled: number }>([
    { $unwind: '$roster' },
    { $group: { _id: { letterId: '$letterId', studentId: '$roster' }, n: { $sum: 1 } } },
    { $group: { _id: null, entries: { $sum: 1 }, doubled: { $sum: { $cond: [{ $gt: ['$n', 1] }, 1, 0] } } } },
  ])
  const [sums] = await SheetModel.aggregate<{ read: number; confirmed: number }>([
    { $group: { _id: null, read: { $sum: '$read' }, confirmed: { $sum: '$confirmed' } } },
  ])
  return { untrue, entries: entries?.entries, doubled: entries?.doubled, ...sums, _id: undefined }
}

/** Children that stand neither in their class of today nor, with an answer, in the one they were in. */
const astray = async () => {
  const rows = await SheetModel.aggregate<{ n: number }>([
    { $unwind: '$roster' },
    { $lookup: { from: 'students', localField: 'roster', foreignField: '_id', as: 'student' } },
    { $set: { student: { $first: '$student' }, key: { $toString: '$roster' } } },
    {
      $match: {
        $expr: {
          $and: [
            { $ne: ['$classId', '$student.classId'] },
            {
              $not: [
                {
                  $in: [
                    '$key',
                    {
                      $map: { input: { $objectToArray: { $ifNull: ['$confirmedBy', {}] } }, in: '$$this.k' },
                    },
                  ],
                },
              ],
            },
          ],
        },
      },
    },
    { $count: 'n' },
  ])
  return rows[0]?.n ?? 0
}

it(
  'puts every child on one sheet of each open letter, though the worker is killed again and again while a district moves up',
  async () => {
    world.pass(-HOUR_MS)
    const { call, district, admin, children } = await fill()
    const sent: string[] = []
    for (let number = 0; number < LETTERS; number++) {
      sent.push((await sendLetter(world, admin, district)).id)
    }
    await tick(world)
    world.pass(HOUR_MS)
    const [toOpen = '', toConfirm = '', toAnswerOnTheWay = ''] = sent
    const answering = await Promise.all(
      children.slice(0, ANSWERING).map(async ({ _id, personId }) => ({
        studentId: String(_id),
        phone: await phoneOf(String(personId)),
      })),
    )
    for (const { studentId, phone } of answering) {
      await phone(openMyLetter, { studentId, letterId: toOpen })
      await phone(confirmMyLetter, { studentId, letterId: toConfirm })
    }
    const before = await recount()
    expect(before).toMatchObject({ untrue: 0, entries: children.length * LETTERS, doubled: 0 })

    const { id, classes } = await call(beginPromotion, { unitId: String(district._id) })
    const promotionId = new Types.ObjectId(id)
    const person = { role: 'staff', personId: admin, sessionId: '', name: '', loginName: null, posts: [] }
    await promotions.confirm(promotionId, person as unknown as Parameters<typeof promotions.confirm>[1])
    const onTheWay = answerAll(answering, toAnswerOnTheWay)
    for (let kill = 1; kill <= KILLS; kill++) {
      const at = Math.floor((classes * kill) / (KILLS + 1))
      await killWhen(async () => (await MoveModel.countDocuments({ promotionId, state: 'done' })) >= at)
    }
    for (let kill = 1; kill <= KILLS; kill++) {
      const left = Math.floor((children.length * (KILLS + 1 - kill)) / (KILLS + 2))
      await killWhen(
        async () =>
          (await PromotionModel.exists({ _id: promotionId, status: 'applied' })) !== null &&
          (await LateComerModel.countDocuments()) <= left,
      )
    }
    await onTheWay
    const last = startWorker()
    await once(last, 'exit')

    expect((await PromotionModel.findById(promotionId))?.status).toBe('applied')
    expect(await LateComerModel.countDocuments()).toBe(0)
    const after = await recount()
    process.stdout.write(
      `${JSON.stringify({ children: children.length, letters: LETTERS, kills: 2 * KILLS, inTheMiddle, ...after })}\n`,
    )
    expect(inTheMiddle).toBeGreaterThanOrEqual(KILLS)
    expect(after).toMatchObject({
      ...{ untrue: 0, entries: children.length * LETTERS, doubled: 0 },
      // Opened once, confirmed twice: nothing of it was lost, and nothing counted again in the new class.
      ...{ read: ANSWERING * LETTERS, confirmed: ANSWERING * 2 },
    })
    expect(await astray()).toBe(0)
    const told = await OutboxModel.aggregate<{ n: number }>([
      { $match: { kind: 'letter', subject: { $nin: sent } } },
      { $group: { _id: '$personId', n: { $sum: 1 } } },
      { $match: { n: { $gt: 1 } } },
    ])
    expect(told).toEqual([])
  },
  scaled(3_600_000, 300_000),
)
