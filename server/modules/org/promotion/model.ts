import { outcome, promotionStatus } from '#contract/promotion'
import type { MovedPost } from '../../accounts/moves/service.ts'
import { type InferSchemaType, model, Schema, type Types } from 'mongoose'

const id = Schema.Types.ObjectId
const count = { type: Number, default: 0 }

/** One promotion of a district or school: its status is the queue, the worker only asks what is due. */
const promotionSchema = new Schema(
  {
    unitId: { type: id, required: true },
    path: { type: String, required: true },
    unitName: { type: String, required: true },
    year: { type: Number, required: true },
    status: { type: String, enum: promotionStatus.options, default: 'draft', required: true },
    begunBy: { type: id, required: true },
    begunByName: { type: String, default: '' },
    classes: count,
    students: count,
    graduates: count,
    classesDone: count,
    kept: count,
    /** Who pressed the button: the log names them, although a worker does it. */
    orderedBy: { type: id, default: null },
    appliedAt: { type: Date, default: null },
    undoneAt: { type: Date, default: null },
    /** Grades that did not exist before: undone, they go again. */
    madeGrades: { type: [id], default: [] },
    /** Until when a worker is at it; past that another one takes over. */
    leaseUntil: { type: Date, default: () => new Date(0) },
  },
  { timestamps: true, strict: 'throw' },
)
// One promotion of a unit to a year at a time, whoever begins it.
promotionSchema.index(
  { unitId: 1, year: 1 },
  {
    unique: true,
    partialFilterExpression: { status: { $in: ['draft', 'applying', 'undoing'] } },
  },
)
promotionSchema.index({ unitId: 1, _id: -1 })
promotionSchema.index({ path: 1, status: 1 })
promotionSchema.index(
  { status: 1, leaseUntil: 1 },
  { partialFilterExpression: { status: { $in: ['applying', 'undoing'] } } },
)
export type PromotionRecord = InferSchemaType<typeof promotionSchema> & {
  _id: Types.ObjectId
  createdAt: Date
}
export const PromotionModel = model('Promotion', promotionSchema)

const targetSchema = new Schema(
  {
    /** Drawn when the plan is made, so that a class that was made before a crash is found again. */
    classId: { type: id, required: true },
    name: { type: String, required: true },
    code: { type: String, required: true },
    grade: { type: Number, required: true },
  },
  { _id: false },
)

/** What becomes of one class, and afterwards all it takes to turn it back. */
const moveSchema = new Schema(
  {
    promotionId: { type: id, required: true },
    /** Schools one after the other, in each the highest grade first: a class moves up into a grade that was cleared. */
    order: { type: String, required: true },
    classId: { type: id, required: true },
    schoolId: { type: id, required: true },
    path: { type: String, required: true },
    name: { type: String, required: true },
    className: { type: String, required: true },
    code: { type: String, required: true },
    grade: { type: Number, required: true },
    campus: { type: String, default: '' },
    entryYear: { type: Number, required: true },
    students: count,
    outcome: { type: String, enum: outcome.options, required: true },
    into: { type: [targetSchema], default: [] },
    /** In the last grade of its school: its children can only leave. */
    isLast: { type: Boolean, default: false },
    /** The class whose target this one shares. */
    mergedWith: { type: id, default: null },
    state: { type: String, enum: ['waiting', 'done', 'undone'], default: 'waiting', required: true },
    doneAt: { type: Date, default: null },
    studentIds: { type: [id], default: [] },
    posts: {
      type: [
        new Schema(
          {
            personId: { type: id, required: true },
            oldPostId: { type: id, required: true },
            newPostId: { type: id, default: null },
            until: { type: Date, default: null },
          },
          { _id: false },
        ),
      ],
      default: [],
    },
    /** Whether its families still have to hear of it. */
    news: { type: String, enum: ['due', 'told'] },
    joinCode: { type: String, default: null },
    schoolYear: { type: Number, default: null },
    /** Undone: students who stay where people have put them since. */
    keptIds: { type: [id], default: [] },
  },
  { strict: 'throw', versionKey: false },
)
moveSchema.index({ promotionId: 1, classId: 1 }, { unique: true })
moveSchema.index({ promotionId: 1, state: 1, order: 1 })
moveSchema.index({ promotionId: 1, schoolId: 1, order: 1 })
moveSchema.index({ news: 1, _id: 1 }, { partialFilterExpression: { news: 'due' } })
export interface Target {
  classId: Types.ObjectId
  name: string
  code: string
  grade: number
}
export type MoveRecord = Omit<
  InferSchemaType<typeof moveSchema>,
  'into' | 'posts' | 'studentIds' | 'keptIds'
> & {
  _id: Types.ObjectId
  into: Target[]
  posts: MovedPost[]
  studentIds: Types.ObjectId[]
  keptIds: Types.ObjectId[]
}
export const MoveModel = model('PromotionMove', moveSchema)
