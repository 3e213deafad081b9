import { randomInt } from 'node:crypto'
import { Types } from 'mongoose'
import { instantInWords } from '../../../infra/clock.ts'
import { Refusal } from '../../../http/errors.ts'
import type { OwnChild } from '../../org/policy.ts'
import type { Learner } from '../policy.ts'
import type { AskedQuestion, ProgrammeRecord, QuestionRecord } from '../programmes/model.ts'
import * as programmes from '../programmes/service.ts'
import { AttemptModel, type AttemptRecord } from './model.ts'
import { drawPaper, isOver, isPass, isRight, standingOf } from './rules.ts'

/** More attempts than these no decision looks back on. */
const LOOK_BACK = 30
const random = () => randomInt(2 ** 32) / 2 ** 32

/** The attempts of a person at a programme, newest first; those since it was begun anew, where it was. */
export const attemptsOf = (personId: string, programmeCode: string, since: Date | null) =>
  AttemptModel.find({
    personId: new Types.ObjectId(personId),
    programmeCode,
    ...(since && { startedAt: { $gte: since } }),
  })
    .sort({ startedAt: -1 })
    .limit(LOOK_BACK)
    .lean<AttemptRecord[]>()

/** Begins an attempt, or gives the one that is running: there is one paper, however often the button is pressed. */
export async function start(
  learner: Learner,
  child: OwnChild | null,
  programme: ProgrammeRecord,
  now: Date,
  { renews, since }: { renews: Types.ObjectId | null; since: Date | null },
) {
  const sat = await attemptsOf(learner.personId, programme.code, since)
  const attempts = renews ? sat.filter((it) => it.renews?.equals(renews)) : sat
  const standing = standingOf(attempts, programme.exam, now)
  const [last] = attempts
  if (standing.state === 'running' && last) return last
  if (standing.state === 'passed') throw new Refusal('conflict', '您已经通过考试，不用再考了')
  if (standing.state === 'resting' && standing.nextAt) throw resting(standing.nextAt, now)
  if (last?.status === 'running') await expire(last)
  return begin(learner, child, programme, now, renews)
}

const resting = (nextAt: Date, now: Date) =>
  new Refusal(
    'conflict',
    `先回看一下课程，${instantInWords(nextAt)}以后可以再考`,
    (nextAt.getTime() - now.getTime()) / 1000,
  )

async function begin(
  learner: Learner,
  child: OwnChild | null,
  programme: ProgrammeRecord,
  now: Date,
  renews: Types.ObjectId | null,
) {
  const taught = new Map(programme.outline.map((it) => [String(it.lessonId), it.theme]))
  // A renewal asks about its own lessons only.
  const bank = (await programmes.bankOf(programme._id)).filter((it) => taught.has(String(it.lessonId)))
  const paper = drawPaper(
    bank.map((it) => ({ ...it, theme: taught.get(String(it.lessonId)) ?? '' })),
    programme.exam,
    random,
  )
  const key = { personId: new Types.ObjectId(learner.personId), programmeCode: programme.code }
  try {
    const attempt = await AttemptModel.create({
      ...key,
      programmeId: programme._id,
      studentId: child?.studentId ?? null,
      earnsCertificate: programme.givesCertificate !== false && child !== null,
      status: 'running',
      passPercent: programme.exam.passPercent,
      ...(child && { path: child.path }),
      renews,
      questions: paper.map(({ question, part, order }) => ({ questionId: question._id, part, order })),
      startedAt: now,
      endsAt: new Date(now.getTime() + programme.exam.minutesLimit * 60_000),
    })
    return attempt.toObject<AttemptRecord>()
  } catch (error) {
    if ((error as { code?: number }).code !== 11000) throw error
    const running = await AttemptModel.findOne({ ...key, status: 'running' }).lean<AttemptRecord>()
    if (!running) throw new Refusal('conflict', '请再试一次')
    return running
  }
}

/** Writes down that the time of an attempt is over. */
const expire = (attempt: AttemptRecord) =>
  AttemptModel.updateOne(
    { _id: attempt._id, status: 'running' },
    { status: 'expired', endedAt: attempt.endsAt },
  )

/** One attempt of this person; anybody else's does not exist. */
export async function findOwn(learner: Learner, attemptId: string) {
  const attempt = await AttemptModel.findOne({
    _id: attemptId,
    personId: new Types.ObjectId(learner.personId),
  }).lean<AttemptRecord>()
  if (!attempt) throw new Refusal('not_found', '没有这次考试')
  return attempt
}

