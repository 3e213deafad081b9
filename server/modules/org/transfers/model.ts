import { transferStatus } from '#contract/transfers'
import { type InferSchemaType, model, Schema, type Types } from 'mongoose'

const id = Schema.Types.ObjectId

/** One student on the way from one school to another. Its status is what both schools see. */
const transferSchema = new Schema(
  {
    studentId: { type: id, required: true },
    studentName: { type: String, required: true },
    number: { type: String, required: true },
    fromSchoolId: { type: id, required: true },
    fromPath: { type: String, required: true },
    fromSchool: { type: String, required: true },
    fromClass: { type: String, required: true },
    toSchoolId: { type: id, required: true },
    toPath: { type: String, required: true },
    toSchool: { type: String, required: true },
    status: { type: String, enum: transferStatus.options, required: true },
    note: { type: String, default: '' },
    openedBy: { type: id, required: true },
    openedByName: { type: String, default: '' },
    /** Which of the two schools began it: that one may take it back. */
    openedAt: { type: String, enum: ['from', 'to'], required: true },
    decidedBy: { type: id, default: null },
    decidedByName: { type: String, default: null },
    decidedAt: { type: Date, default: null },
    reason: { type: String, default: null },
    toClassId: { type: id, default: null },
    /** Since when the school that has to answer has had it. */
    waitsSince: { type: Date, default: null },
    /** When the giving school agreed to what it was asked. */
    agreedAt: { type: Date, default: null },
  },
  { timestamps: true, strict: 'throw' },
)
// A student is on one way at a time, whoever begins the second.
transferSchema.index(
  { studentId: 1 },
  { unique: true, partialFilterExpression: { status: { $in: ['asked', 'proposed'] } } },
)
// The tick asks which still wait, and which have just ended unanswered.
transferSchema.index(
  { _id: 1, status: 1 },
  { partialFilterExpression: { status: { $in: ['asked', 'proposed'] } } },
)
transferSchema.index({ decidedAt: 1 }, { partialFilterExpression: { status: 'expired' } })
transferSchema.index(
  { toPath: 1, status: 1 },
  { partialFilterExpression: { status: { $in: ['asked', 'proposed'] } } },
)
transferSchema.index(
  { fromPath: 1, status: 1 },
  { partialFilterExpression: { status: { $in: ['asked', 'proposed'] } } },
)
transferSchema.index({ fromPath: 1, _id: -1 })
transferSchema.index({ toPath: 1, _id: -1 })
export type TransferRecord = InferSchemaType<typeof transferSchema> & {
  _id: Types.ObjectId
  createdAt: Date
  updatedAt: Date
}
export const TransferModel = model('Transfer', transferSchema)
