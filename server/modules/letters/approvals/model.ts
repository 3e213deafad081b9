import type { LetterForm } from '#contract/letter-form'
import type { Confirmation } from '#contract/letters'
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

/** A letter as it was handed in, for whoever sees it the next time: its words, whom it went to, and its files by their prints. */
export interface HandedIn {
  at: Date
  title: string
  body: string
  pledge: string
  confirmation: Confirmation
  dueOn: string | null
  correction: string
  form: LetterForm | null
  offersHelp: boolean
  audience: string
  attachments: { name: string; sha256: string }[]
}

export type LetterSettingsRecord = InferSchemaType<typeof letterSettingsSchema> & { _id: Types.ObjectId }
export const LetterSettingsModel = model('LetterSettings', letterSettingsSchema)
