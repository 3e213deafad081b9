import { readFileSync } from 'node:fs'
import type { Browser, BrowserContext, Page, Request } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createLetter, openMyLetter } from '#contract/letters'
import { bookSlot, openSlots } from '#contract/meetings'
import { askToJoin } from '#contract/org'
import { saveReflection } from '#contract/reflections'
import { answerThread, listThreads, writeToMyThread } from '#contract/threads'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { hashPassword } from '../../server/modules/accounts/sign-in/service.ts'
import { CertificateModel } from '../../server/modules/certificates/model.ts'
import { LessonModel } from '../../server/modules/courses/programmes/model.ts'
import { UnitModel } from '../../server/modules/org/tree/model.ts'
import { closeContexts, openBrowser, shot } from '../support/browser.ts'
import { buildStaff, buildStudent } from '../support/build.ts'
import { passAll, publish, watchLesson } from '../support/learning.ts'
import { buildClass, DRAFT, newRequest, sendLetter, tick } from '../support/letters.ts'
import { openedSurvey } from '../support/surveys.ts'
import { beginCourse, writeLesson } from '../support/writing.ts'
import { everyMedium } from './lesson-scenes.ts'
import { lettersOfEveryFate } from './letter-places.ts'
import { PASSWORD, useStage } from './stage.ts'
import { covered, fingers, look, words } from './sweep.ts'

const stage = useStage()
const { world } = stage
let browser: Browser
beforeAll(async () => void (browser = await openBrowser()))
afterAll(() => closeContexts(browser))

interface Place {
  path: string
  as: string
  /** Tells pictures of one page apart. */
  name?: string
}

/** Long names are what breaks a narrow page: a school and a title as offices write them. */
const SCHOOL = '云溪市第一实验中学教育集团东湖分校'
const TITLE = '关于组织七年级全体学生赴市青少年综合实践基地开展秋季社会实践活动的告知书'

async function scene() {
  const it = await buildClass(world)
  await UnitModel.updateOne({ _id: it.school._id }, { name: SCHOOL, fullName: SCHOOL })
  await UnitModel.updateOne({ _id: it.klass._id }, { name: '2班', fullName: `${SCHOOL}七年级2班` })
  for (const [personId, as] of [
    [it.mother, '张三妈妈'],
    [it.teacher, '李文'],
  ] as const) {
    const { openId } = world.simulator().control.identity({ as })
    const consent = { version: 2, isGiven: true, at: world.now() }
    await PersonModel.updateOne({ _id: personId }, { demoAs: as, wxOpenId: openId, consent })
  }
  const passwordHash = await hashPassword(PASSWORD)
  const principal = await buildStaff(it.school, 'principal', { name: '陈敏' })
  const city = await buildStaff(it.city, 'city_admin', { name: '周敏' })
  for (const [personId, loginName] of [
    [it.teacher, 'liwen'],
    [principal, 'chenmin'],
    [city, 'zhoumin'],
  ] as const)
    await PersonModel.updateOne({ _id: personId }, { loginName, passwordHash })
  const fates = await lettersOfEveryFate(world, it, { principal, title: TITLE })
  return { ...it, ...fates, ...(await things(it)) }
}

