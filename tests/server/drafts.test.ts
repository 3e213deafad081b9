import { describe, expect, it } from 'vitest'
import { readMyProgramme } from '#contract/courses'
import {
  addLessonDraft,
  addQuestionDraft,
  createProgrammeDraft,
  listProgrammeDrafts,
  listQuestionDrafts,
  publishProgrammeDraft,
  readLessonDraft,
  readProgrammeDraft,
  removeLessonDraft,
  removeProgrammeDraft,
  removeQuestionDraft,
  saveLessonDraft,
  saveQuestionDraft,
} from '#contract/drafts'
import { ProgrammeModel } from '../../server/modules/courses/programmes/model.ts'
import { buildBranch, buildGuardian, buildStaff, buildStudent } from '../support/build.ts'
import { change, QUESTION, writeLesson, writeProgramme } from '../support/drafts.ts'
import { newRequest } from '../support/letters.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()

async function office() {
  const branch = await buildBranch()
  const call = await world.as(await buildStaff(branch.school, 'school_admin'), 'staff')
  return { ...branch, call, unitId: String(branch.school._id) }
}

const begin = { title: '本校家长三节课', audience: 'guardian', stage: '初中' } as const

describe('a programme that is being written', () => {
  it('is begun once when the button is pressed twice, and is listed', async () => {
    const { call, unitId } = await office()
    const said = { unitId, requestId: newRequest(), ...begin }

    const both = await Promise.all([call(createProgrammeDraft, said), call(createProgrammeDraft, said)])

    const { drafts } = await call(listProgrammeDrafts, { unitId })
    expect(new Set(both.map((it) => it.id)).size).toBe(1)
    expect(drafts).toMatchObject([{ title: '本校家长三节课', status: 'draft', lessons: 0 }])
    expect(both[0]).toMatchObject({ abilities: { edit: true, publish: false, remove: true } })
    expect(both[0].gaps).toContain('还没有课')
  })

  it('belongs to a school, a district or a city', async () => {
    const { call, klass } = await office()
    const said = { unitId: String(klass._id), requestId: newRequest(), ...begin }
    await expect(call(createProgrammeDraft, said)).rejects.toMatchObject({ status: 400 })
  })

  it('is saved over the revision that was read, and over no other', async () => {
    const { call, unitId } = await office()
    const draft = await writeProgramme(call, unitId)

    const saved = await change(call, draft, { title: '先到的人' })
    const late = change(call, draft, { title: '晚到的人' })

    await expect(late).rejects.toMatchObject({
      status: 409,
      json: { error: { message: '别人刚刚改过这里，请刷新后再改' } },
    })
    expect(await call(readProgrammeDraft, { programmeDraftId: draft.id })).toEqual(saved)
    expect(saved.title).toBe('先到的人')
  })

  it('takes only its own lessons, each in one place', async () => {
    const { call, unitId } = await office()
    const other = await writeProgramme(call, unitId)
    const draft = await writeProgramme(call, unitId)
    const [own] = draft.lessonRows.map((it) => it.id)
    const modules = (lessonIds: string[]) => [{ title: '', rule: 'all' as const, least: 0, lessonIds }]

    const strange = change(call, draft, { modules: modules([other.lessonRows[0]?.id ?? '']) })
    await expect(strange).rejects.toMatchObject({ status: 409 })
    const twice = change(call, draft, { modules: modules([own ?? '', own ?? '']) })
    await expect(twice).rejects.toMatchObject({ status: 400 })
  })

  it('goes away with all that belongs to it, unless it was published', async () => {
    const { call, unitId } = await office()
    const draft = await writeProgramme(call, unitId)
    const lessonDraftId = draft.lessonRows[0]?.id ?? ''
    await call(removeProgrammeDraft, { programmeDraftId: draft.id })
    await expect(call(readLessonDraft, { lessonDraftId })).rejects.toMatchObject({ status: 404 })

    const out = await writeProgramme(call, unitId)
    await call(publishProgrammeDraft, { programmeDraftId: out.id, revision: out.revision })
    const gone = call(removeProgrammeDraft, { programmeDraftId: out.id })
    await expect(gone).rejects.toMatchObject({ status: 409 })
  })

  it('does not exist for another school', async () => {
    const { call, unitId } = await office()
    const stranger = await office()
    const draft = await writeProgramme(call, unitId)
    const read = stranger.call(readProgrammeDraft, { programmeDraftId: draft.id })
    await expect(read).rejects.toMatchObject({
      status: 404,
      json: { error: { message: '没有这门课程' } },
    })
  })

  it('says how a certificate is renewed that ends before the stage does', async () => {
    const { call, unitId } = await office()
    const draft = await writeProgramme(call, unitId, { lessonTitles: [] })
    const gap = '绿证按年有效，还没有写明到期以后怎样续'

    const yearly = await change(call, draft, { certificate: { until: 'years', years: 2 } })
    expect(yearly.gaps).toContain(gap)
    const toTheEnd = await change(call, yearly, { certificate: { until: 'end-of-stage', years: null } })
    expect(toTheEnd.gaps).not.toContain(gap)
  })
})

