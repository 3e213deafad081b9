import { Types } from 'mongoose'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  addActivity,
  addLecturer,
  changeActivity,
  changeLecturer,
  checkInActivity,
  exportParentSchoolFigures,
  holdActivity,
  rateLecturer,
  readActivity,
  readCharter,
  readMyParentSchool,
  readParentSchool,
  readParentSchoolFigures,
  removeActivity,
  reopenActivity,
  saveCharter,
} from '#contract/parent-school'
import { readMyData } from '#contract/privacy'
import { AttendanceModel } from '../../server/modules/courses/attendance/model.ts'
import { ActivityModel } from '../../server/modules/courses/schools/activities/model.ts'
import { CharterModel } from '../../server/modules/courses/schools/charters/model.ts'
import { LecturerModel } from '../../server/modules/courses/schools/lecturers/model.ts'
import { forgetRatings } from '../../server/modules/courses/schools/ratings/service.ts'
import { activitiesOfPerson } from '../../server/modules/courses/schools/personal/service.ts'
import { RatingModel } from '../../server/modules/courses/schools/ratings/model.ts'
import { GuardianshipModel } from '../../server/modules/org/families/model.ts'
import { ownBondsOf } from '../../server/modules/org/families/personal/service.ts'
import { ensureUnit } from '../../server/modules/org/tree/service.ts'
import { buildBranch, buildGuardian, buildStaff } from '../support/build.ts'
import { scans, statementsOf } from '../support/plans.ts'
import { buildSurveyed } from '../support/surveys.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
beforeEach(() => world.goTo('2026-11-23T10:00:00Z'))

let serial = 0
const requestId = () => `request-${++serial}`
const LECTURER = {
  name: '林晓',
  kind: 'teacher' as const,
  bio: '十二年班主任',
  teaches: '亲子沟通',
  way: '先演后讲',
  photoId: null,
}
const ACTIVITY = {
  title: '手机怎么管',
  theme: 'guidance' as const,
  outline: '',
  onDay: '2026-11-23',
  from: '19:00',
  hours: 1.5,
  isOnline: false,
  place: '报告厅',
  lecturerIds: [] as string[],
}

/** A parent school with a lecturer and tonight's activity. */
async function scene(families = 6) {
  const built = await buildSurveyed(world, families)
  const call = await world.as(built.office, 'staff')
  const unitId = String(built.school._id)
  const { id: lecturerId } = await call(addLecturer, { ...LECTURER, unitId, requestId: requestId() })
  const said = { ...ACTIVITY, lecturerIds: [lecturerId], unitId, requestId: requestId() }
  const { id: activityId } = await call(addActivity, said)
  const code = (await ActivityModel.findById(activityId).lean())?.code ?? ''
  return { ...built, call, unitId, lecturerId, activityId, code }
}

type Scene = Awaited<ReturnType<typeof scene>>

async function comes({ families, code }: Scene, at: number) {
  const { personId, studentId } = families[at] ?? { personId: '', studentId: '' }
  const call = await world.as(personId, 'guardian')
  await call(checkInActivity, { studentId, code })
  return { call, studentId }
}

describe('a charter', () => {
  it('is saved over the version that was read, and the old one stays', async () => {
    const { call, unitId } = await scene(1)
    const said = { unitId, version: 0, text: '第一条 设立家长学校。', adoptedOn: '2026-09-01' }
    const both = await Promise.allSettled([call(saveCharter, said), call(saveCharter, said)])
    expect(both.map((it) => it.status).sort()).toEqual(['fulfilled', 'rejected'])
    await call(saveCharter, { ...said, version: 1, text: '第一条 设立家长学校，修订。' })

    const read = await call(readParentSchool, { unitId })
    expect(read.charter).toMatchObject({ version: 2, savedBy: '许静' })
    expect(read.versions).toEqual([{ version: 1, adoptedOn: '2026-09-01' }])
    expect((await call(readCharter, { unitId, version: 1 })).text).toBe('第一条 设立家长学校。')
    expect(await CharterModel.countDocuments()).toBe(2)
  })

  it('is not written by a class teacher or another school, nor adopted tomorrow', async () => {
    const { call, unitId, klass, school } = await scene(1)
    const said = { unitId, version: 0, text: '章程', adoptedOn: '2026-11-24' }
    await expect(call(saveCharter, said)).rejects.toMatchObject({ status: 400 })
    const lecturer = await world.as(await buildStaff(school, 'lecturer'), 'staff')
    await expect(lecturer(saveCharter, said)).rejects.toMatchObject({ status: 403 })
    const teacher = await world.as(await buildStaff(klass, 'class_teacher'), 'staff')
    await expect(teacher(saveCharter, said)).rejects.toMatchObject({ status: 404 })
    const stranger = await world.as(await buildStaff((await buildBranch()).school, 'school_admin'), 'staff')
    await expect(stranger(saveCharter, said)).rejects.toMatchObject({ status: 404 })
    expect(await CharterModel.countDocuments()).toBe(0)
  })
})