/** Something on every page: a letter to sign, one that was read, a booking, a certificate, a request to join. */
async function things(it: Awaited<ReturnType<typeof buildClass>>) {
  const mother = await world.as(it.mother, 'guardian')
  const teacher = await world.as(it.teacher, 'staff')
  const unitId = String(it.klass._id)
  const studentId = String(it.zhang._id)
  const letter = await sendLetter(world, it.office, it.school, {
    title: TITLE,
    confirmation: 'sign',
    dueOn: '2027-06-30',
  })
  await tick(world)
  await mother(openMyLetter, { studentId, letterId: letter.id })
  const office = await world.as(it.office, 'staff')
  const draft = await office(createLetter, {
    ...DRAFT,
    title: TITLE,
    unitId: String(it.school._id),
    requestId: newRequest(),
    audience: [unitId],
  })
  await publish(world)
  await passAll(world, mother)
  const days = [new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 10)]
  const times = { from: '16:00', until: '18:00', lengthMinutes: 15, gapMinutes: 5 }
  const { slots } = await teacher(openSlots, { unitId, days, ...times, way: 'phone' })
  await mother(bookSlot, { studentId, slotId: slots[0]?.id ?? '', topic: '孩子最近作业做到很晚，想聊聊' })
  const uncle = await PersonModel.create({
    name: '张强',
    consent: { version: 2, isGiven: true, at: world.now() },
  })
  const { joinCode } = (await UnitModel.findById(unitId).lean()) as unknown as { joinCode?: string }
  if (joinCode) {
    const ask = { code: joinCode, childName: '张三', relation: '叔叔', name: '张强' }
    await (await world.as(String(uncle._id), 'guardian'))(askToJoin, ask as never).catch(() => null)
  }
  await buildStudent(it.klass, { name: '欧阳娜娜阿依古丽' })
  const surveyId = await openedSurvey(world, it.office, it.school, {
    title: `${SCHOOL}家长知晓率调查`.slice(0, 30),
  })
  const course = await beginCourse(office, String(it.school._id))
  const discussion = await writeLesson(office, course.id, 'discussion', {
    title: '孩子不想说话时',
    prompt: '孩子不想说话时，您怎么办？',
  })
  const lesson = await LessonModel.findOne().lean()
  const certificate = await CertificateModel.findOne().lean()
  await mother(writeToMyThread, {
    ...{ studentId, letterId: letter.id, requestId: newRequest() },
    text: '实践基地离医院远吗？孩子对花粉过敏，上次秋游回来咳了三天，想请老师多留意，药放在书包侧袋里。',
  })
  const [thread] = (await teacher(listThreads, { box: 'waiting' })).threads
  await teacher(answerThread, {
    ...{ threadId: thread?.id ?? '', requestId: newRequest() },
    text: '收到，我会告诉带队老师。',
  })
  return {
    studentId,
    threadId: thread?.id ?? '',
    letterId: letter.id,
    draftId: draft.id,
    surveyId,
    programmeDraftId: course.id,
    lessonDraftId: discussion.id,
    lessonId: String(lesson?._id),
    certificateId: String(certificate?._id),
  }
}

type Scene = Awaited<ReturnType<typeof scene>>

/** Every page of app.json with what it is opened with; a new page is opened without, until somebody says more. */
function phonePlaces(it: Scene): Place[] {
  const app = JSON.parse(readFileSync('miniprogram/app.json', 'utf8')) as {
    pages: string[]
    subPackages: { root: string; pages: string[] }[]
  }
  const all = [
    ...app.pages,
    ...app.subPackages.flatMap(({ root, pages }) => pages.map((page) => `${root}/${page}`)),
  ]
  const classId = String(it.klass._id)
  const query: Record<string, string> = {
    'packages/letter/letter/letter': `id=${it.letterId}&child=${it.studentId}`,
    'packages/letter/thread/thread': `id=${it.letterId}&child=${it.studentId}`,
    'packages/teacher/thread/thread': `id=${it.threadId}`,
    'packages/letter/staff-letter/staff-letter': `id=${it.staffLetterId}`,
    'packages/course/survey/survey': `id=${it.surveyId}&student=${it.studentId}`,
    'packages/course/lesson/lesson': `id=${it.lessonId}`,
    'packages/course/exam/exam': 'code=grade7',
    'packages/course/programme/programme': 'code=grade7',
    'packages/course/certificate/certificate': `id=${it.certificateId}`,
    'packages/account/join/join': 'from=phone',
    'packages/teacher/class/class': `id=${classId}`,
    'packages/teacher/joins/joins': `id=${classId}`,
    'packages/teacher/letter/letter': `id=${it.letterId}&unit=${classId}`,
  }
  const letters = [it.correctedId, it.forwardId].map((id, at) => ({
    path: `packages/letter/letter/letter?id=${id}&child=${it.studentId}`,
    as: '张三妈妈',
    name: ['letter-corrected', 'letter-forwarded'][at] ?? '',
  }))
  const rest = all.flatMap((path) => {
    const full = query[path] ? `${path}?${query[path]}` : path
    if (/^packages\/(teacher|letter\/staff)/.test(path)) return [{ path: full, as: '李文' }]
    return path.startsWith('pages/')
      ? ['张三妈妈', '李文'].map((as) => ({ path: full, as }))
      : [{ path: full, as: '张三妈妈' }]
  })
  return [...rest, ...letters]
}

/** As soon as a page has what it asked for: films and streams never end, and nobody waits for them. */
function settler(page: Page) {
  const open = new Set<Request>()
  page.on('request', (it) => /fetch|xhr|script/.test(it.resourceType()) && open.add(it))
  page.on('requestfinished', (it) => open.delete(it))
  page.on('requestfailed', (it) => open.delete(it))
  return async () => {
    let quiet = 0
    for (let waited = 0; waited < 3_000 && quiet < 150; waited += 50) {
      await page.waitForTimeout(50)
      quiet = open.size === 0 ? quiet + 50 : 0
    }
    open.clear()
  }
}

