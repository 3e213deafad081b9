import { beforeEach, expect, it } from 'vitest'
import * as drafts from '#contract/drafts'
import type { Endpoint } from '#contract/endpoint'
import { AuditModel } from '../../server/modules/audit/model.ts'
import { LessonDraftModel } from '../../server/modules/courses/drafts/lessons/model.ts'
import { ProgrammeDraftModel } from '../../server/modules/courses/drafts/model.ts'
import { QuestionDraftModel } from '../../server/modules/courses/drafts/questions/model.ts'
import { ProgrammeModel } from '../../server/modules/courses/programmes/model.ts'
import { CourseSettingsModel } from '../../server/modules/courses/settings/model.ts'
import { buildBranch, buildGuardian, buildStaff, buildStudent, newId } from '../support/build.ts'
import { contentOf, QUESTION, writeProgramme } from '../support/drafts.ts'
import { newRequest } from '../support/letters.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
let tokens: { staff: string; guardian: string }
/** What is there to be spoiled, by the names that addresses give it. */
let ids: Record<string, string>
/** What an honest caller says; every test below breaks one thing of it. */
let good: Record<string, Record<string, unknown>>

const endpoints = Object.entries(drafts).flatMap(([name, it]) =>
  typeof it === 'object' && 'access' in it && 'path' in it ? [[name, it as Endpoint] as const] : [],
)
const saying = endpoints.filter(([, it]) => it.method !== 'GET')

beforeEach(async () => {
  const { klass, school } = await buildBranch()
  const staff = await buildStaff(school, 'school_admin')
  const call = await world.as(staff, 'staff')
  const draft = await writeProgramme(call, String(school._id), { lessonTitles: ['先听他说'] })
  const lessonDraftId = String(draft.modules[0]?.lessonIds[0])
  const lesson = await call(drafts.readLessonDraft, { lessonDraftId })
  const bank = { programmeDraftId: draft.id, requestId: newRequest(), lessonId: lessonDraftId, ...QUESTION }
  const question = await call(drafts.addQuestionDraft, bank)
  const { revision } = await call(drafts.readProgrammeDraft, { programmeDraftId: draft.id })
  const { kind, title, theme, summary, minutes, hours, poster, assetIds, blocks, sources, quiz } = lesson
  const written = { kind, title, theme, summary, minutes, hours, poster, assetIds, blocks, sources, quiz }
  tokens = {
    staff: await world.tokenOf(staff, 'staff'),
    guardian: await world.tokenOf(await buildGuardian(world, await buildStudent(klass)), 'guardian'),
  }
  ids = {
    unitId: String(school._id),
    programmeDraftId: draft.id,
    lessonDraftId,
    questionDraftId: question.id,
  }
  good = {
    createProgrammeDraft: { requestId: newRequest(), title: '新课', audience: 'guardian', stage: '初中' },
    saveProgrammeDraft: { revision, ...contentOf(draft) },
    publishProgrammeDraft: { revision },
    submitProgrammeDraft: { revision },
    decideProgrammeDraft: { revision, approve: true, words: '' },
    adaptProgramme: { requestId: newRequest() },
    setCourseSettings: { asksApproval: true, switchedOff: [] },
    addLessonDraft: { requestId: newRequest(), moduleAt: 0, title: '再一课', kind: 'article' },
    saveLessonDraft: { ...written, revision: lesson.revision },
    addQuestionDraft: { ...QUESTION, requestId: newRequest(), lessonId: lessonDraftId },
    saveQuestionDraft: { ...QUESTION, lessonId: lessonDraftId, revision: question.revision },
  }
})

const pathOf = ({ path }: Endpoint, with_: (name: string) => string) =>
  `/api${path.replace(/:(\w+)/g, (_, name: string) => with_(name))}`
const known = (name: string) => ids[name] ?? 'grade7'

const ask = (token: string | null, it: Endpoint, body?: unknown, path = pathOf(it, known)) =>
  it.method === 'GET'
    ? world.send(
        token,
        it.method,
        body ? `${path}?${new URLSearchParams(body as Record<string, string>).toString()}` : path,
      )
    : world.send(token, it.method, path, body)