describe('the team', () => {
  it('takes a lecturer once however often the button is pressed, and lets them go and come back', async () => {
    const { call, unitId, lecturerId } = await scene(1)
    const said = { ...LECTURER, name: '高原', unitId, requestId: 'request-same' }
    const made = await Promise.all([call(addLecturer, said), call(addLecturer, said)])
    expect(made[0].id).toBe(made[1].id)
    await call(changeLecturer, { ...LECTURER, lecturerId, isRetired: true })
    const { lecturers } = await call(readParentSchool, { unitId })
    expect(lecturers.map((it) => [it.name, it.isRetired])).toEqual([
      ['高原', false],
      ['林晓', true],
    ])
  })

  it('refuses a photo that is not the unit’s', async () => {
    const { call, unitId } = await scene(1)
    const said = { ...LECTURER, photoId: String(new Types.ObjectId()), unitId, requestId: requestId() }
    await expect(call(addLecturer, said)).rejects.toMatchObject({ status: 400 })
    expect(await LecturerModel.countDocuments()).toBe(1)
  })

  it('shows what parents thought from five ratings on, and none before', async () => {
    const built = await scene(6)
    for (let at = 0; at < 4; at++) {
      const { call, studentId } = await comes(built, at)
      const said = { studentId, activityId: built.activityId, lecturerId: built.lecturerId }
      await call(rateLecturer, { ...said, stars: 1 })
      await call(rateLecturer, { ...said, stars: 4 })
    }
    const rated = async () =>
      (await built.call(readParentSchool, { unitId: built.unitId })).lecturers[0]?.rating
    expect(await rated()).toBeNull()
    const { call, studentId } = await comes(built, 4)
    await call(rateLecturer, {
      studentId,
      activityId: built.activityId,
      lecturerId: built.lecturerId,
      stars: 5,
    })
    expect(await rated()).toEqual({ average: 4.2, count: 5, stars: [0, 0, 0, 4, 1] })
    expect(await RatingModel.countDocuments()).toBe(5)
  })

  it('is rated by those alone who were there', async () => {
    const built = await scene(2)
    const { personId, studentId } = built.families[1] ?? { personId: '', studentId: '' }
    const call = await world.as(personId, 'guardian')
    const said = { studentId, activityId: built.activityId, lecturerId: built.lecturerId, stars: 5 }
    await expect(call(rateLecturer, said)).rejects.toMatchObject({ status: 409 })
    expect(await RatingModel.countDocuments()).toBe(0)
  })
})

