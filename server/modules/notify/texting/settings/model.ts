import { type InferSchemaType, model, Schema } from 'mongoose'

const settingSchema = new Schema(
  {
    /** The city. */
    _id: { type: Schema.Types.ObjectId, required: true },
    isOn: { type: Boolean, default: false, required: true },
    /** Which letters may use it: all, or those that ask for a signature. */
    letters: { type: String, enum: ['all', 'sign'], default: 'sign', required: true },
    /** Which letters may use it for their first message already; urgent ones are never asked whether they want a signature. */
    first: { type: String, enum: ['none', 'urgent', 'chosen'], default: 'urgent', required: true },
    /** As it was approved by the provider, without brackets. */
    signName: { type: String, default: '' },
    template: { type: String, default: '' },
    /** What one message costs, and what may be spent. */
    priceFen: { type: Number, default: 5, required: true },
    dailyFen: { type: Number, default: 0, required: true },
    monthlyFen: { type: Number, default: 0, required: true },
    changedBy: { type: String, default: '' },
    changedAt: { type: Date, required: true },
  },
  { strict: 'throw', collection: 'textSettings', versionKey: false },
)
export type TextSetting = InferSchemaType<typeof settingSchema>
export const TextSettingModel = model('TextSetting', settingSchema)
