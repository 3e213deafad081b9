import { expect, it } from 'vitest'
import {
  beatLesson,
  listMyProgrammes,
  listProgrammes,
  readCompletion,
  readLesson,
  readMyProgramme,
} from '#contract/courses'
import { publishProgrammeDraft } from '#contract/drafts'
import { readDashboard } from '#contract/figures'
import { CourseSettingsModel } from '../../server/modules/courses/settings/model.ts'
import type { UnitRecord } from '../../server/modules/org/tree/model.ts'
import { buildBranch, buildGuardian, buildStaff, buildStudent } from '../support/build.ts'
import { change, writeProgramme } from '../support/drafts.ts'
import { type Call, publish, study } from '../support/learning.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()

/** Writes and publishes a programme of a unit. */
async function offer(unit: UnitRecord, over: Parameters<typeof writeProgramme>[2] = {}) {
  const post =
    ({ city: 'city_admin', district: 'district_admin' } as const)[unit.kind as 'city'] ?? 'school_admin'
  const call = await world.as(await buildStaff(unit, post), 'staff')
  const draft = await writeProgramme(call, String(unit._id), over)
  const out = await call(publishProgrammeDraft, { programmeDraftId: draft.id, revision: draft.revision })
  return { call, draft: out, code: draft.code }
}

const parentIn = async (klass: UnitRecord) =>
  world.as(await buildGuardian(world, await buildStudent(klass)), 'guardian')
const codes = async (call: Call) => (await call(listMyProgrammes, {})).programmes.map((it) => it.code)

it('shows a family what the units above its child offer, and nothing of another city', async () => {
  await publish(world)
  const here = await buildBranch()
  const neighbour = await buildBranch({ city: here.city, district: here.district })
  const away = await buildBranch()
  const ofCity = await offer(here.city)
  const ofDistrict = await offer(here.district)
  const ofSchool = await offer(here.school)

  const all = [ofCity.code, ofDistrict.code, ofSchool.code, 'grade7'].sort()
  const [mother, nextDoor, stranger] = await Promise.all(
    [here, neighbour, away].map((it) => parentIn(it.klass)),
  )
  expect((await codes(mother!)).sort()).toEqual(all)
  expect((await codes(nextDoor!)).sort()).toEqual(all.filter((it) => it !== ofSchool.code))
  expect(await codes(stranger!)).toEqual(['grade7'])

  const lessonId = (await mother!(readMyProgramme, { code: ofSchool.code })).lessons[0]?.id ?? ''
  const closed = { status: 404 }
  await expect(stranger!(readMyProgramme, { code: ofSchool.code })).rejects.toMatchObject(closed)
  await expect(stranger!(readLesson, { lessonId })).rejects.toMatchObject(closed)
  await expect(stranger!(beatLesson, { lessonId, ranges: [], position: 0 })).rejects.toMatchObject({
    status: 409,
  })
})

it('keeps a city’s console apart as well', async () => {
  const here = await buildBranch()
  const away = await buildBranch()
  const { code, call } = await offer(here.school)
  const principal = await world.as(await buildStaff(away.school, 'principal'), 'staff')
  const unitId = String(away.school._id)

  expect((await principal(listProgrammes, { unitId })).programmes).toEqual([])
  await expect(principal(readCompletion, { unitId, code })).rejects.toMatchObject({ status: 404 })
  const { programmes } = await call(listProgrammes, { unitId: String(here.school._id) })
  expect(programmes.map((it) => it.code)).toEqual([code])
})

it('leaves out what every city of a family has switched off, and keeps it for whoever has begun', async () => {
  await publish(world)
  const here = await buildBranch()
  const begun = await parentIn(here.klass)
  const lessonId = (await begun(readMyProgramme, { code: 'grade7' })).lessons[0]?.id ?? ''
  await begun(beatLesson, { lessonId, ranges: [], position: 0 })
  await CourseSettingsModel.create({ _id: here.city._id, path: here.city.path, switchedOff: ['grade7'] })

  expect(await codes(begun)).toEqual(['grade7'])
  const fresh = await parentIn(here.klass)
  expect(await codes(fresh)).toEqual([])
  await expect(fresh(readMyProgramme, { code: 'grade7' })).rejects.toMatchObject({ status: 404 })
  const away = await buildBranch()
  expect(await codes(await parentIn(away.klass))).toEqual(['grade7'])
  const admin = await world.as(await buildStaff(here.city, 'city_admin'), 'staff')
  const { total } = await admin(readDashboard, { unitId: String(here.city._id) })
  expect(total.certified).toEqual({ done: 0, of: 0 })
})