describe('checking in', () => {
  it('counts a family once, whoever of it types the code how often', async () => {
    const built = await scene(2)
    await comes(built, 0)
    await comes(built, 0)
    await comes(built, 1)

    expect(await AttendanceModel.find().lean()).toMatchObject([{ attended: 2 }])
    const { evidence } = (
      await built.call(readActivity, { unitId: built.unitId, activityId: built.activityId })
    ).activity
    expect(evidence).toEqual({ way: 'checkIn', families: 2, note: '' })
  })

  it.each([
    ['another day', '2026-11-24T10:00:00Z', 404],
    ['three hours before', '2026-11-23T08:00:00Z', 409],
  ])('refuses %s', async (_, at, status) => {
    const built = await scene(1)
    world.goTo(at)
    await expect(comes(built, 0)).rejects.toMatchObject({ status })
    expect(await AttendanceModel.countDocuments()).toBe(0)
  })

  it('refuses the families of another school, and stops who tries codes', async () => {
    const built = await scene(1)
    const other = await buildSurveyed(world, 1)
    const { personId, studentId } = other.families[0] ?? { personId: '', studentId: '' }
    const call = await world.as(personId, 'guardian')
    await expect(call(checkInActivity, { studentId, code: built.code })).rejects.toMatchObject({
      status: 404,
    })
    for (let n = 0; n < 19; n++) await call(checkInActivity, { studentId, code: '000000' }).catch(() => null)
    await expect(call(checkInActivity, { studentId, code: built.code })).rejects.toMatchObject({
      status: 429,
    })
  })

  it('opens a community parent school to the families of its district', async () => {
    const built = await scene(1)
    const community = await ensureUnit({
      kind: 'school',
      name: '滨江社区家长学校',
      code: 'SQ1',
      parent: built.district,
      schoolType: 'community',
    })
    const district = await world.as(await buildStaff(built.district, 'district_admin'), 'staff')
    const said = {
      ...ACTIVITY,
      title: '社区里的亲子课',
      unitId: String(community._id),
      requestId: requestId(),
    }
    const { id } = await district(addActivity, said)
    const code = (await ActivityModel.findById(id).lean())?.code ?? ''

    const { call, studentId } = await comes({ ...built, code }, 0)

    const { coming } = await call(readMyParentSchool, { studentId })
    expect(coming.find((it) => it.id === id)).toMatchObject({
      hasAttended: true,
      unitName: '滨江社区家长学校',
    })
  })
})

it('tells a parent where they checked in and what they gave, and nothing of the other parent', async () => {
  const built = await scene(1)
  const { call, studentId } = await comes(built, 0)
  const { activityId, lecturerId, families } = built
  await call(rateLecturer, { studentId, activityId, lecturerId, stars: 4 })
  const [family] = families
  if (!family) return
  const fatherId = await buildGuardian(world, family.student, { relation: '爸爸' })
  const kept = async (ask: typeof call) =>
    (await ask(readMyData, {})).sections.find((it) => it.title === '家长学校活动')?.lines
  expect(await kept(await world.as(fatherId, 'guardian'))).toEqual([])
  const lines = [
    { label: ACTIVITY.title, value: '11月23日(周一) 18:00为孩子0签到' },
    { label: ACTIVITY.title, value: '给林晓打了4分' },
  ]
  expect(await kept(call)).toEqual(lines)
  const bonds = await ownBondsOf(family.personId)
  expect(scans(await statementsOf(() => activitiesOfPerson(family.personId, bonds)))).toEqual([])

  // A bond that has ended takes nothing of one's own away.
  await GuardianshipModel.updateOne(
    { personId: family.personId },
    { to: new Date('2026-11-24T00:00:00Z'), endedBecause: 'left' },
  )
  expect(await kept(call)).toEqual(lines)
  await forgetRatings(family.personId)
  await forgetRatings(family.personId)
  expect(await kept(call)).toEqual(lines.slice(0, 1))
})

