import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  beatLive,
  beginLive,
  createLive,
  joinLive,
  listLiveAttendance,
  registerLive,
  unregisterLive,
} from '#contract/live'
import { addActivity, checkInActivity } from '#contract/parent-school'
import { moveStudent } from '#contract/transfers'
import { remoteLive } from '../../server/infra/live/remote.ts'
import { ActivityModel } from '../../server/modules/courses/schools/activities/model.ts'
import { AttendanceModel } from '../../server/modules/courses/attendance/model.ts'
import { startLiveSimulator } from '../../server/scripts/simulator/live.ts'
import { buildGuardian, buildStaff } from '../support/build.ts'
import { ensureUnit } from '../../server/modules/org/tree/service.ts'
import { buildSurveyed } from '../support/surveys.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
const KEY = 'a-key-of-the-live-service'
let simulator: Awaited<ReturnType<typeof startLiveSimulator>>
beforeAll(async () => {
  const film = 'content/courses/grade1/01-first-month/video.mp4'
  simulator = await startLiveSimulator({ port: 0, key: KEY, film })
  world.deps().live = remoteLive({ baseUrl: simulator.url, key: KEY, log: world.deps().log })
})
afterAll(() => simulator.stop())

const START = '2026-11-25T11:00:00.000Z'

/** A family of 甲班 with a live class ahead and an activity tonight, and 乙班 beside it. */
async function scene() {
  world.goTo('2026-11-23T10:00:00Z')
  const { school, grade, klass: first, office: officeId, families } = await buildSurveyed(world, 1)
  const parent = grade
  const second = await ensureUnit({ kind: 'class', name: '乙班', code: 'K-second', parent, grade: 7 })
  const [family] = families
  if (!family) throw new Error('no family')
  const { student, studentId, personId } = family
  const office = await world.as(officeId, 'staff')
  const unitId = String(school._id)
  const common = { theme: 'guidance' as const, lecturerIds: [] as string[], unitId, requestId: 'request-1' }
  const { id: liveId } = await office(createLive, {
    ...common,
    title: '手机放下来，话匣子打开',
    summary: '',
    startAt: START,
    minutes: 10,
    grades: [7],
  })
  const { id: activityId } = await office(addActivity, {
    ...common,
    title: '手机怎么管',
    outline: '',
    onDay: '2026-11-23',
    from: '19:00',
    hours: 1.5,
    isOnline: false,
    place: '报告厅',
  })
  return {
    first,
    second,
    office,
    liveId,
    studentId,
    code: (await ActivityModel.findById(activityId).lean())?.code ?? '',
    mother: await world.as(personId, 'guardian'),
    father: await world.as(await buildGuardian(world, student, { relation: '爸爸' }), 'guardian'),
    moveTo: (klass: { _id: unknown }) => office(moveStudent, { studentId, classId: String(klass._id) }),
    /** What the sheets of an event say, class by class. */
    sheets: async (eventId: string) => {
      const found = await AttendanceModel.find({ eventId }).lean()
      return Object.fromEntries(
        found.map(({ classId, registered, joined, attended }) => [
          first._id.equals(classId) ? 'first' : 'second',
          [registered, joined, attended],
        ]),
      )
    },
    activityId,
  }
}

it('keeps a check-in with the class of that day, and counts the family no second time', async () => {
  const { mother, father, studentId, code, moveTo, second, sheets, activityId } = await scene()
  await mother(checkInActivity, { studentId, code })
  await moveTo(second)
  await mother(checkInActivity, { studentId, code })
  await father(checkInActivity, { studentId, code })
  expect(await sheets(activityId)).toEqual({ first: [0, 0, 1] })
})

it('leaves a registration with the class it was made in, and takes it back from there', async () => {
  const { mother, father, studentId, liveId, moveTo, second, sheets } = await scene()
  await mother(registerLive, { studentId, liveId })
  await moveTo(second)
  await father(registerLive, { studentId, liveId })
  expect(await sheets(liveId)).toEqual({ first: [1, 0, 0] })
  await mother(unregisterLive, { studentId, liveId })
  expect(await sheets(liveId)).toEqual({ first: [0, 0, 0] })
})

it('counts presence in the class of the day of the live class, where it stays after the next move', async () => {
  const { mother, office, studentId, liveId, moveTo, first, second, sheets } = await scene()
  await mother(registerLive, { studentId, liveId })
  await moveTo(second)
  world.goTo(START)
  await office(beginLive, { liveId })
  await mother(joinLive, { studentId, liveId })
  await mother(beatLive, { studentId, liveId, played: 0 })
  for (let at = 0; at < 405; at += 15) {
    world.pass(15_000)
    await mother(beatLive, { studentId, liveId, played: 15 })
  }
  const that = { first: [1, 0, 0], second: [0, 1, 1] }
  expect(await sheets(liveId)).toEqual(that)

  await moveTo(first)
  await mother(joinLive, { studentId, liveId })
  expect(await sheets(liveId)).toEqual(that)
  const teacher = await world.as(await buildStaff(second, 'class_teacher'), 'staff')
  const { families } = await teacher(listLiveAttendance, { classId: String(second._id), liveId })
  expect(families).toMatchObject([{ studentId, guardian: '孩子0妈妈', hasAttended: true }])
})