/** A question as it stood on a paper; of a case one part, with the situation it is about. */
export interface Asked {
  question: AskedQuestion & {
    lessonId: Types.ObjectId
    inCase?: { situation: string; part: number; parts: number }
  }
  order: number[]
}

/** The questions of an attempt in the order they were asked. */
export async function askedIn(attempt: AttemptRecord): Promise<Asked[]> {
  const bank = new Map((await programmes.bankOf(attempt.programmeId)).map((it) => [String(it._id), it]))
  return attempt.questions.flatMap(({ questionId, part, order }) => {
    const question = bank.get(String(questionId))
    const asked = question && partOf(question, part ?? null)
    return asked ? [{ question: asked, order }] : []
  })
}

function partOf(question: QuestionRecord, part: number | null): Asked['question'] | null {
  const { kind, parts = [], lessonId, stem } = question
  if (kind !== 'case') return { ...question, kind }
  const asked = part === null ? undefined : parts[part]
  if (!asked || part === null) return null
  return { ...asked, lessonId, inCase: { situation: stem, part: part + 1, parts: parts.length } }
}

/**
 * Grades an attempt, once: the first answers count, whoever hands in again gets the result that stands. Answers that
 * come after the time and its grace are not looked at.
 */
export async function submit(learner: Learner, attemptId: string, answers: number[][], now: Date) {
  const attempt = await findOwn(learner, attemptId)
  if (attempt.status !== 'running') return attempt
  if (isOver(attempt, now)) {
    await expire(attempt)
    return findOwn(learner, attemptId)
  }
  const [asked, programme] = await Promise.all([
    askedIn(attempt),
    programmes.findProgramme(attempt.programmeId),
  ])
  if (!programme) throw new Error('An attempt without its programme')
  const right = grade(asked, answers)
  const isPassed = isPass(right, asked.length, attempt.passPercent ?? programme.exam.passPercent)
  const graded = await AttemptModel.findOneAndUpdate(
    { _id: attempt._id, status: 'running' },
    { status: isPassed ? 'passed' : 'failed', answers, right, endedAt: now },
    { returnDocument: 'after' },
  ).lean<AttemptRecord>()
  return graded ?? findOwn(learner, attemptId)
}

function grade(asked: Asked[], answers: number[][]) {
  if (answers.length > asked.length) throw new Refusal('invalid', '答案比题目还多，请刷新后再交')
  const outside = asked.some(({ question }, at) =>
    (answers[at] ?? []).some((it) => it >= question.options.length),
  )
  if (outside) throw new Refusal('invalid', '有一题的选项不对，请刷新后再交')
  return asked.filter(({ question, order }, at) => isRight(answers[at] ?? [], shownCorrect(question, order)))
    .length
}

/** Where the right options stand on this paper. */
export const shownCorrect = (question: Pick<AskedQuestion, 'correct'>, order: readonly number[]) =>
  question.correct.map((it) => order.indexOf(it)).sort((a, b) => a - b)

/** Attempts that were passed and have no certificate: the oldest first, a handful at a time. */
export const uncertified = (limit: number) =>
  AttemptModel.find({
    status: 'passed',
    certificateId: null,
    awaits: null,
    earnsCertificate: { $ne: false },
  })
    .sort({ endedAt: 1 })
    .limit(limit)
    .lean<AttemptRecord[]>()

export const noteCertificate = (attemptId: Types.ObjectId, certificateId: Types.ObjectId) =>
  AttemptModel.updateOne({ _id: attemptId, certificateId: null }, { certificateId })

/** Notes that something is still to come before the certificate, or that nothing is any more. */
export const setAwaits = (attemptId: Types.ObjectId, awaits: AttemptRecord['awaits']) =>
  AttemptModel.updateOne({ _id: attemptId, certificateId: null }, { awaits })

/** The passed attempts for a child that wait for evidence. */
export const awaitingEvidence = (studentId: string) =>
  AttemptModel.find({ studentId: new Types.ObjectId(studentId), awaits: 'evidence' })
    .limit(LOOK_BACK)
    .lean<AttemptRecord[]>()

/** Who of some people has passed. */
export async function passedAmong(personIds: string[], programmeCode: string) {
  const passed = await AttemptModel.find(
    { personId: { $in: personIds.map((it) => new Types.ObjectId(it)) }, programmeCode, status: 'passed' },
    { personId: 1 },
  ).lean<Pick<AttemptRecord, 'personId'>[]>()
  return new Set(passed.map((it) => String(it.personId)))
}