describe('a lesson that is being written', () => {
  it('is added once when the button is pressed twice', async () => {
    const { call, unitId } = await office()
    const draft = await writeProgramme(call, unitId, { lessonTitles: [] })
    const said = { programmeDraftId: draft.id, requestId: newRequest(), moduleAt: 0, title: '先听他说' }

    await Promise.all([1, 2].map(() => call(addLessonDraft, { ...said, kind: 'article' })))

    const after = await call(readProgrammeDraft, { programmeDraftId: draft.id })
    expect(after.modules[0]?.lessonIds).toHaveLength(1)
    expect(after).toMatchObject({
      lessons: 1,
      gaps: ['《先听他说》还没有一句话介绍', '《先听他说》还没有正文'],
    })
  })

  it('is saved over the revision that was read, and refuses a question without an answer', async () => {
    const { call, unitId } = await office()
    const { id } = await writeProgramme(call, unitId, { lessonTitles: [] })
    const lesson = await writeLesson(call, id, '先听他说')
    const { id: lessonDraftId, revision, kind, title, theme, summary, minutes, hours } = lesson
    const { poster, assetIds, blocks, sources, quiz } = lesson
    const content = { kind, title, theme, summary, minutes, hours, poster, assetIds, blocks, sources, quiz }
    const save = (over: object, at = revision) =>
      call(saveLessonDraft, { lessonDraftId, revision: at, ...content, ...over })

    const wrong = save({ quiz: [{ ...quiz[0], correct: [5] }] })
    await expect(wrong).rejects.toMatchObject({
      status: 400,
      json: { error: { message: '随堂题第1题：答案不在选项里' } },
    })
    await save({ title: '先到的人' })
    await expect(save({ title: '晚到的人' })).rejects.toMatchObject({ status: 409 })
    expect(await call(readLessonDraft, { lessonDraftId })).toMatchObject({ title: '先到的人' })
  })

  it('leaves its module and takes its questions along', async () => {
    const { call, unitId } = await office()
    const draft = await writeProgramme(call, unitId)
    const [first, second] = draft.lessonRows.map((it) => it.id)
    const ask = { programmeDraftId: draft.id, ...QUESTION }
    await call(addQuestionDraft, { ...ask, requestId: newRequest(), lessonId: first ?? '' })
    await call(addQuestionDraft, { ...ask, requestId: newRequest(), lessonId: second ?? '' })

    await call(removeLessonDraft, { lessonDraftId: first ?? '' })

    const after = await call(readProgrammeDraft, { programmeDraftId: draft.id })
    const { questions } = await call(listQuestionDrafts, { programmeDraftId: draft.id })
    expect(after.modules[0]?.lessonIds).toEqual(draft.lessonRows.slice(1).map((it) => it.id))
    expect(after).toMatchObject({ lessons: 2, questions: 1 })
    expect(questions.map((it) => it.lessonId)).toEqual([second])
  })
})

describe('the bank', () => {
  it('takes a question once, changes it and gives it up', async () => {
    const { call, unitId } = await office()
    const draft = await writeProgramme(call, unitId)
    const lessonId = draft.lessonRows[0]?.id ?? ''
    const said = { programmeDraftId: draft.id, requestId: newRequest(), lessonId, ...QUESTION }
    const [one, two] = await Promise.all([call(addQuestionDraft, said), call(addQuestionDraft, said)])
    expect(one.id).toBe(two.id)

    const questionDraftId = one.id
    const saved = await call(saveQuestionDraft, {
      questionDraftId,
      revision: 0,
      lessonId,
      ...QUESTION,
      difficulty: 3,
    })
    expect(saved).toMatchObject({ difficulty: 3, revision: 1 })
    const late = call(saveQuestionDraft, { questionDraftId, revision: 0, lessonId, ...QUESTION })
    await expect(late).rejects.toMatchObject({ status: 409 })

    await call(removeQuestionDraft, { questionDraftId })
    expect(await call(readProgrammeDraft, { programmeDraftId: draft.id })).toMatchObject({ questions: 0 })
  })
})

describe('publishing', () => {
  it('puts a version before the families, once however often it is pressed', async () => {
    const { call, unitId, klass } = await office()
    const mother = await world.as(await buildGuardian(world, await buildStudent(klass)), 'guardian')
    const draft = await writeProgramme(call, unitId)
    const press = { programmeDraftId: draft.id, revision: draft.revision }

    await Promise.all([call(publishProgrammeDraft, press), call(publishProgrammeDraft, press)])

    expect(await ProgrammeModel.countDocuments({ code: draft.code })).toBe(1)
    const mine = await mother(readMyProgramme, { code: draft.code })
    expect(mine.lessons.map((it) => it.title)).toEqual(['先听他说', '再一起想', '说好就做'])
  })

  it('makes a new version of what was changed, and none of what was not', async () => {
    const { call, unitId } = await office()
    const draft = await writeProgramme(call, unitId)
    const out = await call(publishProgrammeDraft, { programmeDraftId: draft.id, revision: draft.revision })
    const touched = await change(call, out, { title: '换个名字' })
    expect(touched.status).toBe('draft')
    const back = await change(call, touched, { title: draft.title })
    const again = await call(publishProgrammeDraft, { programmeDraftId: draft.id, revision: back.revision })
    expect(again).toMatchObject({ status: 'published', published: { version: 1 } })

    const newer = await change(call, again, { title: '换个名字' })
    const second = await call(publishProgrammeDraft, { programmeDraftId: draft.id, revision: newer.revision })
    expect(second).toMatchObject({ published: { version: 2 } })
  })

  it('says what is missing, and is not for a lecturer', async () => {
    const { call, unitId, school } = await office()
    const empty = await writeProgramme(call, unitId, { lessonTitles: [] })
    const press = { programmeDraftId: empty.id, revision: empty.revision }
    await expect(call(publishProgrammeDraft, press)).rejects.toMatchObject({
      status: 400,
      json: { error: { message: '还不能发布：还没有课' } },
    })
    const lecturer = await world.as(await buildStaff(school, 'lecturer'), 'staff')
    const read = await lecturer(readProgrammeDraft, { programmeDraftId: empty.id })
    expect(read.abilities).toMatchObject({ edit: true, publish: false })
    await expect(lecturer(publishProgrammeDraft, press)).rejects.toMatchObject({ status: 403 })
  })
})
