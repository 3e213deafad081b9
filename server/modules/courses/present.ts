import type {
  Lesson,
  LessonRow,
  ModuleRow,
  MyProgramme,
  ProgrammeCard,
  Question,
  QuizAnswered,
  Reviewed,
} from '#contract/courses'
import type { MyReflection } from '#contract/lesson-parts'
import { shanghaiDay } from '../../infra/clock.ts'
import { stateOf } from '../certificates/rules.ts'
import {
  doneOf,
  heldBackBy,
  isModuleDone,
  neededOf,
  type PlacedModule,
  ruleInWords,
} from './journeys/rules.ts'
import type { Journey } from './journeys/service.ts'
import { firstKindOf } from './programmes/lessons/rules.ts'
import type { LessonRecord, ProgrammeRecord } from './programmes/model.ts'
import { lessonsAgain } from './renewals/rules.ts'
import type { WatchRecord } from './watch/model.ts'
import { freshLedger, furthestOf, type Ledger, percentOf, resumeAt } from './watch/rules.ts'
import { ledgerOf } from './watch/service.ts'

export function presentCard(journey: Journey, now: Date): ProgrammeCard {
  const { programme, certificate } = journey
  const { code, title, stage, forGrades, summary, hours } = programme
  return {
    code,
    title,
    stage,
    forGrades,
    summary,
    hours,
    isFitting: journey.isFitting,
    isRequired: journey.isRequired,
    hasBegun: journey.hasBegun,
    lessonsDone: journey.lessonsDone,
    lessonsTotal: journey.lessonsNeeded,
    lessonsOffered: programme.outline.length,
    percent: journey.percent,
    isRecommended: !journey.isRequired && (journey.isFitting || journey.isNear),
    isFinished: journey.isFinished,
    hasNewer: journey.hasNewer,
    hasExam: journey.hasExam,
    givesCertificate: programme.givesCertificate !== false,
    unitName: programme.unitName ?? '',
    source: programme.source ?? null,
    abilities: { learnAgain: journey.again !== null },
    timesBefore: journey.enrolment?.earlier?.length ?? 0,
    certificate: certificate && {
      id: String(certificate._id),
      number: certificate.number,
      state: stateOf(certificate, shanghaiDay(now)),
    },
  }
}

export function presentMyProgramme(journey: Journey, now: Date): MyProgramme {
  const { programme, standing, watches, lastAttempt } = journey
  return {
    ...presentCard(journey, now),
    hoursNote: programme.hoursNote,
    validityText: programme.validity.text,
    lessons: programme.outline.map((it, at) => ({
      ...presentLessonRow(it, at, watches.get(String(it.lessonId))),
      lockedBecause: lockOf(journey.modules, String(it.lessonId)),
    })),
    modules: journey.modules.map(presentModule),
    nextLessonId: journey.nextLessonId ? String(journey.nextLessonId) : null,
    exam: {
      rules: programme.exam,
      state: standing.state,
      attemptsLeftToday: standing.attemptsLeftToday,
      nextAt: standing.nextAt?.toISOString() ?? null,
      attemptId: lastAttempt ? String(lastAttempt._id) : null,
    },
    isForFamily: programme.certificate?.per === 'family',
    evidence: journey.evidence,
    isIssuedBySchool: programme.certificate?.issuedBy === 'school',
    awaits: lastAttempt?.certificateId ? null : (lastAttempt?.awaits ?? null),
    renewal: presentRenewal(journey, now),
  }
}

/** Whether the certificate can be renewed, from which day, and whether that has begun. */
function presentRenewal({ programme, renewal, certificate, renewableFrom }: Journey, now: Date) {
  if (!renewableFrom || !certificate) return null
  const isOpen = shanghaiDay(now) >= renewableFrom
  return {
    state: renewal ? ('begun' as const) : isOpen ? ('open' as const) : ('later' as const),
    opensOn: renewableFrom,
    lessons: renewal ? programme.outline.length : lessonsAgain(programme).length,
  }
}

/** Why a lesson cannot be begun yet, as the row says it. */
function lockOf(modules: readonly PlacedModule[], lessonId: string) {
  const module = modules.find((it) => it.lessons.some((one) => one.id === lessonId))
  const first = module && heldBackBy(module, lessonId)
  return first ? `先学完《${first.title}》` : null
}

