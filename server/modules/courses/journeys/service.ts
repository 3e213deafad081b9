import type { Types } from 'mongoose'
import { Refusal } from '../../../http/errors.ts'
import type { CertificateRecord } from '../../certificates/model.ts'
import * as certificates from '../../certificates/service.ts'
import type { OwnChild } from '../../org/policy.ts'
import { gradeName } from '../../org/tree/rules.ts'
import * as tree from '../../org/tree/service.ts'
import type { AttemptRecord } from '../exams/model.ts'
import { type Standing, standingOf } from '../exams/rules.ts'
import * as exams from '../exams/service.ts'
import type { Learner } from '../policy.ts'
import type { ProgrammeRecord } from '../programmes/model.ts'
import * as programmes from '../programmes/service.ts'
import { isDone, isOfStage, percentOfProgramme } from './rules.ts'
import type { WatchRecord } from '../watch/model.ts'
import * as watches from '../watch/service.ts'

/** Everything about one person in one programme that pages, todos and rules are decided by. */
export interface Journey {
  programme: ProgrammeRecord
  hasBegun: boolean
  /** Written for a grade that a child of this person is in. */
  isFitting: boolean
  /** Fitting, and that grade must hold its certificate (A5). */
  isRequired: boolean
  /** Written for the stage that a child of this person is in: 七年级 for a parent of 八年级. */
  isNear: boolean
  watches: Map<string, WatchRecord>
  lessonsDone: number
  nextLessonId: Types.ObjectId | null
  percent: number
  standing: Standing | { state: 'locked'; attemptsLeftToday: number; nextAt: null }
  lastAttempt: AttemptRecord | null
  certificate: CertificateRecord | null
}

/** Every programme this person meets: what a child's grade requires first (A5), then what fits it, was begun, or is near. */
export async function journeys(personId: string, children: OwnChild[], now: Date): Promise<Journey[]> {
  const [met, grades] = await Promise.all([programmes.programmesFor(personId), gradesOf(children)])
  const all = await Promise.all(met.map((it) => journeyOf(personId, it, [...grades.values()], now)))
  return all.sort(
    (a, b) =>
      Number(b.isRequired) - Number(a.isRequired) ||
      Number(b.isFitting) - Number(a.isFitting) ||
      Number(b.hasBegun) - Number(a.hasBegun) ||
      Number(b.isNear) - Number(a.isNear),
  )
}

/** One programme of this person by its name in addresses. */
export async function journey(personId: string, code: string, children: OwnChild[], now: Date) {
  const [met, grades] = await Promise.all([programmes.programmeFor(personId, code), gradesOf(children)])
  if (!met) throw new Refusal('not_found', '没有这门课程')
  return journeyOf(personId, met, [...grades.values()], now)
}

async function journeyOf(
  personId: string,
  { programme, hasBegun }: { programme: ProgrammeRecord; hasBegun: boolean },
  grades: string[],
  now: Date,
): Promise<Journey> {
  const [seen, attempts, held] = await Promise.all([
    hasBegun ? watches.watchesOf(personId, programme._id) : [],
    hasBegun ? exams.attemptsOf(personId, programme.code) : [],
    hasBegun ? certificates.certificatesOf(personId) : [],
  ])
  const byLesson = new Map(seen.map((it) => [String(it.lessonId), it]))
  const lessons = programme.outline.map(({ lessonId, seconds }) => ({
    lessonId,
    seconds,
    watched: byLesson.get(String(lessonId))?.watched ?? 0,
    isWatched: Boolean(byLesson.get(String(lessonId))?.completedAt),
    isQuizPassed: Boolean(byLesson.get(String(lessonId))?.quizPassedAt),
  }))
  const next = lessons.find((it) => !isDone(it))
  const standing = standingOf(attempts, programme.exam, now)
  const isFitting = programme.forGrades.some((it) => grades.includes(it))
  const certificate = held.find((it) => it.programmeCode === programme.code) ?? null
  return {
    programme,
    hasBegun,
    isFitting,
    isRequired: isFitting && !programme.isOptional,
    isNear: grades.some((it) => isOfStage(it, programme.stage)),
    watches: byLesson,
    lessonsDone: lessons.filter(isDone).length,
    nextLessonId: next?.lessonId ?? null,
    percent: percentOfProgramme(lessons, standing.state === 'passed', certificate?.status === 'valid'),
    standing:
      next && standing.state === 'open'
        ? { state: 'locked', attemptsLeftToday: standing.attemptsLeftToday, nextAt: null }
        : standing,
    lastAttempt: attempts[0] ?? null,
    certificate,
  }
}

/** The grade each child is in, by class: 七年级. */
export async function gradesOf(children: Pick<OwnChild, 'classId'>[]) {
  const units = await tree.findUnits(children.map((it) => it.classId))
  return new Map(units.flatMap((it) => (it.grade ? [[String(it._id), gradeName(it.grade)] as const] : [])))
}

/** A lesson of the version this person is on; of any other version it does not exist. */
export async function lessonFor(learner: Learner, lessonId: string) {
  const lesson = await programmes.findLesson(lessonId)
  const own = lesson && (await programmes.findProgramme(lesson.programmeId))
  const met = own && (await programmes.programmeFor(learner.personId, own.code))
  if (!lesson || !met?.programme._id.equals(lesson.programmeId)) throw new Refusal('not_found', '没有这一课')
  return { lesson, programme: met.programme, watch: await watches.watchOf(learner, lesson._id) }
}
