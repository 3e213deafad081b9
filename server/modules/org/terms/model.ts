import { type InferSchemaType, model, Schema, type Types } from 'mongoose'

const span = new Schema(
  { from: { type: String, required: true }, to: { type: String, required: true } },
  { _id: false },
)

/** The school years of one city, in one document: two editors meet here, and no two terms overlap. */
const calendarSchema = new Schema(
  {
    /** The city's id. */
    _id: { type: Schema.Types.ObjectId, required: true },
    version: { type: Number, default: 0 },
    years: {
      type: [
        new Schema(
          {
            year: { type: Number, required: true },
            autumn: { type: span, required: true },
            spring: { type: span, required: true },
          },
          { _id: false },
        ),
      ],
      default: [],
    },
  },
  { timestamps: true, strict: 'throw', versionKey: false, collection: 'cityCalendars' },
)

export type CalendarRecord = InferSchemaType<typeof calendarSchema> & { _id: Types.ObjectId }
export const CalendarModel = model('CityCalendar', calendarSchema)
