import { type InferSchemaType, model, Schema, type Types } from 'mongoose'

const id = Schema.Types.ObjectId

/** What a city or a district decides about courses for all units below it. */
const courseSettingsSchema = new Schema(
  {
    /** The unit. */
    _id: { type: id, required: true },
    path: { type: String, required: true },
    /** Programmes of the installation that this city does not offer, by code. */
    switchedOff: { type: [String], default: [] },
    /** Whether what units below write needs a yes from here before it is published. */
    asksApproval: { type: Boolean, default: false },
  },
  { strict: 'throw' },
)

export type CourseSettingsRecord = InferSchemaType<typeof courseSettingsSchema> & { _id: Types.ObjectId }
export const CourseSettingsModel = model('CourseSettings', courseSettingsSchema)
