import { type InferSchemaType, model, Schema } from 'mongoose'

/** When a class was last reminded of a programme: `class:code`. */
const reminderSchema = new Schema(
  {
    _id: { type: String, required: true },
    remindedAt: { type: Date, required: true },
    round: { type: Number, required: true },
  },
  { strict: 'throw' },
)
export type StudyReminderRecord = InferSchemaType<typeof reminderSchema>
export const StudyReminderModel = model('StudyReminder', reminderSchema)
