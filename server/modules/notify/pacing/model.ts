import { type InferSchemaType, model, Schema } from 'mongoose'

/**
 * Whose turn of the day has been given to which message: one message a day for each person, whoever sends. A turn counts
 * as used while its message may have arrived; nobody has to give it back.
 */
const turnSchema = new Schema(
  {
    /** The person. */
    _id: { type: Schema.Types.ObjectId, required: true },
    /** `YYYY-MM-DD` in Asia/Shanghai. */
    day: { type: String, required: true },
    /** Key of the message that leads the day's bundle. */
    leadId: { type: String, required: true },
  },
  { strict: 'throw', collection: 'turns', versionKey: false },
)

export type TurnRecord = InferSchemaType<typeof turnSchema>
export const TurnModel = model('Turn', turnSchema)
