import { Types } from 'mongoose'
import { Refusal } from '../../../http/errors.ts'
import { shanghaiDay } from '../../../infra/clock.ts'
import type { CertificateRecord } from '../../certificates/model.ts'
import { stateOf } from '../../certificates/rules.ts'
import * as certificates from '../../certificates/service.ts'
import type { OwnChild } from '../../org/policy.ts'
import { gradeName } from '../../org/tree/rules.ts'
import * as tree from '../../org/tree/service.ts'
import type { AttemptRecord } from '../exams/model.ts'
import { type Standing, standingOf } from '../exams/rules.ts'
import * as evidence from '../evidence/service.ts'
import * as exams from '../exams/service.ts'
import { type Met, programmeFor, programmesFor } from '../offers/service.ts'
import type { Learner } from '../policy.ts'
import type { EnrolmentRecord, ProgrammeRecord } from '../programmes/model.ts'
import * as programmes from '../programmes/service.ts'
import type { RenewalRecord } from '../renewals/model.ts'
import { renewableFrom, shortened } from '../renewals/rules.ts'
import * as renewals from '../renewals/service.ts'
import { anewSince, isDueAgain } from '../training/rules.ts'
import { placed } from './placing/rules.ts'
import {
  isFinished,
  isOfStage,
  lessonsDoneOf,
  lessonsNeeded,
  nextLesson,
  percentOfProgramme,
  type PlacedModule,
} from './rules.ts'
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
  /** There is a newer version than the one this person is on. */
  hasNewer: boolean
  /** Its modules with what was done of each lesson. */
  modules: PlacedModule[]
  watches: Map<string, WatchRecord>
  /** Of the lessons that have to be done; electives beyond that are not counted. */
  lessonsDone: number
  lessonsNeeded: number
  hasExam: boolean
  isFinished: boolean
  nextLessonId: Types.ObjectId | null
  percent: number
  standing: Standing | { state: 'locked'; attemptsLeftToday: number; nextAt: null }
  lastAttempt: AttemptRecord | null
  certificate: CertificateRecord | null
  /** On the shorter way to the next certificate: `programme` is the shorter one. */
  renewal: RenewalRecord | null
  /** The day from which the certificate may be renewed. */
  renewableFrom: string | null
  /** What has to be attended beside the lessons, and whether it was. */
  evidence: { what: string; isGiven: boolean } | null
  enrolment: EnrolmentRecord | null
  /** The version in which it may be learned anew this school year (A8). */
  again: ProgrammeRecord | null
}

/** Every programme this person meets: what is required first (A5), then what fits, was begun, or is near. */
export async function journeys(learner: Learner, children: OwnChild[], now: Date): Promise<Journey[]> {
  const [met, grades] = await Promise.all([programmesFor(learner), gradesOf(children)])
  const all = await Promise.all(met.map((it) => journeyOf(learner, it, [...grades.values()], now)))
  return all.sort(
    (a, b) =>
      Number(b.isRequired) - Number(a.isRequired) ||
      Number(b.isFitting) - Number(a.isFitting) ||
      Number(b.hasBegun) - Number(a.hasBegun) ||
      Number(b.isNear) - Number(a.isNear),
  )
}

/** One programme of this person by its name in addresses. */
export async function journey(learner: Learner, code: string, children: OwnChild[], now: Date) {
  const [met, grades] = await Promise.all([programmeFor(learner, code), gradesOf(children)])
  if (!met) throw new Refusal('not_found', '没有这门课程')
  return journeyOf(learner, met, [...grades.values()], now)
}