describe('the year’s plan', () => {
  it('keeps count of what A7 asks, by what was held', async () => {
    const built = await scene(2)
    const duties = async () => (await built.call(readParentSchool, { unitId: built.unitId })).duties
    expect((await duties()).map((it) => it.state)).toEqual(['planned', 'missing', 'missing'])
    await comes(built, 0)
    await built.call(holdActivity, { activityId: built.activityId })
    expect((await duties()).map((it) => it.state)).toEqual(['done', 'missing', 'missing'])
    await built.call(reopenActivity, { activityId: built.activityId })
    expect((await duties()).map((it) => it.state)).toEqual(['planned', 'missing', 'missing'])
  })

  it('takes a typed number only where nobody checked in, and says that it was typed', async () => {
    const { call, unitId, activityId } = await scene(1)
    await expect(call(holdActivity, { activityId })).rejects.toMatchObject({ status: 400 })
    await call(holdActivity, { activityId, families: 32, note: '纸质签到' })
    await expect(call(holdActivity, { activityId, families: 40 })).rejects.toMatchObject({ status: 409 })
    const { activities } = await call(readParentSchool, { unitId })
    expect(activities[0]?.evidence).toEqual({ way: 'typed', families: 32, note: '纸质签到' })
  })

  it('changes and removes what is planned, and nothing that families were at', async () => {
    const built = await scene(1)
    const { call, activityId, lecturerId } = built
    await call(changeActivity, { ...ACTIVITY, activityId, place: '阶梯教室', lecturerIds: [lecturerId] })
    await comes(built, 0)
    await expect(call(removeActivity, { activityId })).rejects.toMatchObject({ status: 409 })
    await call(holdActivity, { activityId })
    await expect(call(changeActivity, { ...ACTIVITY, activityId })).rejects.toMatchObject({ status: 409 })
    expect((await ActivityModel.findById(activityId).lean())?.place).toBe('阶梯教室')
  })

  it('invites the lecturers of the district, and of no other school', async () => {
    const { call, unitId, district } = await scene(1)
    const above = await world.as(await buildStaff(district, 'district_admin'), 'staff')
    const guest = await above(addLecturer, {
      ...LECTURER,
      kind: 'expert',
      unitId: String(district._id),
      requestId: requestId(),
    })
    const other = await scene(1)
    const said = { ...ACTIVITY, unitId, requestId: requestId() }
    await call(addActivity, { ...said, lecturerIds: [guest.id] })
    await expect(call(addActivity, { ...said, lecturerIds: [other.lecturerId] })).rejects.toMatchObject({
      status: 400,
    })
    expect((await call(readParentSchool, { unitId })).guests.map((it) => it.id)).toEqual([guest.id])
  })
})

describe('the figures of a district', () => {
  it('say of each school what was done, drill down, and leave as a workbook', async () => {
    const built = await scene(1)
    await buildBranch({ city: built.city, district: built.district })
    await comes(built, 0)
    await built.call(holdActivity, { activityId: built.activityId })
    await built.call(saveCharter, { unitId: built.unitId, version: 0, text: '章程', adoptedOn: '2026-09-01' })
    const call = await world.as(await buildStaff(built.city, 'city_admin'), 'staff')
    const unitId = String(built.city._id)

    const city = await call(readParentSchoolFigures, { unitId })
    expect(city).toMatchObject({
      year: 2026,
      total: {
        charter: { done: 1, of: 2 },
        guidanceAutumn: { done: 1, of: 2 },
        mentalHealth: { done: 0, of: 2 },
      },
      rows: [{ kind: 'district', attended: 1, typed: 0, lecturers: 1 }],
    })
    const district = await call(readParentSchoolFigures, { unitId: String(built.district._id) })
    expect(district.rows.map((it) => it.guidanceAutumn)).toEqual([
      { done: 1, of: 1 },
      { done: 0, of: 1 },
    ])
    const { link, name } = await call(exportParentSchoolFigures, { unitId })
    const response = await world.send(null, 'GET', `/api${link}`)
    expect(name).toContain('家长学校_2026学年.xlsx')
    expect(response.headers.get('content-type')).toContain('spreadsheetml')
    expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(5000)
  })

  it('are asked of the database by its indexes', async () => {
    const built = await scene(1)
    const call = await world.as(await buildStaff(built.city, 'city_admin'), 'staff')
    const unitId = String(built.city._id)
    const { personId, studentId } = built.families[0] ?? { personId: '', studentId: '' }
    const mother = await world.as(personId, 'guardian')
    const statements = [
      ...(await statementsOf(() => call(readParentSchoolFigures, { unitId }))),
      ...(await statementsOf(() => mother(readMyParentSchool, { studentId }))),
      ...(await statementsOf(() => built.call(readParentSchool, { unitId: built.unitId }))),
    ]
    expect(scans(statements)).toEqual([])
  })
})
