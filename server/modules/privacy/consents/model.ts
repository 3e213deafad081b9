import { model, Schema } from 'mongoose'

const id = { type: Schema.Types.ObjectId, required: true } as const

/** One answer to one version of the privacy text; never changed, kept as the proof that somebody was asked. */
const consentSchema = new Schema(
  {
    personId: id,
    version: { type: Number, required: true },
    isGiven: { type: Boolean, required: true },
    at: { type: Date, required: true },
    /** The children whose guardian answered for them, as far as they were known then. */
    studentIds: { type: [Schema.Types.ObjectId], default: [] },
  },
  { strict: 'throw', versionKey: false },
)
consentSchema.index({ personId: 1, at: -1 })

export const ConsentModel = model('Consent', consentSchema)
