import { type InferSchemaType, model, Schema } from 'mongoose'

/** When the teachers of a school answer families, where it is not as usual. */
const serviceHoursSchema = new Schema(
  {
    /** The school. */
    _id: { type: Schema.Types.ObjectId, required: true },
    from: { type: String, required: true },
    to: { type: String, required: true },
    setBy: { type: Schema.Types.ObjectId, required: true },
    setAt: { type: Date, required: true },
  },
  { strict: 'throw', versionKey: false, collection: 'serviceHours' },
)

export type ServiceHoursRecord = InferSchemaType<typeof serviceHoursSchema>
export const ServiceHoursModel = model('ServiceHours', serviceHoursSchema)
