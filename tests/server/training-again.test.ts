import { describe, expect, it } from 'vitest'
import { learnAgain, listMyProgrammes, readMyProgramme, startExam, submitExam } from '#contract/courses'
import { publishProgrammeDraft, readProgrammeDraft, withdrawProgramme } from '#contract/drafts'
import { listTrainees, readTraining } from '#contract/training'
import { saveTerms } from '#contract/tree'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { AttemptModel } from '../../server/modules/courses/exams/model.ts'
import { EnrolmentModel } from '../../server/modules/courses/programmes/model.ts'
import { isDueAgain, lastInstantOf } from '../../server/modules/courses/training/rules.ts'
import { WatchModel } from '../../server/modules/courses/watch/model.ts'
import { buildBranch, buildGuardian, buildStaff, buildStudent } from '../support/build.ts'
import { change, writeProgramme } from '../support/drafts.ts'
import { answersTo, buildContent, type Call, publish, study, studyAll } from '../support/learning.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
const AUTUMN = '2026-11-23T01:00:00Z'
const NEXT_AUTUMN = '2027-09-06T01:00:00Z'

async function scene() {
  world.goTo(AUTUMN)
  const branch = await buildBranch()
  const teacherId = await buildStaff(branch.klass, 'class_teacher', { name: '李文' })
  const districtId = await buildStaff(branch.district, 'district_admin')
  const district = await world.as(districtId, 'staff')
  const draft = await writeProgramme(district, String(branch.district._id), {
    audience: 'staff',
    stage: '教师',
    title: '班主任三节课',
    forGrades: [],
    isForClassTeachers: true,
  })
  await district(publishProgrammeDraft, { programmeDraftId: draft.id, revision: draft.revision })
  await studyAll(world, await world.as(teacherId, 'staff'), draft.code)
  return { ...branch, teacherId, districtId, draftId: draft.id, code: draft.code }
}

const figuresOf = async (call: Call, unitId: string, code: string, schoolYear?: string) => {
  await world.emptyRedis()
  const { total } = await call(readTraining, { unitId, code, ...(schoolYear && { schoolYear }) })
  return [total.classTeachers, total.trainedClassTeachers, total.finishedClassTeachers]
}

