import { type InferSchemaType, model, Schema, type Types } from 'mongoose'

const id = Schema.Types.ObjectId

/** A guardian without a match in the roster asks the 班主任 to be let in. */
const joinSchema = new Schema(
  {
    personId: { type: id, required: true },
    classId: { type: id, required: true },
    path: { type: String, required: true },
    studentName: { type: String, required: true },
    guardianName: { type: String, required: true },
    relation: { type: String, required: true },
    status: {
      type: String,
      enum: ['waiting', 'approved', 'declined', 'withdrawn', 'expired'],
      default: 'waiting',
      required: true,
    },
    askedAt: { type: Date, required: true },
    decidedAt: { type: Date, default: null },
    decidedBy: { type: id, default: null },
    reason: { type: String, default: null },
    /** Whose guardian the person became. */
    studentId: { type: id },
    /** No longer in the person's own list: they do not belong to the child. */
    isHidden: { type: Boolean },
  },
  { timestamps: true, strict: 'throw' },
)
// One open request per person and class, however often the button is pressed.
joinSchema.index(
  { personId: 1, classId: 1, studentName: 1 },
  { unique: true, partialFilterExpression: { status: 'waiting' } },
)
joinSchema.index({ path: 1, status: 1, _id: 1 })
joinSchema.index({ personId: 1, _id: -1 })
joinSchema.index({ decidedAt: 1 }, { partialFilterExpression: { status: 'expired' } })
// The tick asks which have waited long.
joinSchema.index({ _id: 1, askedAt: 1 }, { partialFilterExpression: { status: 'waiting' } })

export type JoinRecord = InferSchemaType<typeof joinSchema> & { _id: Types.ObjectId }
export const JoinModel = model('Join', joinSchema)
