import { type InferSchemaType, model, Schema, type Types } from 'mongoose'

/** 章程 of a parent school, a document for each version: what was adopted stays readable. */
const charterSchema = new Schema(
  {
    unitId: { type: Schema.Types.ObjectId, required: true },
    path: { type: String, required: true },
    version: { type: Number, required: true },
    text: { type: String, required: true },
    adoptedOn: { type: String, required: true },
    savedAt: { type: Date, required: true },
    savedBy: { type: String, required: true },
  },
  { strict: 'throw', versionKey: false },
)
// Of two who save at once one wrote the next version; the other is told.
charterSchema.index({ unitId: 1, version: -1 }, { unique: true })
charterSchema.index({ path: 1, unitId: 1 })

export type CharterRecord = InferSchemaType<typeof charterSchema> & { _id: Types.ObjectId }
export const CharterModel = model('Charter', charterSchema)
