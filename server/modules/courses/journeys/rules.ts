import { percentOf } from '../watch/rules.ts'

/** Seeing a lesson is most of it; its three questions are the rest. */
const WATCHING_SHARE = 0.8

export interface LessonFacts {
  seconds: number
  watched: number
  isWatched: boolean
  isQuizPassed: boolean
}

export const isDone = (lesson: LessonFacts) => lesson.isWatched && lesson.isQuizPassed

const GRADES_OF: Record<string, RegExp> = {
  幼儿园: /班$/,
  小学: /^[一二三四五六]年级$/,
  初中: /^[七八九]年级$/,
  高中: /^高/,
  中职: /^职/,
}

/** Whether a grade by its name lies in a stage: 八年级 in 初中. */
export const isOfStage = (grade: string, stage: string) => GRADES_OF[stage]?.test(grade) ?? false

/** How far somebody is on the way to a certificate, 0–100: the exam counts like a lesson, and 100 is the certificate. */
export function percentOfProgramme(
  lessons: readonly LessonFacts[],
  isPassed: boolean,
  hasCertificate: boolean,
) {
  if (hasCertificate) return 100
  const learned = lessons.reduce(
    (sum, it) =>
      sum +
      (percentOf(it.watched, it.seconds, it.isWatched) / 100) * WATCHING_SHARE +
      (it.isQuizPassed ? 1 - WATCHING_SHARE : 0),
    0,
  )
  return Math.min(99, Math.floor(((learned + (isPassed ? 1 : 0)) * 100) / (lessons.length + 1)))
}
