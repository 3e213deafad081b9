import { type InferSchemaType, model, Schema, type Types } from 'mongoose'

/** What a unit demands of the letters of the units below it. */
const letterSettingsSchema = new Schema(
  {
    /** The unit. */
    _id: { type: Schema.Types.ObjectId, required: true },
    path: { type: String, required: true },
    /** Kinds that need a yes from here before they go out. */
    asksApproval: { type: [{ type: String, enum: ['letter', 'notice'] }], default: [] },
  },
  { strict: 'throw', versionKey: false },
)

export type LetterSettingsRecord = InferSchemaType<typeof letterSettingsSchema> & { _id: Types.ObjectId }
export const LetterSettingsModel = model('LetterSettings', letterSettingsSchema)
