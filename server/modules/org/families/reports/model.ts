import { type InferSchemaType, model, Schema, type Types } from 'mongoose'

const id = Schema.Types.ObjectId

/** 这个人不是我们家的: a guardian says so of another, the 班主任 looks. */
const reportSchema = new Schema(
  {
    studentId: { type: id, required: true },
    /** Path of the child's class on the day. */
    path: { type: String, required: true },
    guardianshipId: { type: id, required: true },
    reportedBy: { type: id, required: true },
    reporterRelation: { type: String, required: true },
    reason: { type: String, default: '' },
    at: { type: Date, required: true },
    status: { type: String, enum: ['open', 'confirmed', 'dismissed'], default: 'open', required: true },
    decidedBy: { type: id, default: null },
    decidedAt: { type: Date, default: null },
  },
  { strict: 'throw', versionKey: false, collection: 'familyReports' },
)
// One open report of a guardian, however often the button is pressed.
reportSchema.index({ guardianshipId: 1 }, { unique: true, partialFilterExpression: { status: 'open' } })
reportSchema.index({ studentId: 1, status: 1 })
reportSchema.index({ path: 1, at: -1 }, { partialFilterExpression: { status: 'open' } })

export type ReportRecord = InferSchemaType<typeof reportSchema> & { _id: Types.ObjectId }
export const ReportModel = model('FamilyReport', reportSchema)