it('asks the starting grade, recommends to the stage, and offers the rest', async () => {
  const here = await buildBranch()
  const required = await offer(here.school)
  const optional = await offer(here.school, { isOptional: true })
  const near = await offer(here.school, { forGrades: ['八年级'] })
  const far = await offer(here.school, { stage: '高中', forGrades: ['高一'] })
  const { programmes } = await (await parentIn(here.klass))(listMyProgrammes, {})
  const said = new Map(programmes.map((it) => [it.code, [it.isRequired, it.isRecommended]]))
  expect(said.get(required.code)).toEqual([true, false])
  expect(said.get(optional.code)).toEqual([false, true])
  expect(said.get(near.code)).toEqual([false, true])
  expect(said.get(far.code)).toEqual([false, false])
  expect(programmes[0]?.code).toBe(required.code)
})

it('holds back a lesson of a module in order until its turn, on the page and at the door', async () => {
  world.goTo('2026-11-23T01:00:00Z')
  const here = await buildBranch()
  const { call, draft } = await offer(here.school)
  const inOrder = { ...draft.modules[0]!, title: '按顺序', rule: 'inOrder' as const }
  const saved = await change(call, draft, { modules: [inOrder] })
  await call(publishProgrammeDraft, { programmeDraftId: draft.id, revision: saved.revision })

  const mother = await parentIn(here.klass)
  const mine = await mother(readMyProgramme, { code: draft.code })
  const [first, second] = mine.lessons
  expect(mine.modules).toMatchObject([{ title: '按顺序', rule: '按顺序学完3课', done: 0, needed: 3 }])
  expect(mine.lessons.map((it) => it.lockedBecause)).toEqual([
    null,
    '先学完《先听他说》',
    '先学完《先听他说》',
  ])
  const early = { status: 409, json: { error: { message: '这个单元要按顺序学，请先学完《先听他说》' } } }
  await expect(mother(readLesson, { lessonId: second?.id ?? '' })).rejects.toMatchObject(early)
  const beat = { lessonId: second?.id ?? '', ranges: [], position: 0 }
  await expect(mother(beatLesson, beat)).rejects.toMatchObject(early)

  await study(world, mother, first?.id ?? '')
  const after = await mother(readMyProgramme, { code: draft.code })
  expect(after).toMatchObject({ nextLessonId: second?.id, lessonsDone: 1 })
  expect(after.lessons.map((it) => it.lockedBecause)).toEqual([null, null, '先学完《再一起想》'])
  expect(await mother(readLesson, { lessonId: second?.id ?? '' })).toMatchObject({ title: '再一起想' })
})

it('is finished without exam or certificate when its modules are', async () => {
  world.goTo('2026-11-23T01:00:00Z')
  const here = await buildBranch()
  const { call, draft } = await offer(here.school)
  const electives = { ...draft.modules[0]!, rule: 'credits' as const, least: 2 }
  const saved = await change(call, draft, { modules: [electives] })
  await call(publishProgrammeDraft, { programmeDraftId: draft.id, revision: saved.revision })
  const mother = await parentIn(here.klass)
  const { lessons } = await mother(readMyProgramme, { code: draft.code })
  await study(world, mother, lessons[0]?.id ?? '')
  await study(world, mother, lessons[2]?.id ?? '')
  const mine = await mother(readMyProgramme, { code: draft.code })
  expect(mine).toMatchObject({ percent: 100, isFinished: true, hasExam: false, givesCertificate: false })
  expect(mine).toMatchObject({ lessonsTotal: 2, lessonsDone: 2, lessonsOffered: 3, nextLessonId: null })
})
