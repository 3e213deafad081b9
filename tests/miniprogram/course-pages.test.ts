import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { openPage, tapOn } from '../support/mini-page.ts'
import { answer, child, cutOff, opened, usePhone } from '../support/phone.ts'

type Handler = (event?: unknown) => unknown
interface OpenPage {
  data: Record<string, unknown>
  [handler: string]: unknown
}
const run = (page: OpenPage, handler: string, event?: unknown) =>
  void (page[handler] as Handler).call(page, event)

let phone: ReturnType<typeof usePhone>
let seeks: number[]
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval', 'Date'] })
  vi.setSystemTime(new Date('2026-11-25T10:00:00Z'))
  phone = usePhone()
  seeks = []
  Object.assign(wx, {
    setNavigationBarTitle: async () => undefined,
    pageScrollTo: async () => undefined,
    createVideoContext: () => ({ seek: (at: number) => seeks.push(at), playbackRate: () => undefined }),
  })
  const { session } = await import('../../miniprogram/services/session.ts')
  session.adopt(opened('token', { children: [child('1', '张三')] }) as never)
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const LESSON = 'd'.repeat(24)
const progress = (over: object = {}) => ({
  seconds: 60,
  watchedPercent: 0,
  resumeAt: 0,
  furthest: 0,
  isWatched: false,
  ...over,
})
const lesson = (over: object = {}) => ({
  id: LESSON,
  programmeCode: 'grade7',
  programmeTitle: '课程',
  number: 1,
  lessonsTotal: 8,
  title: '进了初中，头两个月怎么陪',
  kind: 'video',
  theme: '升学衔接',
  summary: '先接住他。',
  minutes: 10,
  poster: '/media/a.jpg',
  video: { address: '/media/a.mp4', captions: [] },
  blocks: [],
  sources: [],
  progress: progress(),
  quiz: [],
  isQuizPassed: false,
  nextLessonId: null,
  ...over,
})
const beatReply = (over: object = {}) => ({ ...progress(over), credited: 15, pending: [], ...over })

/** Opens the lesson in a mini-program that was just started; what is stored on the phone is still there. */
async function openLesson(over: object = {}) {
  vi.resetModules()
  const page = await openPage<OpenPage>('packages/course/lesson/lesson', { id: LESSON })
  answer(await phone.next(), 200, lesson(over))
  await vi.waitFor(() => expect(page.data.state).toBe('ready'))
  return page
}
const at = (currentTime: number) => ({ detail: { currentTime } })

/** Plays as WeChat reports it: four looks a second, while the clock goes on. */
async function play(page: OpenPage, from: number, to: number) {
  for (let second = from; second <= to; second += 0.25) {
    run(page, 'onTime', at(second))
    await vi.advanceTimersByTimeAsync(250)
  }
}

it('opens a sitting when play begins, reports every fifteen seconds and at once on pause', async () => {
  const page = await openLesson()
  run(page, 'onPlay')
  const opening = await phone.next()
  expect(opening).toMatchObject({ path: `POST /me/lessons/${LESSON}/beats`, data: { ranges: [] } })
  answer(opening, 200, beatReply())

  await play(page, 0, 16)
  const beat = await phone.next()
  expect(beat.data).toMatchObject({ ranges: [{ from: 0 }] })
  answer(beat, 200, beatReply({ watchedPercent: 25 }))
  await vi.advanceTimersByTimeAsync(0)
  run(page, 'onPause')
  const last = await phone.next()
  const [range] = (last.data as { ranges: { from: number; to: number }[] }).ranges
  expect(range).toEqual({ from: (beat.data as { ranges: { to: number }[] }).ranges[0]?.to, to: 16 })
})

it('goes in order on the first watch, and anywhere once it was seen', async () => {
  const page = await openLesson({ progress: progress({ furthest: 10, resumeAt: 10 }) })
  run(page, 'onTime', at(40))
  expect([seeks, phone.showToast.mock.calls]).toEqual([
    [10],
    [[{ title: '第一次观看请按顺序看完', icon: 'none' }]],
  ])
  run(page, 'onTime', at(11))
  expect(seeks).toEqual([10])

  const seen = await openLesson({ progress: progress({ furthest: 60, isWatched: true }) })
  run(seen, 'onTime', at(40))
  expect(seeks).toEqual([10])
})

it('keeps what was played without a network and sends it when the lesson is opened again', async () => {
  const page = await openLesson()
  run(page, 'onPlay')
  cutOff(await phone.next())
  await play(page, 0, 5)
  run(page, 'onUnload')
  cutOff(await phone.next())

  const again = await openLesson()
  run(again, 'onPlay')
  expect((await phone.next()).data).toMatchObject({ ranges: [{ from: 0, to: 5 }] })
})

