import { type InferSchemaType, model, Schema, type Types } from 'mongoose'
import { ANY_ID } from '../../../../infra/partial-indexes.ts'

const id = Schema.Types.ObjectId

/** A picture or paper that somebody is about to send along with a line, or has. Its bytes lie sealed under their SHA-256. */
const threadFileSchema = new Schema(
  {
    personId: { type: id, required: true },
    requestId: { type: String, required: true },
    kind: { type: String, enum: ['image', 'pdf'], required: true },
    name: { type: String, required: true },
    bytes: { type: Number, required: true },
    sha256: { type: String, required: true },
    /** Null until a line carries it; what no line ever carried is thrown away. */
    threadId: { type: id, default: null },
    lineId: { type: id, default: null },
    createdAt: { type: Date, required: true },
  },
  { strict: 'throw', versionKey: false, collection: 'threadFiles' },
)
// Sent twice on a bad network, a file is kept once.
threadFileSchema.index({ personId: 1, requestId: 1 }, { unique: true })
threadFileSchema.index({ sha256: 1 })
threadFileSchema.index({ lineId: 1 }, { partialFilterExpression: { lineId: ANY_ID } })
threadFileSchema.index({ createdAt: 1 }, { partialFilterExpression: { lineId: null } })

export type ThreadFileRecord = InferSchemaType<typeof threadFileSchema> & { _id: Types.ObjectId }
export const ThreadFileModel = model('ThreadFile', threadFileSchema)
