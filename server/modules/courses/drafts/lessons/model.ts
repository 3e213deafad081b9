import type { Block } from '#contract/courses'
import { lessonKind, questionKind } from '#contract/courses'
import type { DraftQuestion } from '#contract/drafts'
import { type InferSchemaType, model, Schema, type Types } from 'mongoose'

const id = Schema.Types.ObjectId
const part = { _id: false, strict: 'throw' } as const

const runSchema = new Schema(
  { text: { type: String, default: '' }, isBold: { type: Boolean, required: true } },
  part,
)
const blockSchema = new Schema(
  {
    kind: { type: String, enum: ['heading', 'paragraph', 'list', 'quote'], required: true },
    lines: { type: [[runSchema]], required: true },
  },
  part,
)
const questionSchema = new Schema(
  {
    kind: { type: String, enum: questionKind.options, required: true },
    stem: { type: String, required: true },
    options: { type: [String], required: true },
    correct: { type: [Number], required: true },
    explanation: { type: String, default: '' },
  },
  part,
)

/** A lesson as its authors write it; where it stands is said by the modules of its programme. */
const lessonDraftSchema = new Schema(
  {
    programmeDraftId: { type: id, required: true },
    requestId: { type: String, required: true },
    revision: { type: Number, default: 0 },
    kind: { type: String, enum: lessonKind.options, required: true },
    title: { type: String, required: true },
    theme: { type: String, default: '' },
    summary: { type: String, default: '' },
    minutes: { type: Number, default: 5 },
    hours: { type: Number, default: 1 },
    poster: { type: String, default: '' },
    assetIds: { type: [id], default: [] },
    blocks: { type: [blockSchema], default: [] },
    sources: { type: [String], default: [] },
    quiz: { type: [questionSchema], default: [] },
    editedAt: { type: Date, required: true },
    editedBy: { type: String, required: true },
  },
  { strict: 'throw' },
)
// The same press of 加一课 adds one lesson.
lessonDraftSchema.index({ programmeDraftId: 1, requestId: 1 }, { unique: true })

export type LessonDraftRecord = Omit<InferSchemaType<typeof lessonDraftSchema>, 'blocks' | 'quiz'> & {
  _id: Types.ObjectId
  blocks: Block[]
  quiz: DraftQuestion[]
}
export const LessonDraftModel = model('LessonDraft', lessonDraftSchema)
