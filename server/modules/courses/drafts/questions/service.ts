import type { Types } from 'mongoose'
import { MOST_QUESTIONS, type QuestionDraft } from '#contract/drafts'
import { Refusal } from '../../../../http/errors.ts'
import { LessonDraftModel } from '../lessons/model.ts'
import { ProgrammeDraftModel } from '../model.ts'
import type { OwnDraft } from '../policy.ts'
import { bankProblem, STALE } from '../rules.ts'
import { editing } from '../service.ts'
import { QuestionDraftModel, type QuestionDraftRecord } from './model.ts'

export const findQuestionDraft = (questionDraftId: string) =>
  QuestionDraftModel.findById(questionDraftId).lean<QuestionDraftRecord>()

/** The whole bank of a draft, in the order it was written. */
export const questionsOf = (programmeDraftId: Types.ObjectId) =>
  QuestionDraftModel.find({ programmeDraftId })
    .sort({ _id: 1 })
    .limit(MOST_QUESTIONS)
    .lean<QuestionDraftRecord[]>()

type Content = Omit<QuestionDraft, 'id' | 'revision'>

/** Adds a question; the same request again gives the one it added the first time. */
export async function addQuestion(own: OwnDraft, requestId: string, content: Content, now: Date) {
  const key = { programmeDraftId: own.draft._id, requestId }
  return editing(own, now, async () => {
    await check(own, content)
    const before = await QuestionDraftModel.findOne(key).lean<QuestionDraftRecord>()
    if (before) return before
    const question = await QuestionDraftModel.create({ ...content, ...key })
    const { matchedCount } = await ProgrammeDraftModel.updateOne(
      { _id: own.draft._id, questions: { $lt: MOST_QUESTIONS } },
      { $inc: { questions: 1 } },
    )
    if (matchedCount === 0) throw new Refusal('conflict', `题库最多${MOST_QUESTIONS}题`)
    return question.toObject<QuestionDraftRecord>()
  })
}

async function check({ draft }: OwnDraft, content: Content) {
  const problem = bankProblem(content)
  if (problem) throw new Refusal('invalid', problem)
  const lesson = await LessonDraftModel.exists({ _id: content.lessonId, programmeDraftId: draft._id })
  if (!lesson) throw new Refusal('invalid', '这道题要归到本课程的一课')
}

/** Saves a question over the revision that was read, and over no other. */
export async function saveQuestion(
  own: OwnDraft,
  question: QuestionDraftRecord,
  revision: number,
  content: Content,
  now: Date,
) {
  return editing(own, now, async () => {
    await check(own, content)
    const saved = await QuestionDraftModel.findOneAndUpdate(
      { _id: question._id, revision },
      { $set: content, $inc: { revision: 1 } },
      { returnDocument: 'after', runValidators: true },
    ).lean<QuestionDraftRecord>()
    if (!saved) throw new Refusal('conflict', STALE)
    return saved
  })
}

export async function removeQuestion(own: OwnDraft, question: QuestionDraftRecord, now: Date) {
  return editing(own, now, async () => {
    const { deletedCount } = await QuestionDraftModel.deleteOne({ _id: question._id })
    if (deletedCount === 0) throw new Refusal('not_found', '没有这道题')
    await ProgrammeDraftModel.updateOne({ _id: own.draft._id }, { $inc: { questions: -1 } })
  })
}