it('counts reading only while the text is on the screen', async () => {
  const page = await openLesson({ kind: 'article', video: null, progress: progress({ seconds: 100 }) })
  answer(await phone.next(), 200, beatReply({ seconds: 100 }))
  await vi.advanceTimersByTimeAsync(10_000)
  run(page, 'onHide')
  const beat = await phone.next()
  expect(beat.data).toMatchObject({ ranges: [{ from: 0, to: 10 }], position: 10 })
  answer(beat, 200, beatReply({ seconds: 100 }))
  await vi.advanceTimersByTimeAsync(600_000)
  expect(phone.asked).toEqual([])
})

const ATTEMPT = 'e'.repeat(24)
const question = { kind: 'single', stem: '先说哪一句？', options: ['甲', '乙', '丙'] }
const paper = {
  attemptId: ATTEMPT,
  programmeCode: 'grade7',
  programmeTitle: '课程',
  startedAt: '2026-11-25T10:00:00.000Z',
  endsAt: '2026-11-25T10:30:00.000Z',
  now: '2026-11-25T10:00:00.000Z',
  questions: [question, { ...question, kind: 'multiple' }],
}
const result = {
  attemptId: ATTEMPT,
  programmeCode: 'grade7',
  programmeTitle: '课程',
  outcome: 'passed',
  score: 100,
  passPercent: 80,
  right: 2,
  total: 2,
  revise: [],
  review: [],
  certificateId: 'f'.repeat(24),
  attemptsLeftToday: 2,
  nextAt: null,
}
const programme = {
  code: 'grade7',
  title: '课程',
  stage: '初中',
  forGrades: ['七年级'],
  summary: '',
  hours: 8,
  isRequired: true,
  hasBegun: true,
  lessonsDone: 8,
  lessonsTotal: 8,
  percent: 88,
  certificate: null,
  hoursNote: '',
  validityText: '',
  lessons: [],
  nextLessonId: null,
  exam: {
    rules: { draw: 2, passPercent: 80, minutesLimit: 30, attemptsPerDay: 3, pauseMinutes: 10 },
    state: 'open',
    attemptsLeftToday: 3,
    nextAt: null,
    attemptId: null,
  },
}

async function begin() {
  vi.resetModules()
  const page = await openPage<OpenPage>('packages/course/exam/exam', { code: 'grade7' })
  answer(await phone.next(), 200, programme)
  await vi.waitFor(() => expect(page.data.stage).toBe('intro'))
  run(page, 'onStart')
  run(page, 'onStart')
  answer(await phone.next(), 200, paper)
  await vi.waitFor(() => expect(page.data.stage).toBe('paper'))
  return page
}
const choose = (page: OpenPage, option: number) => run(page, 'onChoose', { detail: { option } })

it('starts once, marks one of several and hands in once when tapped twice', async () => {
  const page = await begin()
  choose(page, 0)
  choose(page, 2)
  run(page, 'onAfter')
  choose(page, 2)
  choose(page, 0)
  run(page, 'onAfter')
  expect(page.data).toMatchObject({ isAsking: true, missing: 0 })
  run(page, 'onHandIn')
  run(page, 'onHandIn')

  const handed = await phone.next()
  expect(handed).toMatchObject({
    path: `POST /me/exams/${ATTEMPT}/answers`,
    data: { answers: [[2], [0, 2]] },
  })
  expect(phone.asked).toEqual([])
  answer(handed, 200, result)
  await vi.waitFor(() => expect(page.data).toMatchObject({ stage: 'result', result: { isPassed: true } }))
  run(page, 'onCertificate')
  expect(phone.went).toEqual([`redirectTo /packages/course/certificate/certificate?id=${'f'.repeat(24)}`])
})

it('finds the answers again after the mini-program was closed', async () => {
  const page = await begin()
  choose(page, 1)
  const again = await begin()
  expect(again.data).toMatchObject({ at: 1, done: [true, false] })
})

it('hands in by itself when the time is over, and again when the network is back', async () => {
  const page = await begin()
  choose(page, 1)
  await vi.advanceTimersByTimeAsync(25 * 60_000 + 1_000)
  expect(page.data).toMatchObject({ isSoon: true, left: '4:59' })
  await vi.advanceTimersByTimeAsync(5 * 60_000)
  cutOff(await phone.next())
  await vi.advanceTimersByTimeAsync(3_100)
  const handed = await phone.next()
  expect(handed.data).toMatchObject({ answers: [[1], []] })
})

it('jumps to a question from the sheet of numbers', async () => {
  const page = await begin()
  run(page, 'onJump', tapOn({ at: 1 }))
  expect(page.data).toMatchObject({ at: 1, question: { kind: '多选' } })
})
