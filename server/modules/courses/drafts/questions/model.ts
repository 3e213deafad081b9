import { questionKind } from '#contract/courses'
import { type InferSchemaType, model, Schema, type Types } from 'mongoose'

const id = Schema.Types.ObjectId

/** A question of the bank as its authors write it. */
const questionDraftSchema = new Schema(
  {
    programmeDraftId: { type: id, required: true },
    requestId: { type: String, required: true },
    revision: { type: Number, default: 0 },
    lessonId: { type: id, required: true },
    difficulty: { type: Number, required: true },
    kind: { type: String, enum: questionKind.options, required: true },
    stem: { type: String, required: true },
    options: { type: [String], required: true },
    correct: { type: [Number], required: true },
    explanation: { type: String, default: '' },
  },
  { strict: 'throw' },
)
// The same press of 加一题 adds one question; the bank is listed by the order in which it was written.
questionDraftSchema.index({ programmeDraftId: 1, requestId: 1 }, { unique: true })
questionDraftSchema.index({ programmeDraftId: 1, _id: 1 })

export type QuestionDraftRecord = InferSchemaType<typeof questionDraftSchema> & { _id: Types.ObjectId }
export const QuestionDraftModel = model('QuestionDraft', questionDraftSchema)
