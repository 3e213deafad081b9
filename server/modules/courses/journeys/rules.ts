import type { ModuleRule } from '#contract/drafts'
import { percentOf } from '../watch/rules.ts'

/** Seeing a lesson is most of it; its three questions are the rest. */
const WATCHING_SHARE = 0.8

export interface LessonFacts {
  seconds: number
  watched: number
  isWatched: boolean
  isQuizPassed: boolean
  /** A lesson nobody wrote questions for is done when it was seen. */
  hasQuiz?: boolean | undefined
}

/** A lesson as its module counts it. */
export interface PlacedLesson extends LessonFacts {
  id: string
  title: string
  hours: number
}

/** A module with its lessons in order. */
export interface PlacedModule {
  title: string
  rule: ModuleRule
  least: number
  lessons: readonly PlacedLesson[]
}

export const isDone = (lesson: LessonFacts) =>
  lesson.isWatched && (lesson.isQuizPassed || lesson.hasQuiz === false)

const sum = (numbers: readonly number[]) => numbers.reduce((all, it) => all + it, 0)
const hoursOf = (lessons: readonly PlacedLesson[]) => sum(lessons.map((it) => it.hours))

/** What is asked of a module: lessons, or hours under `credits`; never more than there is. */
export function neededOf({ rule, least, lessons }: PlacedModule) {
  if (rule === 'credits') return Math.min(least, hoursOf(lessons))
  return rule === 'atLeast' ? Math.min(least, lessons.length) : lessons.length
}

/** The rule of a module as people read it. */
export function ruleInWords(module: PlacedModule) {
  const needed = neededOf(module)
  if (module.rule === 'inOrder') return `按顺序学完${needed}课`
  if (module.rule === 'atLeast') return `任选${needed}课学完`
  return module.rule === 'credits' ? `选修满${needed}学时` : `${needed}课都要学`
}

/** What is done of it, counted the same way. */
export function doneOf({ rule, lessons }: PlacedModule) {
  const done = lessons.filter(isDone)
  return rule === 'credits' ? hoursOf(done) : done.length
}

export const isModuleDone = (module: PlacedModule) => doneOf(module) >= neededOf(module)

/** The lesson that has to be done before this one, or null: only a module in order holds one back. */
export function heldBackBy({ rule, lessons }: PlacedModule, lessonId: string): PlacedLesson | null {
  if (rule !== 'inOrder') return null
  const at = lessons.findIndex((it) => it.id === lessonId)
  // What was once done stays open, whatever was put before it.
  const own = lessons[at]
  if (!own || isDone(own)) return null
  return lessons.slice(0, at).find((it) => !isDone(it)) ?? null
}

/** Where 继续学习 leads: in the first module that is not done, what was begun, else the first that is not done. */
export function nextLesson(modules: readonly PlacedModule[]): PlacedLesson | null {
  const module = modules.find((it) => !isModuleDone(it))
  const left = (module?.lessons ?? []).filter((it) => !isDone(it))
  const isFree = module?.rule === 'atLeast' || module?.rule === 'credits'
  return (isFree ? left.find((it) => it.watched > 0) : undefined) ?? left[0] ?? null
}

/** How many lessons have to be done altogether. Under `credits` as many as the hours take, the longest first. */
export const lessonsNeeded = (modules: readonly PlacedModule[]) =>
  sum(modules.map((it) => counting(it, (lesson) => lesson.hours).length))

/** Of these so many are done; what is done beyond what was asked counts for no other module. */
export const lessonsDoneOf = (modules: readonly PlacedModule[]) =>
  sum(
    modules.map((it) => {
      const most = counting(it, (lesson) => lesson.hours).length
      return isModuleDone(it) ? most : Math.min(it.lessons.filter(isDone).length, Math.max(most - 1, 0))
    }),
  )

const GRADES_OF: Record<string, RegExp> = {
  幼儿园: /班$/,
  小学: /^[一二三四五六]年级$/,
  初中: /^[七八九]年级$/,
  高中: /^高/,
  中职: /^职/,
}

/** Whether a grade by its name lies in a stage: 八年级 in 初中. */
export const isOfStage = (grade: string, stage: string) => GRADES_OF[stage]?.test(grade) ?? false

/** The lessons by which a module is counted: the foremost by some measure, as many as are needed. */
function counting(module: PlacedModule, measure: (lesson: PlacedLesson) => number) {
  const ranked = module.lessons.toSorted((a, b) => measure(b) - measure(a))
  if (module.rule !== 'credits') return ranked.slice(0, neededOf(module))
  let hours = 0
  return ranked.filter((it) => {
    const isNeeded = hours < neededOf(module)
    hours += it.hours
    return isNeeded
  })
}

const learnedOf = (it: LessonFacts) =>
  (percentOf(it.watched, it.seconds, it.isWatched) / 100) * (it.hasQuiz === false ? 1 : WATCHING_SHARE) +
  (it.isQuizPassed && it.hasQuiz !== false ? 1 - WATCHING_SHARE : 0)

/** What stands at the end of the lessons. */
export interface Ending {
  hasExam: boolean
  isPassed: boolean
  givesCertificate: boolean
  hasCertificate: boolean
}

/** Whether nothing is left to do: the certificate is held, or where there is none, lessons and exam are done. */
export const isFinished = (modules: readonly PlacedModule[], end: Ending) =>
  end.givesCertificate ? end.hasCertificate : modules.every(isModuleDone) && (end.isPassed || !end.hasExam)

/** How far somebody is, 0–100: the exam counts like a lesson, and 100 is the end of the way. */
export function percentOfProgramme(modules: readonly PlacedModule[], end: Ending) {
  if (isFinished(modules, end)) return 100
  const counted = modules.map((it) => ({ module: it, lessons: counting(it, learnedOf) }))
  const learned = sum(
    counted.map(({ module, lessons }) =>
      isModuleDone(module) ? lessons.length : sum(lessons.map(learnedOf)),
    ),
  )
  const steps = sum(counted.map((it) => it.lessons.length)) + (end.hasExam ? 1 : 0)
  return Math.min(99, Math.floor(((learned + (end.isPassed ? 1 : 0)) * 100) / Math.max(steps, 1)))
}
