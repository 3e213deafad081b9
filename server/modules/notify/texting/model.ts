import { type InferSchemaType, model, Schema } from 'mongoose'
import { ANY_TEXT } from '../../../infra/partial-indexes.ts'

/** Kept as long as the messages they carried. */
const KEEP_SECONDS = 400 * 86_400
const id = Schema.Types.ObjectId

/** One text message: what it carried, what it cost, what became of it. The number stands in no record, only in the call. */
const textSchema = new Schema(
  {
    /** Our number for it; the provider's reports name it again. */
    _id: { type: String, required: true },
    personId: { type: id, required: true },
    cityId: { type: id, required: true },
    /** What stands for the number in searches: a reply names only the number. */
    phoneIndex: { type: String, required: true },
    /** Keys of the messages it carried. */
    keys: { type: [String], required: true },
    at: { type: Date, required: true },
    /** `person:2026-11-25` while it counts as the person's one text message of that day. */
    dayKey: { type: String },
    /** `2026-11`, of which the money is. */
    month: { type: String, required: true },
    fen: { type: Number, required: true },
    status: {
      type: String,
      enum: ['sending', 'sent', 'delivered', 'undelivered', 'failed', 'unknown'],
      required: true,
    },
    providerId: { type: String, default: null },
    code: { type: String, default: null },
    reportedAt: { type: Date, default: null },
  },
  { strict: 'throw', versionKey: false },
)
textSchema.index({ personId: 1, at: -1 })
textSchema.index({ providerId: 1 }, { partialFilterExpression: { providerId: ANY_TEXT } })
textSchema.index({ dayKey: 1 }, { unique: true, partialFilterExpression: { dayKey: ANY_TEXT } })
textSchema.index({ phoneIndex: 1, at: -1 })
// Each minute somebody asks what a dead process has left on the way.
textSchema.index({ status: 1, at: 1 }, { partialFilterExpression: { status: 'sending' } })
textSchema.index({ cityId: 1, month: 1, status: 1, fen: 1 })
textSchema.index({ at: 1 }, { expireAfterSeconds: KEEP_SECONDS })
export type TextRecord = InferSchemaType<typeof textSchema>
export const TextModel = model('Text', textSchema)

/** What a person wants of text messages, and whether their number can be reached at all. */
const choiceSchema = new Schema(
  {
    /** The person. */
    _id: { type: id, required: true },
    /** 退订: by a reply or on their own page. */
    optedOutAt: { type: Date, default: null },
    /** The provider says that there is no such number; another number begins anew. */
    badIndex: { type: String, default: null },
  },
  { strict: 'throw', collection: 'textChoices', versionKey: false },
)
export type TextChoice = InferSchemaType<typeof choiceSchema>
export const TextChoiceModel = model('TextChoice', choiceSchema)

/** What has been spent on a day or in a month of one city: `city:2026-11-25`, `city:2026-11`. */
const spendSchema = new Schema(
  { _id: { type: String, required: true }, fen: { type: Number, default: 0, required: true } },
  { strict: 'throw', collection: 'textSpends', versionKey: false },
)
export const TextSpendModel = model('TextSpend', spendSchema)
