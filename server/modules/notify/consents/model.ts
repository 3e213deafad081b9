import type { Tap } from './rules.ts'
import { type InferSchemaType, model, Schema } from 'mongoose'

const tapSchema = new Schema(
  {
    at: { type: Date, required: true },
    page: { type: String, default: null },
    push: { type: String, default: null },
  },
  { _id: false },
)

/**
 * How many messages of one template WeChat will take for one WeChat identity, as far as we have been told. By identity
 * and not by account: the consent stays with the phone in the hand when an account moves.
 */
const quotaSchema = new Schema(
  {
    /** `openId:templateId` */
    _id: { type: String, required: true },
    left: { type: Number, default: 0, required: true },
    /** Switched off in WeChat's settings; the next accepted tap takes it back. */
    isOff: { type: Boolean },
    /** The messages that one was last set aside for. */
    holders: { type: [String], default: [] },
    taps: { type: [tapSchema], default: [] },
    /** Rises with each report; a report that lost the race starts over. */
    revision: { type: Number, default: 0, required: true },
  },
  { strict: 'throw', collection: 'quotas', versionKey: false },
)

export type QuotaRecord = Omit<InferSchemaType<typeof quotaSchema>, 'taps'> & { taps: Tap[] }
export const QuotaModel = model('Quota', quotaSchema)
