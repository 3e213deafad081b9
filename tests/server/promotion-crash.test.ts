import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { Types } from 'mongoose'
import { afterEach, expect, it } from 'vitest'
import { applyPromotion, beginPromotion, undoPromotion } from '#contract/promotion'
import { AuditModel } from '../../server/modules/audit/model.ts'
import { GuardianshipModel, StudentModel } from '../../server/modules/org/families/model.ts'
import * as promotions from '../../server/modules/org/promotion/service.ts'
import { MoveModel, PromotionModel } from '../../server/modules/org/promotion/model.ts'
import { UnitModel } from '../../server/modules/org/tree/model.ts'
import { processEnv } from '../support/process.ts'
import { scaled } from '../support/scale.ts'
import { buildDistrict, buildSchool } from '../support/schools.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
const KILLS = scaled(20, 2)
const CLASSES = scaled(60, 8)
const STUDENTS = scaled(40, 6)

let worker: ChildProcess | undefined
afterEach(() => worker?.kill('SIGKILL'))

function startWorker() {
  const { MONGO_URL, REDIS_URL } = world.deps().env
  worker = spawn(process.execPath, ['tests/support/promotion-worker.ts'], {
    stdio: 'ignore',
    env: processEnv({ NODE_ENV: 'test', PORT: '0', MONGO_URL, REDIS_URL }),
  })
  return worker
}

/** The lease of a dead process runs out by itself after half a minute; here it is made to have run out. */
const letLeaseRunOut = () => PromotionModel.updateMany({}, { leaseUntil: new Date(0) })

async function killWhen(isTime: () => Promise<boolean>) {
  const victim = startWorker()
  const exit = once(victim, 'exit')
  await expect.poll(isTime, { timeout: scaled(300_000, 60_000), interval: 3 }).toBe(true)
  victim.kill('SIGKILL')
  await exit
  await letLeaseRunOut()
}

async function finish() {
  const last = startWorker()
  await once(last, 'exit')
}

async function fill() {
  const office = await buildDistrict(world)
  const { school } = await buildSchool(world, office, { grades: [7, 8, 9], classes: CLASSES / 4 })
  const classes = await UnitModel.find({ kind: 'class' }).lean()
  const rows = classes.flatMap((klass) =>
    Array.from({ length: STUDENTS }, (_, at) => {
      const where = { classId: klass._id, path: klass.path }
      return {
        _id: new Types.ObjectId(),
        schoolId: school._id,
        ...where,
        number: `${String(klass._id)}-${at}`,
        name: '学生',
        leftAt: null,
        memberships: [{ ...where, from: new Date(0), to: null }],
      }
    }),
  )
  await StudentModel.insertMany(rows)
  await GuardianshipModel.insertMany(
    rows.map(({ _id, classId, path }) => ({
      studentId: _id,
      classId,
      path,
      relation: '妈妈',
      from: new Date(0),
    })),
  )
  return office
}

const snapshot = async () => {
  const plain = { updatedAt: 0, createdAt: 0, __v: 0 } as const
  const [units, students, bonds] = await Promise.all([
    UnitModel.find({}, plain).sort({ _id: 1 }).lean(),
    StudentModel.find({}, plain).sort({ _id: 1 }).lean(),
    GuardianshipModel.find({}, plain).sort({ _id: 1 }).lean(),
  ])
  return JSON.parse(JSON.stringify({ units, students, bonds })) as unknown
}

it(
  'is carried out once and turned back once, though its worker is killed again and again',
  async () => {
    const { call, district, admin } = await fill()
    const before = await snapshot()
    const { id, classes } = await call(beginPromotion, { unitId: String(district._id) })
    const promotionId = new Types.ObjectId(id)
    const person = {
      role: 'staff',
      personId: admin,
      sessionId: '',
      name: '',
      loginName: null,
      posts: [],
    } as const
    const done = (state: 'done' | 'undone') => MoveModel.countDocuments({ promotionId, state })

    // The button's own process dies with the request: only workers that can be killed are at it.
    await promotions.confirm(promotionId, { ...person, posts: [] })
    for (let kill = 1; kill <= KILLS; kill++) {
      const at = Math.floor((classes * kill) / (KILLS + 1))
      await killWhen(async () => (await done('done')) >= at)
    }
    await finish()

    expect((await PromotionModel.findById(id))?.status).toBe('applied')
    const students = await StudentModel.find({}).lean()
    const wrong = students.filter((it) => {
      const open = it.memberships.filter((one) => one.to === null)
      return it.leftAt
        ? it.memberships.length !== 1 || open.length > 0
        : it.memberships.length !== 2 || open.length !== 1 || !open[0]?.classId.equals(it.classId)
    })
    expect(wrong).toEqual([])
    const strays = await GuardianshipModel.aggregate<{ n: number }>([
      { $lookup: { from: 'students', localField: 'studentId', foreignField: '_id', as: 'student' } },
      { $match: { $expr: { $ne: ['$path', { $first: '$student.path' }] } } },
      { $count: 'n' },
    ])
    expect(strays).toEqual([])
    const acts = await AuditModel.find({ act: 'promotion.applied' }).lean()
    expect(acts).toHaveLength(classes)
    expect(new Set(acts.flatMap((it) => it.studentIds.map(String))).size).toBe(students.length)

    await promotions.confirmUndo(promotionId, { ...person, posts: [] }, world.now())
    await killWhen(async () => (await done('undone')) >= classes / 2)
    await finish()

    expect(await snapshot()).toEqual(before)
    await expect(call(undoPromotion, { promotionId: id })).resolves.toMatchObject({ status: 'undone' })
    await expect(call(applyPromotion, { promotionId: id })).rejects.toMatchObject({ status: 409 })
  },
  scaled(3_600_000, 240_000),
)
