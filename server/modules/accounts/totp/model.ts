import { type InferSchemaType, model, Schema, type Types } from 'mongoose'
import { postKind } from '#contract/posts'

/** A unit at which, and below which, the console asks for six digits. One line a unit; none means nobody has required it there. */
const totpRuleSchema = new Schema(
  {
    unitId: { type: Schema.Types.ObjectId, required: true },
    path: { type: String, required: true },
    /** The post it was switched on by: nobody below switches it off. */
    post: { type: String, enum: postKind.options, required: true },
    setBy: { type: Schema.Types.ObjectId, required: true },
    since: { type: Date, required: true },
  },
  { strict: 'throw', collection: 'totpRules' },
)
totpRuleSchema.index({ unitId: 1 }, { unique: true })

export type TotpRuleRecord = InferSchemaType<typeof totpRuleSchema> & { _id: Types.ObjectId }
export const TotpRuleModel = model('TotpRule', totpRuleSchema)
