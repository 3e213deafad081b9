import { type InferSchemaType, model, Schema } from 'mongoose'

/**
 * What one process says of the lines it has written: it numbers them from 1, and of the numbers up to `last` every one
 * stands in the log but for the `void` ones, whose transaction came to nothing. Written by that process alone.
 */
const tallySchema = new Schema(
  {
    /** The writer: a process, or a stretch of a long-lived one. */
    _id: { type: String, required: true },
    last: { type: Number, required: true },
    void: { type: [Number], required: true },
    at: { type: Date, required: true },
    /** Seal of the first three. */
    mac: { type: String, required: true },
  },
  { strict: 'throw', versionKey: false, collection: 'auditTallies' },
)

export type TallyRecord = InferSchemaType<typeof tallySchema>
export const TallyModel = model('AuditTally', tallySchema)
