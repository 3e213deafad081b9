import { Types } from 'mongoose'
import type { Deps } from '../../../infra/deps.ts'
import { AttemptModel, type AttemptRecord } from '../exams/model.ts'
import { EnrolmentModel, LessonModel, type LessonRecord } from '../programmes/model.ts'
import { evidenceOf, forgetEvidence } from '../evidence/service.ts'
import { ReflectionModel, type ReflectionRecord } from '../reflections/model.ts'
import { RenewalModel } from '../renewals/model.ts'
import { WatchModel, type WatchRecord } from '../watch/model.ts'

const MOST = 2000

/** What is kept of a person's studies: lessons with seconds seen, exams, and what was attended beside them. */
export async function studiesOf(personId: string) {
  const mine = { personId: new Types.ObjectId(personId) }
  const [watches, attempts, reflections, evidence] = await Promise.all([
    WatchModel.find(mine, { bits: 0 }).limit(MOST).lean<WatchRecord[]>(),
    AttemptModel.find(mine).sort({ startedAt: -1 }).limit(MOST).lean<AttemptRecord[]>(),
    ReflectionModel.find(mine).sort({ _id: -1 }).limit(MOST).lean<ReflectionRecord[]>(),
    evidenceOf(personId, MOST),
  ])
  const lessons = await LessonModel.find(
    { _id: { $in: [...watches, ...reflections].map((it) => it.lessonId) } },
    { title: 1 },
  ).lean<LessonRecord[]>()
  const titles = new Map(lessons.map((it) => [String(it._id), it.title]))
  return {
    watches: watches.map((it) => ({ ...it, title: titles.get(String(it.lessonId)) ?? '' })),
    attempts,
    evidence,
    reflections: reflections.map((it) => ({ ...it, title: titles.get(String(it.lessonId)) ?? '' })),
  }
}

/** Forgets a person's studies. Harmless twice. */
export async function forgetStudies(personId: string, deps: Pick<Deps, 'files'>) {
  const mine = { personId: new Types.ObjectId(personId) }
  await Promise.all([
    WatchModel.deleteMany(mine),
    AttemptModel.deleteMany(mine),
    EnrolmentModel.deleteMany(mine),
    ReflectionModel.deleteMany(mine),
    RenewalModel.deleteMany(mine),
    forgetEvidence(personId, deps),
  ])
}
