import { type InferSchemaType, model, Schema } from 'mongoose'

/** Longer than the worker looks for the message that is meant. */
const KEEP_SECONDS = 86_400

/** WeChat's word that a message did not arrive, where it came before WeChat's own answer with the message's number was written down. */
const earlyReportSchema = new Schema(
  {
    /** WeChat's number for the message. */
    _id: { type: String, required: true },
    errcode: { type: Number, required: true },
    at: { type: Date, required: true },
  },
  { strict: 'throw', collection: 'earlyReports', versionKey: false },
)
earlyReportSchema.index({ at: 1 }, { expireAfterSeconds: KEEP_SECONDS })

export type EarlyReportRecord = InferSchemaType<typeof earlyReportSchema>
export const EarlyReportModel = model('EarlyReport', earlyReportSchema)
