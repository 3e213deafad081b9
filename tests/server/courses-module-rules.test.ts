import { describe, expect, it } from 'vitest'
import type { ModuleRule } from '#contract/drafts'
import {
  doneOf,
  heldBackBy,
  isFinished,
  isModuleDone,
  lessonsDoneOf,
  lessonsNeeded,
  neededOf,
  nextLesson,
  percentOfProgramme,
  type PlacedLesson,
  type PlacedModule,
  ruleInWords,
} from '../../server/modules/courses/journeys/rules.ts'

/** `1` done, `0` untouched, `w` watched and its quiz open, a fraction: so much watched. */
const lesson = (state: number | 'w', at: number, hours = 1): PlacedLesson => ({
  id: `l${at}`,
  title: `第${at}课`,
  hours,
  seconds: 100,
  watched: state === 'w' ? 100 : Math.round(state * 100),
  isWatched: state === 'w' || state === 1,
  isQuizPassed: state === 1,
})
const module = (
  rule: ModuleRule,
  states: (number | 'w')[],
  least = 0,
  hours: number[] = [],
): PlacedModule => ({
  title: '',
  rule,
  least,
  lessons: states.map((it, at) => lesson(it, at, hours[at] ?? 1)),
})
const NO_END = { hasExam: false, isPassed: false, givesCertificate: false, hasCertificate: false }
const EXAM = { ...NO_END, hasExam: true, givesCertificate: true }
const percent = (modules: PlacedModule[], end = EXAM) => percentOfProgramme(modules, end)

describe('all', () => {
  it('asks for every lesson, in any order', () => {
    const it = module('all', [1, 0, 1])
    expect([neededOf(it), doneOf(it), isModuleDone(it), ruleInWords(it)]).toEqual([3, 2, false, '3课都要学'])
    expect(heldBackBy(it, 'l2')).toBeNull()
    expect(nextLesson([it])?.id).toBe('l1')
  })

  it('counts a flat programme as it always was counted', () => {
    // Seven of eight lessons and the exam to come: 7/9.
    expect(percent([module('all', [1, 1, 1, 1, 1, 1, 1, 0])])).toBe(77)
    expect(percent([module('all', [1, 'w'])])).toBe(60)
    expect(percent([module('all', [0, 0])])).toBe(0)
  })
})

describe('in order', () => {
  const it1 = module('inOrder', [1, 'w', 0, 0])
  it('holds back what stands after a lesson that is not done, and says by which', () => {
    expect(it1.lessons.map((one) => heldBackBy(it1, one.id)?.title ?? null)).toEqual([
      null,
      null,
      '第1课',
      '第1课',
    ])
    expect([nextLesson([it1])?.id, ruleInWords(it1)]).toEqual(['l1', '按顺序学完4课'])
  })

  it('keeps open what was done before another lesson was put in front', () => {
    expect(heldBackBy(module('inOrder', [0, 1]), 'l1')).toBeNull()
  })

  it('knows nothing of a lesson that is not its own', () => {
    expect(heldBackBy(it1, 'strange')).toBeNull()
  })
})

describe('at least so many', () => {
  it('is done with any of them, and the others count for nothing', () => {
    const it = module('atLeast', [0, 1, 1, 1], 2)
    expect([neededOf(it), isModuleDone(it), ruleInWords(it)]).toEqual([2, true, '任选2课学完'])
    expect([lessonsNeeded([it]), lessonsDoneOf([it])]).toEqual([2, 2])
    expect(percent([it], NO_END)).toBe(100)
  })

  it('asks for no more than there is', () => {
    expect(neededOf(module('atLeast', [0, 0], 9))).toBe(2)
  })

  it('leads on to what was begun, before what was not', () => {
    expect(nextLesson([module('atLeast', [0, 0, 0.4], 1)])?.id).toBe('l2')
    expect(nextLesson([module('atLeast', [1, 0, 0], 1), module('all', [0])])?.title).toBe('第0课')
  })

  it('goes by the lessons somebody is furthest in', () => {
    // Half a lesson is 55 % of the 90 % that complete it, and seeing is 0.8 of it; the other that is needed is done.
    expect(percent([module('atLeast', [0, 0.5, 1], 2)], NO_END)).toBe(72)
  })
})

describe('credits', () => {
  const hours = [0.5, 1, 2]
  it('adds up the hours of the lessons that are done', () => {
    const it = module('credits', [1, 1, 0], 2, hours)
    expect([neededOf(it), doneOf(it), isModuleDone(it), ruleInWords(it)]).toEqual([
      2,
      1.5,
      false,
      '选修满2学时',
    ])
    expect(isModuleDone(module('credits', [0, 0, 1], 2, hours))).toBe(true)
  })

  it('asks for no more hours than there are', () => {
    const it = module('credits', [1, 1, 1], 100, hours)
    expect([neededOf(it), isModuleDone(it)]).toEqual([3.5, true])
  })

  it('never says that all is done while hours are missing', () => {
    const it = module('credits', [1, 1, 0], 2, hours)
    expect(lessonsDoneOf([it])).toBeLessThan(lessonsNeeded([it]))
    expect(percent([it], NO_END)).toBeLessThan(100)
  })

  it('does not fall when another lesson is begun', () => {
    const before = percent([module('credits', [0, 1, 0], 2, hours)], NO_END)
    const after = percent([module('credits', [0.3, 1, 0], 2, hours)], NO_END)
    expect(after).toBeGreaterThanOrEqual(before)
  })
})

describe('a whole programme', () => {
  it('opens the exam when every module is done, and not before', () => {
    const done = [module('inOrder', [1, 1]), module('atLeast', [0, 1], 1)]
    expect(nextLesson(done)).toBeNull()
    expect(nextLesson([...done, module('credits', [0], 1)])?.id).toBe('l0')
  })

  it('is finished with the certificate; where there is none, with the exam; else with the lessons', () => {
    const done = [module('all', [1])]
    expect(isFinished(done, EXAM)).toBe(false)
    expect(isFinished(done, { ...EXAM, isPassed: true })).toBe(false)
    expect(isFinished(done, { ...EXAM, hasCertificate: true })).toBe(true)
    expect(isFinished(done, { ...NO_END, hasExam: true })).toBe(false)
    expect(isFinished(done, { ...NO_END, hasExam: true, isPassed: true })).toBe(true)
    expect(isFinished(done, NO_END)).toBe(true)
  })

  it('says 100 only at the end, and never falls as somebody goes on', () => {
    const states: (number | 'w')[] = [0, 0.2, 0.9, 'w', 1]
    for (const rule of ['all', 'inOrder', 'atLeast', 'credits'] as const) {
      const steps = states.map((it) => percent([module(rule, [it, 1, 0], 2)]))
      expect(steps).toEqual(steps.toSorted((a, b) => a - b))
      expect(Math.max(...steps)).toBeLessThan(100)
    }
    expect(percent([module('all', [1, 1])], { ...EXAM, isPassed: true })).toBe(99)
  })

  it('does not need questions where nobody wrote any', () => {
    const seen = { ...lesson('w', 0), hasQuiz: false }
    const it = { ...module('all', []), lessons: [seen] }
    expect([isModuleDone(it), percent([it], NO_END)]).toEqual([true, 100])
  })

  it('can be empty', () => {
    expect([percent([]), nextLesson([]), lessonsNeeded([])]).toEqual([0, null, 0])
  })
})
