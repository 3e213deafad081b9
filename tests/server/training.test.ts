import { describe, expect, it } from 'vitest'
import { listMyProgrammes, readMyProgramme, startExam, submitExam } from '#contract/courses'
import { listMyMessages } from '#contract/notify'
import { listTrainees, readTraining, remindTrainees } from '#contract/training'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { uncertified } from '../../server/modules/courses/exams/service.ts'
import { defaultYear } from '../../server/modules/org/terms/rules.ts'
import { sinceWhen } from '../../server/modules/courses/training/rules.ts'
import { publishProgrammeDraft } from '#contract/drafts'
import { buildBranch, buildGuardian, buildStaff, buildStudent } from '../support/build.ts'
import { writeProgramme } from '../support/drafts.ts'
import { answersTo, buildContent, publish, study, studyAll } from '../support/learning.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()

async function scene() {
  world.goTo('2026-11-23T01:00:00Z')
  const branch = await buildBranch()
  const teacherId = await buildStaff(branch.klass, 'class_teacher', { name: '李文' })
  const otherId = await buildStaff(branch.school, 'teacher', { name: '王芳' })
  const principal = await world.as(await buildStaff(branch.school, 'principal', { name: '赵敏' }), 'staff')
  const district = await world.as(await buildStaff(branch.district, 'district_admin'), 'staff')
  const draft = await writeProgramme(district, String(branch.district._id), {
    audience: 'staff',
    stage: '教师',
    title: '班主任五节课',
    forGrades: [],
    isForClassTeachers: true,
  })
  await district(publishProgrammeDraft, { programmeDraftId: draft.id, revision: draft.revision })
  return { ...branch, teacherId, otherId, principal, district, code: draft.code }
}

describe('a course for teachers', () => {
  it('is asked of class teachers, open to every teacher below the unit, and unknown to parents', async () => {
    const { teacherId, otherId, klass, code } = await scene()
    const teacher = await world.as(teacherId, 'staff')
    const other = await world.as(otherId, 'staff')
    const mother = await world.as(await buildGuardian(world, await buildStudent(klass)), 'guardian')
    const away = await world.as(await buildStaff((await buildBranch()).klass, 'class_teacher'), 'staff')

    expect((await teacher(listMyProgrammes, {})).programmes).toMatchObject([{ code, isRequired: true }])
    expect((await other(listMyProgrammes, {})).programmes).toMatchObject([{ code, isRequired: false }])
    expect((await mother(listMyProgrammes, {})).programmes).toEqual([])
    expect((await away(listMyProgrammes, {})).programmes).toEqual([])
    await expect(mother(readMyProgramme, { code })).rejects.toMatchObject({ status: 404 })
  })

  it('is counted when the last lesson is done: 班主任 this year, everybody in five', async () => {
    const { teacherId, otherId, principal, district, school, district: _, code, ...units } = await scene()
    const unitId = String(school._id)
    const before = await principal(readTraining, { unitId, code })
    expect(before.total).toMatchObject({ teachers: 3, trained: 0, classTeachers: 1, trainedClassTeachers: 0 })

    const teacher = await world.as(teacherId, 'staff')
    await studyAll(world, teacher, code)
    await PersonModel.updateOne(
      { _id: otherId },
      { trainings: [{ code: 'older', at: new Date('2022-03-01') }] },
    )
    await world.emptyRedis()

    const after = await principal(readTraining, { unitId, code })
    expect(after.total).toMatchObject({ trained: 2, trainedClassTeachers: 1, finished: 1 })
    const above = String(units.grade.path.split('/')[2])
    const figures = await district(readTraining, { unitId: above, code })
    expect(figures.rows).toMatchObject([{ unitId, teachers: 3, trained: 2 }])
    expect(figures.programmes).toMatchObject([{ code, isForClassTeachers: true }])

    const { trainees } = await principal(listTrainees, { unitId, code })
    expect(trainees.map((it) => [it.name, it.isDue, it.hasFinished])).toEqual([
      ['赵敏', true, false],
      ['李文', false, true],
      ['王芳', false, false],
    ])
  })

  it('reminds those it is asked of, once in two hours', async () => {
    const { teacherId, principal, school, code } = await scene()
    const ask = { unitId: String(school._id), code }
    expect(await principal(remindTrainees, ask)).toEqual({ asked: 1, reachable: 0 })
    await expect(principal(remindTrainees, ask)).rejects.toMatchObject({ status: 429 })
    const { messages } = await (await world.as(teacherId, 'staff'))(listMyMessages, {})
    expect(messages).toMatchObject([{ title: '有一门教师课程等您来学' }])

    await world.emptyRedis()
    await studyAll(world, await world.as(teacherId, 'staff'), code)
    await expect(principal(remindTrainees, ask)).rejects.toMatchObject({
      status: 409,
      json: { error: { message: '都学完了，不用提醒' } },
    })
  })

  it('is not finished by its lessons but for the last', async () => {
    const { teacherId, code } = await scene()
    const teacher = await world.as(teacherId, 'staff')
    const { lessons } = await teacher(readMyProgramme, { code })
    for (const { id } of lessons.slice(0, -1)) await study(world, teacher, id)
    expect((await PersonModel.findById(teacherId).lean())?.trainings).toEqual([])
  })

  it('may end in an exam, which earns no certificate and leaves none to be made', async () => {
    const { teacherId } = await scene()
    const content = buildContent({ code: 'teacher1', forGrades: [] })
    await publish(world, { ...content, stage: '教师', audience: 'staff', givesCertificate: false })
    const teacher = await world.as(teacherId, 'staff')
    await studyAll(world, teacher, 'teacher1')
    const { attemptId } = await teacher(startExam, { code: 'teacher1' })
    const result = await teacher(submitExam, { attemptId, answers: await answersTo(attemptId) })

    expect(result).toMatchObject({ outcome: 'passed', certificateId: null })
    expect(await uncertified(10)).toEqual([])
    expect(await teacher(readMyProgramme, { code: 'teacher1' })).toMatchObject({
      isFinished: true,
      percent: 100,
    })
    expect((await PersonModel.findById(teacherId).lean())?.trainings).toMatchObject([{ code: 'teacher1' }])
  })
})

it('counts a school year from the first day of its city, else from 1 September, and five years to the day', () => {
  const early = [{ ...defaultYear(2026), autumn: { from: '2026-08-28', to: '2027-01-20' } }]
  expect(sinceWhen('2026-08-28', early).schoolYear).toBe('2026-08-28')
  expect(sinceWhen('2026-08-27', early).schoolYear).toBe('2025-09-01')
  expect(sinceWhen('2026-11-23', [])).toEqual({ schoolYear: '2026-09-01', long: '2021-11-23' })
  expect(sinceWhen('2027-08-31', [])).toEqual({ schoolYear: '2026-09-01', long: '2022-08-31' })
  expect(sinceWhen('2028-02-29', [])).toEqual({ schoolYear: '2027-09-01', long: '2023-02-28' })
})
