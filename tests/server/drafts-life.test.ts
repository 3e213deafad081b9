import { describe, expect, it } from 'vitest'
import { beatLesson, listMyProgrammes, readMyProgramme } from '#contract/courses'
import {
  adaptProgramme,
  decideProgrammeDraft,
  listProgrammeDrafts,
  listSubmittedDrafts,
  publishProgrammeDraft,
  readCourseSettings,
  readProgrammeDraft,
  readPublicationEffect,
  recallProgrammeDraft,
  setCourseSettings,
  submitProgrammeDraft,
  withdrawProgramme,
} from '#contract/drafts'
import { listMyMessages } from '#contract/notify'
import { publishDue } from '../../server/modules/courses/drafts/publishing/service.ts'
import {
  LessonModel,
  type LessonRecord,
  ProgrammeModel,
} from '../../server/modules/courses/programmes/model.ts'
import { AuditModel } from '../../server/modules/audit/model.ts'
import { buildBranch, buildGuardian, buildStaff, buildStudent } from '../support/build.ts'
import { change, writeProgramme } from '../support/drafts.ts'
import { buildContent, type Call, publish } from '../support/learning.ts'
import { newRequest } from '../support/letters.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()

async function scene() {
  world.goTo('2026-11-23T01:00:00Z')
  const branch = await buildBranch()
  const [office, district, city] = await Promise.all([
    world.as(await buildStaff(branch.school, 'school_admin'), 'staff'),
    world.as(await buildStaff(branch.district, 'district_admin'), 'staff'),
    world.as(await buildStaff(branch.city, 'city_admin'), 'staff'),
  ])
  const schoolId = String(branch.school._id)
  const districtId = String(branch.district._id)
  const parent = async () =>
    world.as(await buildGuardian(world, await buildStudent(branch.klass)), 'guardian')
  return { ...branch, office, districtOffice: district, cityOffice: city, schoolId, districtId, parent }
}

const press = (it: { id: string; revision: number }) => ({ programmeDraftId: it.id, revision: it.revision })
const refusal = (message: string, status = 409) => ({ status, json: { error: { message } } })
const codes = async (call: Call) => (await call(listMyProgrammes, {})).programmes.map((it) => it.code)