async function journeyOf(
  learner: Learner,
  { programme: whole, hasBegun, hasNewer, enrolment, offered }: Met,
  grades: string[],
  now: Date,
): Promise<Journey> {
  const { personId } = learner
  const { code, _id } = whole
  const [seen, sat, held, renewal] = await Promise.all([
    hasBegun ? watches.watchesOf(personId, _id) : [],
    hasBegun ? exams.attemptsOf(personId, code, anewSince(enrolment)) : [],
    hasBegun ? certificates.certificatesOf(personId) : [],
    hasBegun && whole.certificate?.renewal ? renewals.renewalOf(personId, code) : null,
  ])
  const programme = renewal ? shortened(whole, renewal.lessonIds) : whole
  // What was sat before a renewal counts for the certificate before it.
  const attempts = renewal ? sat.filter((it) => it.renews?.equals(renewal.certificateId)) : sat
  const modules = placed(programme, seen)
  const next = nextLesson(modules)
  const standing = standingOf(attempts, programme.exam, now)
  const certificate = held.find((it) => it.programmeCode === programme.code) ?? null
  const attended = programme.certificate?.evidence
  const end = {
    hasExam: hasExam(programme),
    isPassed: standing.state === 'passed',
    givesCertificate: programme.givesCertificate !== false,
    hasCertificate: certificate !== null && stateOf(certificate, shanghaiDay(now)) === 'valid' && !renewal,
  }
  const isFitting = fits(learner, programme, grades)
  const isDue =
    learner.audience === 'staff' && isDueAgain(enrolment, end, shanghaiDay(now), await learner.schoolYears())
  return {
    programme,
    hasBegun,
    hasNewer,
    isFitting,
    isRequired: isFitting && !programme.isOptional,
    isNear: grades.some((it) => isOfStage(it, programme.stage)),
    watches: new Map(seen.map((it) => [String(it.lessonId), it])),
    modules,
    lessonsDone: lessonsDoneOf(modules),
    lessonsNeeded: lessonsNeeded(modules),
    hasExam: end.hasExam,
    isFinished: isFinished(modules, end),
    nextLessonId: next && new Types.ObjectId(next.id),
    percent: percentOfProgramme(modules, end),
    standing:
      next && standing.state === 'open'
        ? { state: 'locked', attemptsLeftToday: standing.attemptsLeftToday, nextAt: null }
        : standing,
    lastAttempt: attempts[0] ?? null,
    certificate,
    renewal,
    renewableFrom: renewableFrom(programme, certificate),
    evidence: attended
      ? { what: attended.what, isGiven: await evidence.isGivenBy(personId, programme.code) }
      : null,
    enrolment,
    again: isDue ? offered : null,
  }
}

/** Whether a programme is written for this person: for a child's grade, or for a post they hold (A8). */
function fits(learner: Learner, programme: ProgrammeRecord, grades: string[]) {
  if (learner.audience === 'guardian') return programme.forGrades.some((it) => grades.includes(it))
  return !programme.isForClassTeachers || learner.posts.includes('class_teacher')
}

export const hasExam = ({ exam }: Pick<ProgrammeRecord, 'exam'>) => exam.draw > 0

/** The grade each child is in, by class: 七年级. */
export async function gradesOf(children: Pick<OwnChild, 'classId'>[]) {
  const units = await tree.findUnits(children.map((it) => it.classId))
  return new Map(units.flatMap((it) => (it.grade ? [[String(it._id), gradeName(it.grade)] as const] : [])))
}

/** A lesson of the version this person is on; of any other version it does not exist. */
export async function lessonFor(learner: Learner, lessonId: string) {
  const lesson = await programmes.findLesson(lessonId)
  const own = lesson && (await programmes.findProgramme(lesson.programmeId))
  const met = own && (await programmeFor(learner, own.code))
  if (!lesson || !met?.programme._id.equals(lesson.programmeId)) throw new Refusal('not_found', '没有这一课')
  const seen = met.hasBegun ? await watches.watchesOf(learner.personId, met.programme._id) : []
  watches.refuseEarly(met.programme, seen, lessonId)
  return {
    lesson,
    programme: met.programme,
    watch: seen.find((it) => it.lessonId.equals(lesson._id)) ?? null,
  }
}
