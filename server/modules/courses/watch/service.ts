import { Types } from 'mongoose'
import type { Stretch } from '#contract/courses'
import { Refusal } from '../../../http/errors.ts'
import { placed } from '../journeys/placing/rules.ts'
import { heldBackBy } from '../journeys/rules.ts'
import { programmeFor } from '../offers/service.ts'
import type { Learner } from '../policy.ts'
import type { LessonRecord, ProgrammeRecord } from '../programmes/model.ts'
import * as programmes from '../programmes/service.ts'
import { WatchModel, type WatchRecord } from './model.ts'
import { isReflected } from '../programmes/lessons/rules.ts'
import { credit, freshLedger, gateOf, isComplete, type Ledger } from './rules.ts'

/** Two phones of one parent may collide now and then, not eight times running. */
const TRIES = 8

export interface Played {
  ranges: Stretch[]
  position: number
  playback?: number | undefined
}

/**
 * Credits one beat. Two reads and one write; the write holds only if no other beat came between, so two parallel beats
 * cannot spend the same credit: the second looks again and finds what is left. A lost beat costs fifteen seconds and no
 * promise is broken, so one node's acknowledgement is enough.
 */
export async function beat(learner: Learner, lessonId: string, played: Played, now: Date) {
  const lesson = await programmes.findLessonLength(lessonId)
  if (!lesson) throw new Refusal('not_found', '没有这一课')
  const key = { personId: new Types.ObjectId(learner.personId), lessonId: lesson._id }
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const record = await WatchModel.findOne(key).lean<WatchRecord>()
    if (!record) await admit(learner, lesson, now)
    const result = credit(
      record ? ledgerOf(record) : freshLedger(lesson.seconds),
      played,
      lesson.seconds,
      now,
      gateOf(lesson.stops ?? [], record),
    )
    if (await keep(key, record, lesson, played, result.ledger, now)) {
      const isWatched = Boolean(record?.completedAt) || isComplete(result.ledger, lesson.seconds)
      return {
        ...result,
        seconds: lesson.seconds,
        isWatched,
        isFirst: isWatched && !record?.completedAt,
        lesson,
      }
    }
  }
  throw new Refusal('conflict', '另一台设备正在学这一课，请稍后再试', 2)
}

/**
 * The first beat of a lesson begins the programme; a version nobody may begin any more has no lessons to offer, and one
 * that is held back by another waits for it.
 */
async function admit(learner: Learner, lesson: Pick<LessonRecord, '_id' | 'programmeId'>, now: Date) {
  const { programmeId } = lesson
  const programme = await programmes.findProgramme(programmeId)
  const met = programme && (await programmeFor(learner, programme.code))
  if (!met?.programme._id.equals(programmeId)) {
    throw new Refusal('conflict', '课程有了新版本，请回到课程页重新打开')
  }
  refuseEarly(met.programme, await watchesOf(learner.personId, programmeId), String(lesson._id))
  const held = await programmes.enrol(learner.personId, met.programme, now)
  if (!held.equals(programmeId)) throw new Refusal('conflict', '课程有了新版本，请回到课程页重新打开')
}

/** Refuses a lesson of a module in order whose turn has not come. */
export function refuseEarly(programme: ProgrammeRecord, seen: readonly WatchRecord[], lessonId: string) {
  const module = placed(programme, seen).find((it) => it.lessons.some((one) => one.id === lessonId))
  const first = module && heldBackBy(module, lessonId)
  if (first) throw new Refusal('conflict', `这个单元要按顺序学，请先学完《${first.title}》`)
}

async function keep(
  key: { personId: Types.ObjectId; lessonId: Types.ObjectId },
  record: WatchRecord | null,
  lesson: programmes.LessonLength,
  { playback }: Played,
  ledger: Ledger,
  now: Date,
) {
  const change = {
    ...ledger,
    bits: Buffer.from(ledger.bits),
    ...(playback && { playback }),
    ...(isComplete(ledger, lesson.seconds) && !record?.completedAt && { completedAt: now }),
    // Where nothing is asked afterwards, having studied is all there is to do.
    ...(isComplete(ledger, lesson.seconds) &&
      !record?.quizPassedAt &&
      lesson.quiz.length === 0 &&
      !isReflected(lesson.kind) && { quizPassedAt: now }),
  }
  if (record) {
    const { matchedCount } = await WatchModel.updateOne(
      { ...key, revision: record.revision },
      { $set: change, $inc: { revision: 1 } },
      { writeConcern: { w: 1 } },
    )
    return matchedCount === 1
  }
  try {
    await WatchModel.create({ ...key, programmeId: lesson.programmeId, ...change, revision: 1 })
    return true
  } catch (error) {
    if ((error as { code?: number }).code === 11000) return false
    throw error
  }
}

/** The stored ledger; a lean read gives BSON's own binary. */
export function ledgerOf(record: WatchRecord): Ledger {
  const bits = record.bits as unknown as Uint8Array | { buffer: Uint8Array }
  return {
    bits: bits instanceof Uint8Array ? bits : bits.buffer,
    creditMs: record.creditMs,
    lastBeatAt: record.lastBeatAt ?? null,
    spentMs: record.spentMs,
    watched: record.watched,
    position: record.position,
  }
}

export const watchOf = (learner: Learner, lessonId: Types.ObjectId) =>
  WatchModel.findOne({ personId: new Types.ObjectId(learner.personId), lessonId }).lean<WatchRecord>()

/** What one person has done in one version of a programme. */
export const watchesOf = (personId: string, programmeId: Types.ObjectId) =>
  WatchModel.find({ personId: new Types.ObjectId(personId), programmeId }).lean<WatchRecord[]>()

/** The same for many people at once, without the bits; any version of the programme. */
export const progressOfPeople = (personIds: string[], programmeIds: Types.ObjectId[]) =>
  WatchModel.find(
    { personId: { $in: personIds.map((it) => new Types.ObjectId(it)) }, programmeId: { $in: programmeIds } },
    { bits: 0 },
  ).lean<Omit<WatchRecord, 'bits'>[]>()

/** Notes that a question within the film was answered; harmless twice. False before the first beat. */
export async function noteStop(learner: Learner, lessonId: Types.ObjectId, at: number) {
  const { matchedCount } = await WatchModel.updateOne(
    { personId: new Types.ObjectId(learner.personId), lessonId },
    { $addToSet: { answeredStops: at }, $inc: { revision: 1 } },
  )
  return matchedCount === 1
}

/** Notes a try at the quiz of a lesson that was watched to the end; once passed it stays passed. */
export async function noteQuiz(learner: Learner, lessonId: Types.ObjectId, isPassed: boolean, now: Date) {
  const key = { personId: new Types.ObjectId(learner.personId), lessonId, completedAt: { $ne: null } }
  const { matchedCount } = await WatchModel.updateOne(key, { $inc: { quizTries: 1 } })
  if (matchedCount === 0) throw new Refusal('conflict', '请先学完这一课，再来答题')
  if (isPassed) await WatchModel.updateOne({ ...key, quizPassedAt: null }, { quizPassedAt: now })
}

/** A task was ticked or a question answered, which is what its lesson asks for after reading. */
export async function noteReflection(learner: Learner, lessonId: Types.ObjectId, now: Date) {
  const key = { personId: new Types.ObjectId(learner.personId), lessonId, completedAt: { $ne: null } }
  const watch = await WatchModel.findOne(key, { _id: 1 }).lean()
  if (!watch) throw new Refusal('conflict', '请先读完这一课')
  await WatchModel.updateOne({ ...key, quizPassedAt: null }, { quizPassedAt: now })
}
