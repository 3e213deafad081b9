import { beforeEach, expect, it } from 'vitest'
import type { LessonRow, MyProgramme } from '../../server/contract/courses.ts'
import type * as outline from '../../miniprogram/pages/courses/outline/present.ts'
import { usePhone } from '../support/phone.ts'

let present: typeof outline
beforeEach(async () => {
  usePhone()
  present = await import('../../miniprogram/pages/courses/outline/present.ts')
})

const idOf = (at: number) => String(at).padStart(24, '0')
const row = (at: number, over: Partial<LessonRow> = {}): LessonRow => ({
  id: idOf(at),
  number: at + 1,
  title: `第${at + 1}课`,
  kind: 'article',
  theme: '亲子沟通',
  summary: '',
  minutes: 3,
  poster: '',
  watchedPercent: 0,
  isWatched: false,
  isQuizPassed: false,
  ...over,
})
const programme = (lessons: LessonRow[], over: Partial<MyProgramme> = {}): MyProgramme => ({
  code: 'course',
  title: '三分钟家长课',
  stage: '初中',
  forGrades: ['七年级'],
  summary: '每天三分钟。',
  hours: 8,
  isRequired: false,
  hasBegun: true,
  lessonsDone: 0,
  lessonsTotal: lessons.length,
  percent: 0,
  certificate: null,
  hoursNote: '',
  validityText: '',
  lessons,
  nextLessonId: lessons[0]?.id ?? null,
  exam: {
    rules: { draw: 0, passPercent: 0, minutesLimit: 0, attemptsPerDay: 0, pauseMinutes: 0 },
    state: 'locked',
    attemptsLeftToday: 0,
    nextAt: null,
    attemptId: null,
  },
  ...over,
})

it('shows a series of 83 lessons by tens, and opens on the ten somebody is in', () => {
  const lessons = Array.from({ length: 83 }, (_, at) => row(at))
  const shown = present.presentProgramme(programme(lessons, { nextLessonId: idOf(44) }))
  expect(shown.stretches.map((it) => it.label)).toEqual([
    '1–10',
    '11–20',
    '21–30',
    '31–40',
    '41–50',
    '51–60',
    '61–70',
    '71–80',
    '81–83',
  ])
  expect(shown.here).toBe(4)
  expect(present.presentProgramme(programme(lessons.slice(0, 20))).stretches).toEqual([])
})

it('heads each module with its rule and what is left of it, and says why a lesson is locked', () => {
  const lessons = [row(0), row(1, { lockedBecause: '先学完《第1课》' }), row(2), row(3)]
  const module = { needed: 2, done: 0, unit: '课', isElective: false, isDone: false }
  const shown = present.presentProgramme(
    programme(lessons, {
      modules: [
        { ...module, title: '先学这些', rule: '按顺序学完2课', lessonIds: [idOf(0), idOf(1)] },
        {
          ...module,
          title: '',
          rule: '选修满1学时',
          needed: 1,
          done: 0.5,
          unit: '学时',
          isElective: true,
          lessonIds: [idOf(2), idOf(3)],
        },
      ],
    }),
  )
  expect(shown.lessons.map((it) => it.head?.title ?? null)).toEqual(['先学这些', null, '第2单元', null])
  expect(shown.lessons[2]?.head?.progress).toBe('已学0.5学时，还要0.5学时')
  expect(shown.lessons[1]).toMatchObject({ mark: 'locked', state: '先学完《第1课》' })
})

it('is a plain list without heads where there is one module of everything, as in every older answer', () => {
  const shown = present.presentProgramme(programme([row(0), row(1)]))
  expect(shown.lessons.every((it) => it.head === null)).toBe(true)
  expect(shown).toMatchObject({ hasExam: true, about: '2课 · 8学时' })
})

it('ends without an exam where there is none, and tells of a newer version and of the source', () => {
  const done = { isWatched: true, isQuizPassed: true }
  const shown = present.presentProgramme(
    programme([row(0, done)], {
      nextLessonId: null,
      hasExam: false,
      isFinished: true,
      hasNewer: true,
      unitName: '实验中学',
      source: '东湖区《区里的课》',
    }),
  )
  expect(shown).toMatchObject({ hasExam: false, done: '已经学完', action: '再看一遍' })
  expect(shown.remarks).toEqual([
    '实验中学开设',
    '改编自东湖区《区里的课》',
    '您学的是较早的一版，照这一版学完就算数',
  ])
})

it('offers a course of last year to be learned anew, and says that the old record stays', () => {
  const done = [row(0, { isWatched: true, isQuizPassed: true, watchedPercent: 100 })]
  const before = programme(done, { isFinished: true, nextLessonId: null, hasExam: false, hasNewer: true })
  const due = present.presentProgramme({ ...before, abilities: { learnAgain: true } })
  expect(due).toMatchObject({
    action: '新学年再学一次',
    page: '',
    done: '以前学完过',
    remarks: [],
  })
  expect(present.presentProgramme(before).action).toBe('再看一遍')

  const anew = present.presentProgramme(programme([row(0)], { timesBefore: 1 }))
  expect(anew.remarks).toEqual(['以前学完过1次，记录都在'])
  expect(anew.action).toBe('开始学习')
  const half = programme([row(0), row(1)], { timesBefore: 1, lessonsDone: 1 })
  expect(present.presentProgramme(half).action).toBe('继续学习')
})
