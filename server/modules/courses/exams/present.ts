import type { ExamPaper, ExamResult, Question, Reviewed } from '#contract/courses'
import type { ProgrammeRecord } from '../programmes/model.ts'
import type { AttemptRecord } from './model.ts'
import { isRight, scoreOf, type Standing } from './rules.ts'
import type { Asked } from './service.ts'
import { shownCorrect } from './service.ts'

/** A question on a paper, its options in the order of this paper; the situation of a case is told with each of its questions. */
function presentAsked({ question, order }: Asked): Question {
  const { kind, stem, inCase } = question
  const options = order.map((it) => question.options[it] ?? '')
  if (!inCase) return { kind, stem, options }
  return { kind, stem: `${inCase.situation}\n\n${stem}`, options, inCase: { ...inCase, stem } }
}

export function presentPaper(
  attempt: AttemptRecord,
  asked: Asked[],
  programme: ProgrammeRecord,
  now: Date,
): ExamPaper {
  return {
    attemptId: String(attempt._id),
    programmeCode: programme.code,
    programmeTitle: programme.title,
    startedAt: attempt.startedAt.toISOString(),
    endsAt: attempt.endsAt.toISOString(),
    now: now.toISOString(),
    questions: asked.map(presentAsked),
  }
}

/** A result: after passing every question is explained, after failing only the lessons to read again are named. */
export function presentResult(
  attempt: AttemptRecord,
  asked: Asked[],
  programme: ProgrammeRecord,
  standing: Standing,
): ExamResult {
  const reviewed = asked.map((it, at) => presentReviewed(it, attempt.answers[at] ?? []))
  const isPassed = attempt.status === 'passed'
  const weak = new Set(
    asked.filter((_, at) => !reviewed[at]?.isRight).map((it) => String(it.question.lessonId)),
  )
  return {
    attemptId: String(attempt._id),
    programmeCode: programme.code,
    programmeTitle: programme.title,
    outcome: isPassed ? 'passed' : attempt.status === 'failed' ? 'failed' : 'expired',
    score: scoreOf(attempt.right, asked.length),
    passPercent: attempt.passPercent ?? programme.exam.passPercent,
    right: attempt.right,
    total: asked.length,
    revise: isPassed
      ? []
      : programme.outline
          .filter((it) => weak.has(String(it.lessonId)))
          .map((it) => ({ lessonId: String(it.lessonId), title: it.title })),
    review: isPassed ? reviewed : [],
    certificateId: attempt.certificateId ? String(attempt.certificateId) : null,
    awaits: attempt.certificateId ? null : (attempt.awaits ?? null),
    attemptsLeftToday: standing.attemptsLeftToday,
    nextAt: standing.nextAt?.toISOString() ?? null,
  }
}

function presentReviewed(asked: Asked, chosen: number[]): Reviewed {
  const { question, order } = asked
  const correct = shownCorrect(question, order)
  return {
    ...presentAsked(asked),
    chosen,
    correct,
    isRight: isRight(chosen, correct),
    explanation: question.explanation,
  }
}
