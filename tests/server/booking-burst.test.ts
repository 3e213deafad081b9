import { afterAll, beforeAll, expect, it } from 'vitest'
import { Types } from 'mongoose'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { mintToken } from '../../server/modules/accounts/rules.ts'
import { SlotModel } from '../../server/modules/meetings/model.ts'
import { GuardianshipModel, StudentModel } from '../../server/modules/org/families/model.ts'
import { buildBranch, buildStaff, newId } from '../support/build.ts'
import { testMongoUrl, testRedisUrl } from '../support/engines.ts'
import { type ServerProcess, startServer } from '../support/process.ts'
import { scaled } from '../support/scale.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
const CALLERS = 1000
const ROUNDS = scaled(20, 1)
const SLOTS = 50
const servers: ServerProcess[] = []

interface Caller {
  token: string
  studentId: string
}

beforeAll(async () => {
  const engines = { MONGO_URL: testMongoUrl(), REDIS_URL: testRedisUrl() }
  servers.push(...(await Promise.all([startServer(engines), startServer(engines)])))
}, 60_000)
afterAll(() => {
  for (const { child } of servers) child.kill('SIGTERM')
})

/** A thousand families of one class, each signed in on a phone of its own. Written all together: it is the booking that is tried. */
async function families() {
  const { klass, school } = await buildBranch()
  const teacher = await buildStaff(klass, 'class_teacher', { name: '李文' })
  const now = world.now()
  const expiresAt = new Date(now.getTime() + 24 * 60 * 60_000)
  const callers = Array.from({ length: CALLERS }, () => {
    const personId = newId()
    return { studentId: newId(), personId, ...mintToken(personId) }
  })
  const where = { classId: klass._id, path: klass.path }
  await Promise.all([
    StudentModel.insertMany(
      callers.map(({ studentId }, at) => ({
        _id: studentId,
        schoolId: school._id,
        ...where,
        number: String(20260000 + at),
        name: `学生${at}`,
        activatedAt: now,
        memberships: [{ ...where, from: new Date(0) }],
      })),
    ),
    PersonModel.insertMany(
      callers.map(({ personId, hash }, at) => ({
        _id: personId,
        name: `家长${at}`,
        wxOpenId: `o-burst-${at}`,
        consent: { version: 1, isGiven: true, at: now },
        sessions: [{ hash, role: 'guardian' as const, openedAt: now, expiresAt }],
      })),
    ),
    GuardianshipModel.insertMany(
      callers.map(({ studentId, personId }) => ({
        studentId: new Types.ObjectId(studentId),
        ...where,
        relation: '妈妈',
        personId: new Types.ObjectId(personId),
        joinedAt: now,
        from: new Date(0),
      })),
    ),
  ])
  return { klass, school, teacher, callers }
}

/** Slots of one teacher, one after the other from tomorrow on. */
async function slots({ klass, teacher }: Awaited<ReturnType<typeof families>>, count: number, from = 1) {
  const first = world.now().getTime() + from * 24 * 60 * 60_000
  const made = await SlotModel.insertMany(
    Array.from({ length: count }, (_, at) => ({
      _id: newId(),
      teacherId: new Types.ObjectId(teacher),
      unitId: klass._id,
      path: klass.path,
      way: 'phone' as const,
      status: 'open' as const,
      startAt: new Date(first + at * 20 * 60_000),
      endAt: new Date(first + at * 20 * 60_000 + 15 * 60_000),
    })),
  )
  return made.map((it) => String(it._id))
}

/** Every caller asks at once, half of them at either server; what each was answered. */
const ask = (callers: Caller[], slotOf: (at: number) => string | undefined) =>
  Promise.all(
    callers.map(async (caller, at) => {
      const slotId = slotOf(at)
      const path = `/api/children/${caller.studentId}/slots/${slotId}/booking`
      return { status: await book(`${servers[at % 2]?.origin}${path}`, caller), slotId }
    }),
  )

async function book(url: string, { token, studentId }: Caller): Promise<number> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ studentId, topic: '学习' }),
  })
  await response.arrayBuffer()
  return response.status
}

const count = (answers: { status: number }[]) =>
  answers.reduce<Record<number, number>>(
    (sum, { status }) => ({ ...sum, [status]: (sum[status] ?? 0) + 1 }),
    {},
  )

it(
  `R1: a thousand families at two servers: one slot is sold once, ${ROUNDS} times over, and each of fifty at once`,
  async () => {
    const scene = await families()
    for (let round = 1; round <= ROUNDS; round++) {
      const [slotId] = await slots(scene, 1, round)
      const answers = await ask(scene.callers, () => slotId)
      expect(count(answers)).toEqual({ 200: 1, 409: CALLERS - 1 })
      expect(await SlotModel.countDocuments({ _id: slotId, status: 'booked' })).toBe(1)
    }

    const ids = await slots(scene, SLOTS, ROUNDS + 1)
    const answers = await ask(scene.callers, (at) => ids[at % SLOTS])
    expect(count(answers)).toEqual({ 200: SLOTS, 409: CALLERS - SLOTS })
    expect(new Set(answers.flatMap((it) => (it.status === 200 ? [it.slotId] : []))).size).toBe(SLOTS)
    expect(await SlotModel.countDocuments({ _id: { $in: ids }, status: 'booked' })).toBe(SLOTS)
  },
  scaled(900_000, 180_000),
)
