import type { Block } from '#contract/courses'
import { type LessonMedium, MEDIA } from '#contract/lesson-parts'
import type { DraftQuestion } from '#contract/drafts'
import { type InferSchemaType, model, Schema, type Types } from 'mongoose'
import { blockSchema, questionParts, stopSchema } from '../../programmes/lessons/model.ts'

const id = Schema.Types.ObjectId
const part = { _id: false, strict: 'throw' } as const

/** A lesson as its authors write it; where it stands is said by the modules of its programme. */
const lessonDraftSchema = new Schema(
  {
    programmeDraftId: { type: id, required: true },
    requestId: { type: String, required: true },
    revision: { type: Number, default: 0 },
    kind: { type: String, enum: MEDIA, required: true },
    title: { type: String, required: true },
    theme: { type: String, default: '' },
    summary: { type: String, default: '' },
    minutes: { type: Number, default: 5 },
    hours: { type: Number, default: 1 },
    poster: { type: String, default: '' },
    assetIds: { type: [id], default: [] },
    /** The published lesson it was adapted from: its film, sound, pictures or document are shown until others are chosen. */
    mediaFrom: { type: id, default: null },
    blocks: { type: [blockSchema], default: [] },
    sources: { type: [String], default: [] },
    quiz: { type: [new Schema(questionParts, part)], default: [] },
    prompt: { type: String, default: '' },
    stops: { type: [stopSchema], default: [] },
    editedAt: { type: Date, required: true },
    editedBy: { type: String, required: true },
  },
  { strict: 'throw' },
)
// The same press of 加一课 adds one lesson.
lessonDraftSchema.index({ programmeDraftId: 1, requestId: 1 }, { unique: true })

export type LessonDraftRecord = Omit<
  InferSchemaType<typeof lessonDraftSchema>,
  'kind' | 'blocks' | 'quiz' | 'stops' | 'prompt'
> & {
  _id: Types.ObjectId
  kind: LessonMedium
  /** Absent in drafts from before there were such kinds. */
  prompt?: string
  stops?: (DraftQuestion & { at: number })[]
  blocks: Block[]
  quiz: DraftQuestion[]
}
export const LessonDraftModel = model('LessonDraft', lessonDraftSchema)
