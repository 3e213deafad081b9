import { type InferSchemaType, model, Schema, type Types } from 'mongoose'

const id = Schema.Types.ObjectId

/** A stamped report or a picture for an answer of staff. Its bytes lie sealed under their SHA-256. */
const staffFileSchema = new Schema(
  {
    letterId: { type: id, required: true },
    personId: { type: id, required: true },
    /** Made by the phone or browser: sent twice on a bad network, it is one file. */
    requestId: { type: String, required: true },
    kind: { type: String, enum: ['image', 'pdf'], required: true },
    name: { type: String, required: true },
    bytes: { type: Number, required: true },
    sha256: { type: String, required: true },
    /** The answer that carries it, or has carried it; what none ever carried is thrown away. */
    answerId: { type: String, default: null },
    at: { type: Date, required: true },
  },
  { strict: 'throw', versionKey: false, collection: 'staffFiles' },
)
staffFileSchema.index({ personId: 1, requestId: 1 }, { unique: true })
staffFileSchema.index({ letterId: 1, personId: 1 })
staffFileSchema.index({ at: 1 }, { partialFilterExpression: { answerId: null } })

export type StaffFileRecord = InferSchemaType<typeof staffFileSchema> & { _id: Types.ObjectId }
export const StaffFileModel = model('StaffFile', staffFileSchema)
