import type { DraftCertificate, DraftExam } from '#contract/drafts'
import { audience, courseStage, draftStatus, moduleRule } from '#contract/drafts'
import { type InferSchemaType, model, Schema, type Types } from 'mongoose'

const id = Schema.Types.ObjectId
const part = { _id: false, strict: 'throw' } as const

const moduleSchema = new Schema(
  {
    title: { type: String, default: '' },
    rule: { type: String, enum: moduleRule.options, required: true },
    least: { type: Number, default: 0 },
    lessonIds: { type: [id], required: true },
  },
  part,
)

const examSchema = new Schema(
  {
    draw: { type: Number, required: true },
    drawPerLesson: { type: Number, required: true },
    passPercent: { type: Number, required: true },
    minutesLimit: { type: Number, required: true },
    attemptsPerDay: { type: Number, required: true },
    pauseMinutes: { type: Number, required: true },
    quotas: { type: Schema.Types.Mixed, default: null },
  },
  part,
)

const certificateSchema = new Schema(
  {
    until: { type: String, enum: ['end-of-stage', 'years'], required: true },
    years: { type: Number, default: null },
    /** As the contract has parsed it. */
    rules: { type: Schema.Types.Mixed },
  },
  part,
)

/** A programme as its authors write it. There is one for each code, for ever: what is published are versions of it. */
const programmeDraftSchema = new Schema(
  {
    code: { type: String, required: true },
    unitId: { type: id, required: true },
    unitName: { type: String, required: true },
    path: { type: String, required: true },
    authorId: { type: id, required: true },
    requestId: { type: String, required: true },
    status: { type: String, enum: draftStatus.options, default: 'draft' },
    /** Counts the saves of what stands in this document. */
    revision: { type: Number, default: 0 },
    title: { type: String, required: true },
    audience: { type: String, enum: audience.options, required: true },
    stage: { type: String, enum: courseStage.options, required: true },
    forGrades: { type: [String], default: [] },
    isForClassTeachers: { type: Boolean, default: false },
    isOptional: { type: Boolean, default: false },
    summary: { type: String, default: '' },
    hours: { type: Number, default: 0 },
    hoursNote: { type: String, default: '' },
    modules: { type: [moduleSchema], required: true },
    exam: { type: examSchema, default: null },
    certificate: { type: certificateSchema, default: null },
    /** Lessons and questions there are, counted as they are added: lists show them. */
    lessons: { type: Number, default: 0 },
    questions: { type: Number, default: 0 },
    editedAt: { type: Date, required: true },
    editedBy: { type: String, required: true },
    /** The unit that said yes to what stands here now, and when; gone with the next change. */
    approvedAt: { type: Date, default: null },
    returned: {
      type: new Schema(
        {
          words: { type: String, required: true },
          by: { type: String, required: true },
          at: { type: Date, required: true },
        },
        part,
      ),
      default: null,
    },
    publishAt: { type: Date, default: null },
    withdrawnAt: { type: Date, default: null },
    /** What it was adapted from. */
    source: {
      type: new Schema(
        {
          code: { type: String, required: true },
          version: { type: Number, required: true },
          unitName: { type: String, default: '' },
          title: { type: String, required: true },
        },
        part,
      ),
      default: null,
    },
    published: {
      type: new Schema(
        { version: { type: Number, required: true }, at: { type: Date, required: true } },
        part,
      ),
      default: null,
    },
  },
  { strict: 'throw' },
)
programmeDraftSchema.index({ code: 1 }, { unique: true })
// The same press of 新建 makes one programme.
programmeDraftSchema.index({ authorId: 1, requestId: 1 }, { unique: true })
programmeDraftSchema.index({ unitId: 1, editedAt: -1 })
// What waits below a unit for its yes; what waits for its day.
programmeDraftSchema.index({ path: 1 }, { partialFilterExpression: { status: 'submitted' } })
programmeDraftSchema.index({ publishAt: 1 }, { partialFilterExpression: { status: 'scheduled' } })

export type ProgrammeDraftRecord = Omit<
  InferSchemaType<typeof programmeDraftSchema>,
  'exam' | 'certificate' | 'published' | 'approvedAt' | 'returned' | 'publishAt' | 'withdrawnAt' | 'source'
> & {
  _id: Types.ObjectId
  exam: DraftExam | null
  certificate: DraftCertificate | null
  published: { version: number; at: Date } | null
  approvedAt?: Date | null
  returned?: { words: string; by: string; at: Date } | null
  publishAt?: Date | null
  withdrawnAt?: Date | null
  source?: { code: string; version: number; unitName: string; title: string } | null
}
export const ProgrammeDraftModel = model('ProgrammeDraft', programmeDraftSchema)
