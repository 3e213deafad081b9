import { type InferSchemaType, model, Schema, type Types } from 'mongoose'

const id = Schema.Types.ObjectId

/**
 * 分组: children of a school, grade or class that are often written to together. Who is in it stands with the child, so that
 * a child's letters are found without another question.
 */
const groupSchema = new Schema(
  {
    unitId: { type: id, required: true },
    path: { type: String, required: true },
    name: { type: String, required: true },
    /** Says something of a child that is nobody else's business: letters to it are seen by the unit's own office alone. */
    isSensitive: { type: Boolean, default: false, required: true },
    /** The last day, where it ends with the school year. */
    endsOn: { type: String, default: null },
    /** A request that was sent twice finds what it has made. */
    requestId: { type: String, required: true },
    closedAt: { type: Date, default: null },
  },
  { timestamps: true, strict: 'throw', collection: 'childGroups' },
)
groupSchema.index({ unitId: 1, name: 1 }, { unique: true, partialFilterExpression: { closedAt: null } })
groupSchema.index({ path: 1, closedAt: 1 })

export type ChildGroupRecord = InferSchemaType<typeof groupSchema> & { _id: Types.ObjectId }
export const ChildGroupModel = model('ChildGroup', groupSchema)
