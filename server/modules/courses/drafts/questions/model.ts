import { bankKind, type DraftQuestion } from '#contract/drafts'
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
    kind: { type: String, enum: bankKind.options, required: true },
    stem: { type: String, required: true },
    options: { type: [String], default: [] },
    correct: { type: [Number], default: [] },
    explanation: { type: String, default: '' },
    /** The questions of a case, as the contract has parsed them. */
    parts: { type: [Schema.Types.Mixed], default: undefined },
  },
  { strict: 'throw' },
)
// The same press of 加一题 adds one question; the bank is listed by the order in which it was written.
questionDraftSchema.index({ programmeDraftId: 1, requestId: 1 }, { unique: true })
questionDraftSchema.index({ programmeDraftId: 1, _id: 1 })

export type QuestionDraftRecord = Omit<InferSchemaType<typeof questionDraftSchema>, 'parts'> & {
  _id: Types.ObjectId
  parts?: DraftQuestion[]
}
export const QuestionDraftModel = model('QuestionDraft', questionDraftSchema)