const presentModule = (it: PlacedModule): ModuleRow => ({
  title: it.title,
  rule: ruleInWords(it),
  needed: neededOf(it),
  done: Math.min(doneOf(it), neededOf(it)),
  unit: it.rule === 'credits' ? '学时' : '课',
  isElective: it.rule === 'credits' || it.rule === 'atLeast',
  isDone: isModuleDone(it),
  lessonIds: it.lessons.map((one) => one.id),
})

function presentLessonRow(
  it: ProgrammeRecord['outline'][number],
  at: number,
  watch: WatchRecord | undefined,
): LessonRow {
  const watched = watch?.watched ?? 0
  return {
    id: String(it.lessonId),
    number: at + 1,
    title: it.title,
    kind: firstKindOf(it.kind),
    medium: it.kind,
    theme: it.theme,
    summary: it.summary,
    minutes: it.minutes,
    poster: it.poster,
    watchedPercent: percentOf(watched, it.seconds, Boolean(watch?.completedAt)),
    isWatched: Boolean(watch?.completedAt),
    isQuizPassed: Boolean(watch?.quizPassedAt),
    hours: it.hours ?? 1,
  }
}

/** Named one by one: `correct` and `explanation` stay behind. */
export const presentQuestion = ({ kind, stem, options }: Question): Question => ({ kind, stem, options })

export function presentProgress(ledger: Ledger, seconds: number, isWatched: boolean) {
  return {
    seconds,
    watchedPercent: percentOf(ledger.watched, seconds, isWatched),
    resumeAt: resumeAt(ledger, seconds),
    furthest: furthestOf(ledger.bits, seconds),
    isWatched,
  }
}

export function presentLesson(
  lesson: LessonRecord,
  programme: ProgrammeRecord,
  watch: WatchRecord | null,
  reflection: MyReflection | null,
): Lesson {
  const next = programme.outline[lesson.number]
  return {
    id: String(lesson._id),
    programmeCode: programme.code,
    programmeTitle: programme.title,
    number: lesson.number,
    lessonsTotal: programme.outline.length,
    title: lesson.title,
    kind: firstKindOf(lesson.kind),
    medium: lesson.kind,
    theme: lesson.theme,
    summary: lesson.summary,
    minutes: lesson.minutes,
    poster: lesson.poster,
    video: lesson.video ?? null,
    sound: lesson.sound ?? null,
    slides: lesson.slides ?? [],
    paper: lesson.paper ?? null,
    prompt: lesson.prompt ?? '',
    reflection,
    stops: (lesson.stops ?? []).map((it) => ({
      ...presentQuestion(it),
      at: it.at,
      isAnswered: Boolean(watch?.completedAt ?? watch?.answeredStops.includes(it.at)),
    })),
    blocks: lesson.blocks,
    sources: lesson.sources,
    progress: presentProgress(
      watch ? ledgerOf(watch) : freshLedger(lesson.seconds),
      lesson.seconds,
      Boolean(watch?.completedAt),
    ),
    quiz: lesson.quiz.map(presentQuestion),
    isQuizPassed: Boolean(watch?.quizPassedAt),
    nextLessonId: next ? String(next.lessonId) : null,
    hasExam: programme.exam.draw > 0,
  }
}

export const presentReviewedStop = ({
  stop,
  chosen,
  isRight: right,
}: {
  stop: Question & { correct: number[]; explanation: string }
  chosen: number[]
  isRight: boolean
}): Reviewed => ({
  ...presentQuestion(stop),
  chosen,
  correct: stop.correct,
  isRight: right,
  explanation: stop.explanation,
})

export function presentQuizAnswered(
  lesson: LessonRecord,
  answers: number[][],
  rights: boolean[],
): QuizAnswered {
  return {
    isPassed: rights.every(Boolean),
    questions: lesson.quiz.map((it, at) => ({
      ...presentQuestion(it),
      chosen: answers[at] ?? [],
      correct: it.correct,
      isRight: rights[at] ?? false,
      explanation: it.explanation,
    })),
  }
}