describe('a course for teachers in a new school year', () => {
  it('is learned anew, in the version of that year, and the old record is kept', async () => {
    const { teacherId, districtId, draftId, district, code } = await scene()
    const unitId = String(district._id)
    world.goTo('2027-08-31T15:59:00Z')
    const teacher = await world.as(teacherId, 'staff')
    expect((await teacher(readMyProgramme, { code })).abilities).toEqual({ learnAgain: false })
    await expect(teacher(learnAgain, { code })).rejects.toMatchObject({ status: 409 })

    world.goTo(NEXT_AUTUMN)
    const office = await world.as(districtId, 'staff')
    const draft = await office(readProgrammeDraft, { programmeDraftId: draftId })
    const { revision } = await change(office, draft, { title: '班主任三节课，新的一年' })
    await office(publishProgrammeDraft, { programmeDraftId: draftId, revision })
    const later = await world.as(teacherId, 'staff')
    const { programmes } = await later(listMyProgrammes, {})
    expect(programmes).toMatchObject([{ isFinished: true, abilities: { learnAgain: true } }])
    expect(await figuresOf(office, unitId, code)).toEqual([1, 0, 0])
    expect(await later(learnAgain, { code })).toMatchObject({
      title: '班主任三节课，新的一年',
      isFinished: false,
      isRequired: true,
      percent: 0,
      timesBefore: 1,
      abilities: { learnAgain: false },
    })

    await studyAll(world, later, code)
    expect(await later(readMyProgramme, { code })).toMatchObject({ isFinished: true, percent: 100 })
    expect(await figuresOf(office, unitId, code)).toEqual([1, 1, 1])
    expect(await figuresOf(office, unitId, code, '2026')).toEqual([1, 1, 1])
    expect(await figuresOf(office, unitId, code, '2025')).toEqual([1, 0, 0])
    expect((await PersonModel.findById(teacherId).lean())?.trainings).toHaveLength(2)
    const enrolment = await EnrolmentModel.findOne({ personId: teacherId }).lean()
    expect(enrolment?.earlier).toMatchObject([{ lessonsDone: 3, startedAt: expect.any(Date) as Date }])
  })

  it('is begun once however often the button is pressed, and keeps what was learned since', async () => {
    const { teacherId, code } = await scene()
    world.goTo(NEXT_AUTUMN)
    const teacher = await world.as(teacherId, 'staff')
    await Promise.all([1, 2, 3, 4].map(() => teacher(learnAgain, { code })))
    expect((await EnrolmentModel.findOne({ personId: teacherId }).lean())?.earlier).toHaveLength(1)

    const [first] = (await teacher(readMyProgramme, { code })).lessons
    await study(world, teacher, first?.id ?? '')
    expect(await teacher(learnAgain, { code })).toMatchObject({ lessonsDone: 1, timesBefore: 1 })
    expect(await WatchModel.countDocuments({ personId: teacherId })).toBe(1)
  })

  it('is nothing for who has not finished it, nor for parents, nor where it was withdrawn', async () => {
    const { teacherId, districtId, school, klass, draftId, code } = await scene()
    const other = await world.as(await buildStaff(school, 'teacher'), 'staff')
    const mother = await world.as(await buildGuardian(world, await buildStudent(klass)), 'guardian')
    await expect(other(learnAgain, { code })).rejects.toMatchObject({
      status: 409,
      json: { error: { message: '这门课程还没有学完，接着学就可以' } },
    })
    await expect(mother(learnAgain, { code })).rejects.toMatchObject({ status: 403 })
    await expect(other(learnAgain, { code: 'nothing' })).rejects.toMatchObject({ status: 404 })

    world.goTo(NEXT_AUTUMN)
    const office = await world.as(districtId, 'staff')
    await office(withdrawProgramme, { programmeDraftId: draftId })
    const teacher = await world.as(teacherId, 'staff')
    expect((await teacher(readMyProgramme, { code })).abilities?.learnAgain).toBe(false)
    await expect(teacher(learnAgain, { code })).rejects.toMatchObject({ status: 409 })
    expect((await EnrolmentModel.findOne({ personId: teacherId }).lean())?.earlier).toEqual([])
  })

  it('asks for its exam anew, and keeps the paper of the year before', async () => {
    const { teacherId, klass } = await scene()
    const content = buildContent({ code: 'teacher1', forGrades: [] })
    await publish(world, { ...content, stage: '教师', audience: 'staff', givesCertificate: false })
    const sit = async (call: Call) => {
      await studyAll(world, call, 'teacher1')
      const { attemptId } = await call(startExam, { code: 'teacher1' })
      return call(submitExam, { attemptId, answers: await answersTo(attemptId) })
    }
    await sit(await world.as(teacherId, 'staff'))

    world.goTo(NEXT_AUTUMN)
    const teacher = await world.as(teacherId, 'staff')
    expect((await teacher(learnAgain, { code: 'teacher1' })).exam.state).toBe('locked')
    expect(await sit(teacher)).toMatchObject({ outcome: 'passed' })
    expect(await AttemptModel.countDocuments({ personId: teacherId, status: 'passed' })).toBe(2)

    const principal = await world.as(await buildStaff(klass, 'class_teacher'), 'staff')
    await expect(principal(learnAgain, { code: 'teacher1' })).rejects.toMatchObject({ status: 409 })
  })

  it('turns its year on the day its city has set', async () => {
    const { teacherId, districtId, city, district, code } = await scene()
    const office = await world.as(await buildStaff(city, 'city_admin'), 'staff')
    await office(saveTerms, {
      unitId: String(city._id),
      year: 2027,
      autumn: { from: '2027-08-28', to: '2028-01-20' },
      spring: { from: '2028-02-16', to: '2028-07-10' },
    })
    const unitId = String(district._id)
    world.goTo('2027-08-27T15:00:00Z')
    const before = await world.as(teacherId, 'staff')
    expect((await before(readMyProgramme, { code })).abilities).toEqual({ learnAgain: false })
    expect(await figuresOf(await world.as(districtId, 'staff'), unitId, code)).toEqual([1, 1, 1])

    world.goTo('2027-08-27T17:00:00Z')
    const teacher = await world.as(teacherId, 'staff')
    expect((await teacher(readMyProgramme, { code })).abilities).toEqual({ learnAgain: true })
    const later = await world.as(districtId, 'staff')
    expect(await figuresOf(later, unitId, code)).toEqual([1, 0, 0])
    expect(await figuresOf(later, unitId, code, '2026')).toEqual([1, 1, 1])
  })

  it('is missing again in the list of the school from 1 September', async () => {
    const { teacherId, school, code } = await scene()
    const principalId = await buildStaff(school, 'principal', { name: '赵敏' })
    const rowOf = async () => {
      const principal = await world.as(principalId, 'staff')
      const { trainees } = await principal(listTrainees, { unitId: String(school._id), code })
      return trainees.find((it) => it.personId === String(teacherId))
    }
    expect(await rowOf()).toMatchObject({ isDue: false, hasFinished: true })
    world.goTo(NEXT_AUTUMN)
    expect(await rowOf()).toMatchObject({ isDue: true, hasFinished: false })
  })
})

it('counts a year by its last moment, and what earns a certificate has a renewal of its own', () => {
  const now = new Date(AUTUMN)
  expect(lastInstantOf(2025, now, []).toISOString()).toBe('2026-08-31T15:59:59.999Z')
  expect(lastInstantOf(2026, now, [])).toBe(now)
  const begun = { startedAt: new Date('2026-03-01'), finishedAt: new Date('2026-08-31T15:59:59Z') }
  expect(isDueAgain(begun, { givesCertificate: false }, '2026-08-31', [])).toBe(false)
  expect(isDueAgain(begun, { givesCertificate: false }, '2026-09-01', [])).toBe(true)
  expect(isDueAgain(begun, { givesCertificate: true }, '2026-09-01', [])).toBe(false)
  expect(isDueAgain({ ...begun, finishedAt: null }, { givesCertificate: false }, '2026-09-01', [])).toBe(
    false,
  )
})