async function refuses(response: Response, statuses: number[]) {
  const json = (await response.json()) as { error?: { message: string } }
  expect(statuses, JSON.stringify(json)).toContain(response.status)
  expect(json.error?.message).toMatch(/^[\u4e00-\u9fff“《][^{}]*$/)
}

/** Everything that a bad word could have changed. */
const stored = () =>
  Promise.all([
    ProgrammeDraftModel.find({}).lean(),
    LessonDraftModel.find({}).lean(),
    QuestionDraftModel.find({}).lean(),
    ...[ProgrammeModel, CourseSettingsModel, AuditModel].map((model) => model.countDocuments()),
  ])

it('has something right to say to whatever takes words', () => {
  const takes = saying.filter(([, it]) =>
    Object.keys(it.input.shape).some((key) => !it.path.includes(`:${key}`)),
  )
  expect(takes.map(([name]) => name).sort()).toEqual(Object.keys(good).sort())
})

it('is closed to strangers and to parents', async () => {
  const before = await stored()
  for (const [name, it] of endpoints) {
    await refuses(await ask(null, it, good[name]), [401])
    await refuses(await ask(tokens.guardian, it, good[name]), [403])
  }
  expect(await stored()).toEqual(before)
})

it('refuses unknown keys, ids that are none, and finds nothing under one of nothing', async () => {
  const before = await stored()
  for (const [name, it] of endpoints) {
    await refuses(await ask(tokens.staff, it, { ...good[name], role: 'admin' }), [400])
    const bad = pathOf(it, (key) => (key.endsWith('Id') ? encodeURIComponent('{"$ne":null}') : 'grade7'))
    await refuses(await ask(tokens.staff, it, good[name], bad), [400])
    const nothing = pathOf(it, (key) => (key.endsWith('Id') ? newId() : 'grade7'))
    await refuses(await ask(tokens.staff, it, good[name], nothing), [404])
  }
  expect(await stored()).toEqual(before)
})

const RUBBISH = [{ $ne: null }, { $gt: '' }, [{ $where: '1' }], -1, 1e12, 'x'.repeat(70_000)]

it.each(saying)('%s refuses rubbish where values belong, and changes nothing', async (name, it) => {
  const before = await stored()
  for (const key of Object.keys(good[name] ?? {})) {
    for (const value of RUBBISH) {
      // A revision that was never reached is a number like any other.
      const isNumber = key === 'revision' && value === 1e12
      await refuses(
        await ask(tokens.staff, it, { ...good[name], [key]: value }),
        isNumber ? [400, 409] : [400],
      )
    }
  }
  await refuses(await ask(tokens.staff, it, [1, 2]), [400])
  expect(await stored()).toEqual(before)
})

it('refuses a lesson of another course, a module without end, and answers that are none', async () => {
  const call = (name: string, over: object) => {
    const it = endpoints.find(([known]) => known === name)?.[1]
    if (!it) throw new Error(`No endpoint ${name}`)
    return ask(tokens.staff, it, { ...good[name], ...over })
  }
  const before = await stored()
  const module = { title: '', rule: 'all', least: 0, lessonIds: [newId()] }
  await refuses(await call('saveProgrammeDraft', { modules: [module] }), [409])
  await refuses(await call('saveProgrammeDraft', { modules: Array(500).fill(module) }), [400])
  await refuses(await call('saveProgrammeDraft', { modules: [{ ...module, rule: 'none' }] }), [400])
  await refuses(await call('saveProgrammeDraft', { revision: 1 }), [409])
  await refuses(await call('addLessonDraft', { moduleAt: 99 }), [400])
  await refuses(await call('addQuestionDraft', { lessonId: newId() }), [400, 404])
  await refuses(await call('saveQuestionDraft', { correct: [7] }), [400])
  await refuses(await call('saveQuestionDraft', { correct: [] }), [400])
  await refuses(await call('publishProgrammeDraft', { revision: 999 }), [409])
  expect(await stored()).toEqual(before)
})