describe('approval', () => {
  async function asked() {
    const built = await scene()
    await built.districtOffice(setCourseSettings, {
      unitId: built.districtId,
      asksApproval: true,
      switchedOff: [],
    })
    return { ...built, draft: await writeProgramme(built.office, built.schoolId) }
  }

  it('is asked of the district before a school publishes, and said to the school', async () => {
    const { office, districtOffice, districtId, district, draft } = await asked()
    const before = await office(readProgrammeDraft, { programmeDraftId: draft.id })
    expect(before).toMatchObject({
      approver: district.fullName,
      abilities: { publish: false, submit: true, decide: false },
    })
    await expect(office(publishProgrammeDraft, press(draft))).rejects.toMatchObject(
      refusal('这门课程要先提交上级单位审核，通过后再发布'),
    )

    const waiting = await office(submitProgrammeDraft, press(draft))
    expect(waiting).toMatchObject({ status: 'submitted', abilities: { edit: false, recall: true } })
    const { drafts } = await districtOffice(listSubmittedDrafts, { unitId: districtId })
    expect(drafts.map((it) => it.id)).toEqual([draft.id])
    await expect(change(office, draft, { title: '改一改' })).rejects.toMatchObject(
      refusal('课程已经提交或排好了发布时间，要改请先撤回'),
    )
    const seen = await districtOffice(readProgrammeDraft, { programmeDraftId: draft.id })
    expect(seen.abilities.decide).toBe(true)

    await districtOffice(decideProgrammeDraft, { ...press(waiting), approve: true, words: '' })
    const out = await office(publishProgrammeDraft, press(draft))
    expect(out).toMatchObject({ status: 'published', published: { version: 1 } })
    const acts = (await AuditModel.find().sort({ at: 1 }).lean()).map((it) => it.act)
    expect(acts).toEqual(expect.arrayContaining(['course.submitted', 'course.approved', 'course.published']))
  })

  it('sends back with words, which are needed, and is asked anew after a change', async () => {
    const { office, districtOffice, draft } = await asked()
    await office(submitProgrammeDraft, press(draft))
    const back = { ...press(draft), approve: false }
    await expect(districtOffice(decideProgrammeDraft, { ...back, words: '' })).rejects.toMatchObject(
      refusal('请写明要改什么，再退回', 400),
    )
    await districtOffice(decideProgrammeDraft, { ...back, words: '第二课请再短一些' })
    const told = async (call: Call) => (await call(listMyMessages, {})).messages.map((it) => it.title)
    expect(await told(districtOffice)).toEqual(['有一门课程等您审核'])
    expect(await told(office)).toEqual(['您的课程退回来了'])
    const returned = await office(readProgrammeDraft, { programmeDraftId: draft.id })
    expect(returned).toMatchObject({ status: 'returned', returned: { words: '第二课请再短一些' } })

    await office(submitProgrammeDraft, press(returned))
    await districtOffice(decideProgrammeDraft, { ...press(returned), approve: true, words: '' })
    const touched = await change(office, returned, { title: '通过以后又改了' })
    expect(touched).toMatchObject({ status: 'draft', abilities: { publish: false, submit: true } })
    await expect(office(publishProgrammeDraft, press(touched))).rejects.toMatchObject({ status: 409 })
  })

  it('is decided once, by the unit that asks for it, and may be taken back before', async () => {
    const { office, districtOffice, draft } = await asked()
    await office(submitProgrammeDraft, press(draft))
    const yes = { ...press(draft), approve: true, words: '' }
    await expect(office(decideProgrammeDraft, yes)).rejects.toMatchObject(
      refusal('这门课程由上级单位审核', 403),
    )
    await office(recallProgrammeDraft, { programmeDraftId: draft.id })
    await expect(districtOffice(decideProgrammeDraft, yes)).rejects.toMatchObject({ status: 409 })

    await office(submitProgrammeDraft, press(draft))
    const both = await Promise.allSettled([1, 2].map(() => districtOffice(decideProgrammeDraft, yes)))
    expect(both.map((it) => it.status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  it('is not asked of the district itself, nor of whoever stands above', async () => {
    const { districtOffice, districtId, cityOffice, draft } = await asked()
    const own = await writeProgramme(districtOffice, districtId)
    expect(await districtOffice(publishProgrammeDraft, press(own))).toMatchObject({ status: 'published' })
    expect(await cityOffice(publishProgrammeDraft, press(draft))).toMatchObject({ status: 'published' })
  })
})

describe('a day of its own', () => {
  it('goes out then, once, however often the clock strikes', async () => {
    const { office, schoolId, parent } = await scene()
    const mother = await parent()
    const draft = await writeProgramme(office, schoolId)
    const at = '2026-11-25T00:00:00.000Z'
    const scheduled = await office(publishProgrammeDraft, { ...press(draft), at })
    expect(scheduled).toMatchObject({ status: 'scheduled', publishAt: at, abilities: { edit: false } })

    await publishDue(world.deps())
    expect(await codes(mother)).toEqual([])
    world.goTo('2026-11-25T00:00:30Z')
    await Promise.all([publishDue(world.deps()), publishDue(world.deps())])
    await publishDue(world.deps())

    expect(await codes(mother)).toEqual([draft.code])
    expect(await ProgrammeModel.countDocuments()).toBe(1)
    expect(await office(readProgrammeDraft, { programmeDraftId: draft.id })).toMatchObject({
      status: 'published',
      publishAt: null,
    })
  })

  it('can be called off, and lies ahead of now', async () => {
    const { office, schoolId } = await scene()
    const draft = await writeProgramme(office, schoolId)
    const late = office(publishProgrammeDraft, { ...press(draft), at: '2026-11-20T00:00:00.000Z' })
    await expect(late).rejects.toMatchObject(refusal('发布的时间要在现在以后', 400))
    await office(publishProgrammeDraft, { ...press(draft), at: '2026-11-25T00:00:00.000Z' })
    await office(recallProgrammeDraft, { programmeDraftId: draft.id })
    world.goTo('2026-11-26T00:00:00Z')
    await publishDue(world.deps())
    expect(await ProgrammeModel.countDocuments()).toBe(0)
  })
})

describe('replacing and withdrawing', () => {
  it('leaves whoever is half-way on their version, and tells them of the newer one', async () => {
    const { office, schoolId, parent } = await scene()
    const [mother, fresh] = [await parent(), await parent()]
    const draft = await writeProgramme(office, schoolId)
    const out = await office(publishProgrammeDraft, press(draft))
    const { lessons } = await mother(readMyProgramme, { code: draft.code })
    await mother(beatLesson, { lessonId: lessons[0]?.id ?? '', ranges: [], position: 0 })
    expect(await office(readPublicationEffect, { programmeDraftId: draft.id })).toMatchObject({
      required: 2,
      halfway: 1,
    })

    const newer = await change(office, out, { title: '第二版' })
    await office(publishProgrammeDraft, press(newer))

    expect(await mother(readMyProgramme, { code: draft.code })).toMatchObject({
      title: '本校家长三节课',
      hasNewer: true,
    })
    expect(await fresh(readMyProgramme, { code: draft.code })).toMatchObject({
      title: '第二版',
      hasNewer: false,
    })
  })

  it('lets nobody begin what was withdrawn, and everybody finish what they began', async () => {
    const { office, schoolId, parent } = await scene()
    const [mother, fresh] = [await parent(), await parent()]
    const draft = await writeProgramme(office, schoolId)
    await office(publishProgrammeDraft, press(draft))
    const { lessons } = await mother(readMyProgramme, { code: draft.code })
    const beat = { lessonId: lessons[0]?.id ?? '', ranges: [], position: 0 }
    await mother(beatLesson, beat)

    const gone = await office(withdrawProgramme, { programmeDraftId: draft.id })
    expect(gone.withdrawnAt).not.toBeNull()
    await office(withdrawProgramme, { programmeDraftId: draft.id })

    expect([await codes(mother), await codes(fresh)]).toEqual([[draft.code], []])
    await mother(beatLesson, { ...beat, lessonId: lessons[1]?.id ?? '' })
    await expect(fresh(beatLesson, beat)).rejects.toMatchObject({ status: 409 })
    // The same again opens it again.
    const again = await change(office, gone, {})
    await office(publishProgrammeDraft, press(again))
    expect(await codes(fresh)).toEqual([draft.code])
  })
})

describe('taking over', () => {
  it('copies a programme, names its source, and tells when that has a newer version', async () => {
    const { office, districtOffice, districtId, schoolId, parent } = await scene()
    const source = await writeProgramme(districtOffice, districtId)
    const out = await districtOffice(publishProgrammeDraft, press(source))
    const said = { unitId: schoolId, code: source.code, requestId: newRequest() }
    const [one, two] = [await office(adaptProgramme, said), await office(adaptProgramme, said)]
    expect(one).toEqual(two)
    expect(one).toMatchObject({ lessons: 3, isOptional: true, source: { version: 1, latest: 1 } })

    const own = await change(office, one, { title: '本校版' })
    await office(publishProgrammeDraft, press(own))
    const mine = (await (await parent())(listMyProgrammes, {})).programmes.find((it) => it.code === one.code)
    expect(mine?.source).toBe(`${source.unitName}《本校家长三节课》`)

    const newer = await change(districtOffice, out, { title: '区里的第二版' })
    await districtOffice(publishProgrammeDraft, press(newer))
    const { drafts } = await office(listProgrammeDrafts, { unitId: schoolId })
    expect(drafts[0]?.source).toMatchObject({ version: 1, latest: 2 })
  })

  it('copies one lesson alone, with its questions, from the content files too', async () => {
    const { office, schoolId } = await scene()
    const programme = await publish(world, buildContent({ lessonCount: 3 }))
    const lessonId = String(programme.outline[1]?.lessonId)
    const draft = await office(adaptProgramme, {
      unitId: schoolId,
      code: 'grade7',
      lessonId,
      requestId: newRequest(),
    })
    expect(draft).toMatchObject({ title: '第2课', lessons: 1, questions: 6, exam: null, gaps: [] })
  })

  it('shows the film of a lesson it took over, in its own length', async () => {
    const { office, schoolId } = await scene()
    const programme = await publish(world)
    const [film] = programme.outline
    const said = { unitId: schoolId, code: 'grade7', requestId: newRequest() }
    const draft = await office(adaptProgramme, { ...said, lessonId: String(film?.lessonId) })
    await office(publishProgrammeDraft, press(draft))
    const copy = await LessonModel.findOne({ programmeId: { $ne: programme._id } }).lean<LessonRecord>()
    expect(copy).toMatchObject({ kind: 'video', seconds: film?.seconds })
    expect(copy?.video?.address).toMatch(/^\/media\//)
  })

  it('finds nothing of another city', async () => {
    const { office, schoolId } = await scene()
    const away = await scene()
    const source = await writeProgramme(away.office, away.schoolId)
    await away.office(publishProgrammeDraft, press(source))
    const said = { unitId: schoolId, code: source.code, requestId: newRequest() }
    await expect(office(adaptProgramme, said)).rejects.toMatchObject({ status: 404 })
  })
})

describe('settings', () => {
  it('let a city switch off common programmes, a district not, and nobody a strange one', async () => {
    await publish(world)
    const { city, cityOffice, districtOffice, districtId, parent } = await scene()
    const unitId = String(city._id)
    const off = { asksApproval: false, switchedOff: ['grade7'] }
    const wrong = districtOffice(setCourseSettings, { unitId: districtId, ...off })
    await expect(wrong).rejects.toMatchObject(refusal('通用课程由市来停开', 400))
    const strange = cityOffice(setCourseSettings, { unitId, ...off, switchedOff: ['nothing'] })
    await expect(strange).rejects.toMatchObject(refusal('没有这门通用课程', 400))

    const saved = await cityOffice(setCourseSettings, { unitId, ...off })
    expect(saved.common).toMatchObject([{ code: 'grade7', isOn: false }])
    expect(await cityOffice(readCourseSettings, { unitId })).toEqual(saved)
    expect(await codes(await parent())).toEqual([])
  })
})
