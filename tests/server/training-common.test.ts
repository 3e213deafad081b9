import { expect, it } from 'vitest'
import { beatLesson, listMyProgrammes, listProgrammes, readMyProgramme } from '#contract/courses'
import {
  adaptProgramme,
  publishProgrammeDraft,
  readCourseSettings,
  readProgrammeDraft,
  setCourseSettings,
} from '#contract/drafts'
import { buildBranch, buildStaff } from '../support/build.ts'
import { buildContent, type Call, publish } from '../support/learning.ts'
import { newRequest } from '../support/letters.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()

/** The installation carries one course for teachers, and one for parents. */
async function scene() {
  const content = buildContent({ code: 'teacher1', forGrades: [] })
  await publish(world, { ...content, stage: '教师', audience: 'staff', givesCertificate: false })
  await publish(world)
  const branch = await buildBranch()
  const office = await world.as(await buildStaff(branch.school, 'school_admin'), 'staff')
  const city = await world.as(await buildStaff(branch.city, 'city_admin'), 'staff')
  const teacher = async () => world.as(await buildStaff(branch.klass, 'class_teacher'), 'staff')
  return { office, city, teacher, unitId: String(branch.school._id), cityId: String(branch.city._id) }
}
const codes = async (call: Call) => (await call(listMyProgrammes, {})).programmes.map((it) => it.code)
const offered = async (call: Call, unitId: string, audience?: 'guardian' | 'staff') =>
  (await call(listProgrammes, { unitId, ...(audience && { audience }) })).programmes.map((it) => it.code)

it('shows a school what there is for teachers, beside what there is for parents', async () => {
  const { office, unitId } = await scene()
  expect(await offered(office, unitId, 'staff')).toEqual(['teacher1'])
  expect(await offered(office, unitId, 'guardian')).toEqual(['grade7'])
  expect(await offered(office, unitId)).toEqual(['grade7'])
})

it('lets a school take a common course for teachers over and publish it as its own', async () => {
  const { office, teacher, unitId } = await scene()
  const { id } = await office(adaptProgramme, { unitId, code: 'teacher1', requestId: newRequest() })
  const draft = await office(readProgrammeDraft, { programmeDraftId: id })
  expect(draft).toMatchObject({
    audience: 'staff',
    stage: '教师',
    gaps: [],
    source: { unitName: '通用课程', version: 1 },
  })
  await office(publishProgrammeDraft, { programmeDraftId: id, revision: draft.revision })
  expect((await codes(await teacher())).sort()).toEqual(['teacher1', draft.code].sort())
})

it('lets a city switch it off: nobody begins it, and whoever has begun finishes', async () => {
  const { office, city, teacher, unitId, cityId } = await scene()
  const begun = await teacher()
  const { lessons } = await begun(readMyProgramme, { code: 'teacher1' })
  await begun(beatLesson, { lessonId: lessons[0]?.id ?? '', ranges: [], position: 0 })

  const { common } = await city(readCourseSettings, { unitId: cityId })
  expect(common.map((it) => it.code)).toContain('teacher1')
  await city(setCourseSettings, { unitId: cityId, asksApproval: false, switchedOff: ['teacher1'] })

  expect(await codes(begun)).toEqual(['teacher1'])
  const fresh = await teacher()
  expect(await codes(fresh)).toEqual([])
  await expect(fresh(readMyProgramme, { code: 'teacher1' })).rejects.toMatchObject({ status: 404 })
  expect(await offered(office, unitId, 'staff')).toEqual([])
})