/** As the browser's own arrow does: the console goes to another address without being loaded anew. */
const within = (address: string) => `
  history.pushState(null, '', ${JSON.stringify(address)})
  dispatchEvent(new PopStateEvent('popstate', { state: null }))`

const TABS = 2
/** A page is looked at when it has settled, whatever films and fonts still do. */
const COMMITTED = { waitUntil: 'commit' } as const
type Look = (page: Page, settled: () => Promise<void>, it: Place) => Promise<void>

/** Most of a visit is waiting: some tabs of one person wait side by side. */
async function inTabs(
  context: BrowserContext,
  places: Place[],
  failed: (message: string) => void,
  visit: Look,
) {
  const waiting = [...places]
  const tab = async () => {
    const page = await context.newPage()
    page.on('pageerror', ({ message }) => failed(message))
    const settled = settler(page)
    for (let it = waiting.shift(); it; it = waiting.shift()) await visit(page, settled, it)
    await page.close()
  }
  await Promise.all(Array.from({ length: TABS }, tab))
}

async function becomeTeacher(page: Page) {
  await page.goto(`${world.origin()}/preview/?as=${encodeURIComponent('李文')}#/pages/mine/mine`)
  const turn = page.getByText('切换到教师端').filter({ visible: true }).first()
  await turn.tap()
  await turn.waitFor({ state: 'hidden' })
}

async function sweepPhone(
  places: Place[],
  { width, height, font }: { width: number; height: number; font: number },
) {
  const found: string[] = []
  const people = [...new Set(places.map((it) => it.as))]
  for (const as of people) {
    const context = await browser.newContext({
      locale: 'zh-CN',
      timezoneId: 'Asia/Shanghai',
      viewport: { width, height },
      hasTouch: true,
    })
    const failed = (message: string) => found.push(`${as}: ${message}`)
    if (as === '李文') await becomeTeacher(await context.newPage())
    await inTabs(
      context,
      places.filter((one) => one.as === as),
      failed,
      async (page, settled, it) => {
        if (page.url() === 'about:blank') {
          const start = `${world.origin()}/preview/?as=${encodeURIComponent(as)}&font=${font}#/${it.path}`
          await page.goto(start, COMMITTED)
          await page.locator('wx-page').first().waitFor({ timeout: 15_000 })
        } else await page.evaluate(`location.hash = ${JSON.stringify(`#/${it.path}`)}`)
        await settled()
        const called = it.name ?? it.path.split('?')[0]?.replaceAll('/', '-') ?? ''
        const name = `${called}-${as === '李文' ? 'teacher' : 'parent'}`
        const wrong = [
          ...(await look(page)),
          ...(await covered(page)),
          ...(await fingers(page)),
          ...(await words(page)).filter((one) => !one.startsWith('English')),
        ]
        found.push(...wrong.map((one) => `${it.path.split('?')[0]} (${as}, ${width}): ${one}`))
        await shot(page, `sweep/${width}-${name}`)
      },
    )
    await context.close()
  }
  return found
}

it(
  'every page of the mini-program fits the narrowest phone, and the largest letters',
  { timeout: 240_000 },
  async () => {
    const places = phonePlaces(await scene())
    const [narrow, large] = await Promise.all([
      sweepPhone(places, { width: 320, height: 640, font: 1 }),
      sweepPhone(places, { width: 390, height: 844, font: 1.44 }),
    ])
    expect([...narrow, ...large]).toEqual([])
  },
)

it(
  'lessons of every medium fit the narrowest phone, and the largest letters',
  { timeout: 240_000 },
  async () => {
    const it = await scene()
    const office = await world.as(it.office, 'staff')
    const { code, ids } = await everyMedium(world, office, it.school, it.klass)
    const mother = await world.as(it.mother, 'guardian')
    for (const lessonId of [ids.task, ids.discussion]) await watchLesson(world, mother, lessonId)
    await mother(saveReflection, { lessonId: ids.discussion, text: '先抱抱他。'.repeat(8), isShared: true })
    const places = [
      { path: `packages/course/programme/programme?code=${code}`, as: '张三妈妈', name: 'course' },
      ...Object.entries(ids).map(([medium, id]) => ({
        path: `packages/course/lesson/lesson?id=${id}`,
        as: '张三妈妈',
        name: `lesson-${medium}`,
      })),
    ]
    const [narrow, large] = await Promise.all([
      sweepPhone(places, { width: 320, height: 640, font: 1 }),
      sweepPhone(places, { width: 390, height: 844, font: 1.44 }),
    ])
    expect([...narrow, ...large]).toEqual([])
  },
)

/** Every address of the console, as the post whose work it is. */
const consolePlaces = (it: Scene): Place[] => {
  const school = `unitId=${String(it.school._id)}`
  const klass = `unitId=${String(it.klass._id)}`
  const as = (as: string, ...paths: string[]) => paths.map((path) => ({ path, as }))
  return [
    ...as(
      'chenmin',
      `dashboard?${school}`,
      `letters?${school}`,
      `letters/new?${school}`,
      `letters/${it.draftId}/edit?${school}`,
      `letters/${it.letterId}?${school}`,
      `letters/${it.letterId}?${klass}`,
      `replies?${school}`,
      `letters/${it.correctedId}?${school}`,
      `letters/${it.withdrawnId}?${school}`,
      `letters/${it.forwardId}?${school}`,
      `letters/objections?${school}`,
      `letters/verify-copy?${school}`,
      'letters/past',
      'staff-letters',
      `staff-letters/${it.staffLetterId}`,
      `contents?${school}`,
      `calendar?${school}`,
      `calendar/2026/national-day?${school}`,
      `roster?${school}`,
      `groups?${school}`,
      `roster/import?${school}`,
      `families/${it.studentId}?${school}`,
      `staff?${school}`,
      `units?${school}`,
      `transfers?${school}`,
      `promotion?${school}`,
      `approvals?${school}`,
      `audit?${school}`,
      `certificates?${school}`,
      `evidence?${school}`,
      `parent-school?${school}`,
      `live?${school}`,
      `programme-drafts?${school}`,
      `programme-drafts/${it.programmeDraftId}?${school}`,
      `programme-drafts/${it.programmeDraftId}/questions?${school}`,
      `lesson-drafts/${it.lessonDraftId}?${school}`,
      `reflections?${school}`,
      `training?${school}`,
      `courses?${school}`,
      `courses/grade7?${school}`,
      `programme-drafts?${school}`,
      `training?${school}`,
      `surveys?${school}`,
      `surveys/${it.surveyId}?${school}`,
      'own-password',
      'set-up-totp',
      `joins?${school}`,
      'account',
      'nowhere',
    ),
    ...as(
      'liwen',
      `replies?${klass}`,
      `calls?${klass}`,
      `joins?${klass}`,
      `roster?${klass}`,
      `letters/${it.letterId}?${klass}`,
      `letters/${it.submittedId}?${klass}`,
      `calendar?${klass}`,
      'staff-letters',
    ),
    ...as(
      'zhoumin',
      'dashboard',
      'surveys',
      `surveys/${it.surveyId}`,
      'certificates',
      'live',
      'courses',
      'letters',
      `letters/${it.staffLetterId}`,
      'contents',
      'calendar',
      'calendar/2026/national-day',
      'replies',
      'staff',
      'units',
      'audit',
      'promotion',
    ),
  ]
}

/** A chart draws itself anew a moment after its window has changed. */
async function lookTwice(page: Page) {
  await page.waitForTimeout(80)
  if ((await look(page)).length === 0) return []
  await page.waitForTimeout(1_000)
  return look(page)
}

async function sweepConsole(places: Place[]) {
  const found: string[] = []
  for (const as of [...new Set(places.map((it) => it.as))]) {
    const { page: first, errors } = await stage.console(as)
    const failed = (message: string) => found.push(`${as}: ${message}`)
    await inTabs(
      first.context(),
      places.filter((one) => one.as === as),
      failed,
      async (page, settled, it) => {
        await page.setViewportSize({ width: 1280, height: 800 })
        if (page.url() === 'about:blank') {
          await page.goto(`${world.origin()}/admin/${it.path}`, COMMITTED)
          await page.locator('#app > *').first().waitFor()
        } else await page.evaluate(within(`/admin/${it.path}`))
        await settled()
        const name = it.path.split('?')[0] ?? ''
        const wrong = await words(page)
        for (const width of [1280, 1024]) {
          await page.setViewportSize({ width, height: 800 })
          wrong.push(...(await lookTwice(page)).map((one) => `${one} (${width})`))
          await shot(page, `sweep/console-${width}-${name.replaceAll('/', '-')}-${as}`)
        }
        found.push(...wrong.map((one) => `${name} (${as}): ${one}`))
      },
    )
    found.push(...errors.map((one) => `${as}: ${one}`))
    await first.context().close()
  }
  return found
}

it('every page of the console fits a small desk, and speaks Chinese', { timeout: 240_000 }, async () => {
  expect(await sweepConsole(consolePlaces(await scene()))).toEqual([])
})
