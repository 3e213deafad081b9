import { type InferSchemaType, model, Schema, type Types } from 'mongoose'

/** How many families stand somewhere, so far as an audience goes by it: in a class, or in a grade on a campus of the whole district. */
const sumSchema = new Schema(
  {
    path: { type: String, required: true },
    grade: { type: Number, default: null },
    campus: { type: String, default: '' },
    families: { type: Number, required: true },
    joined: { type: Number, required: true },
  },
  { _id: false },
)

/** What the last count of a district found; a city is counted by its districts. */
const countSchema = new Schema(
  {
    /** The district. */
    _id: { type: Schema.Types.ObjectId, required: true },
    countedAt: { type: Date, required: true },
    /** Until then somebody is counting it anew. */
    busyUntil: { type: Date, default: null },
    /** A dozen or two: enough for whoever writes to the whole district, or to grades of it. */
    sums: { type: [sumSchema], required: true },
    /** Class by class, for whoever writes to some schools or leaves some out. */
    classes: { type: [sumSchema], required: true },
  },
  { strict: 'throw', versionKey: false, collection: 'familyCounts' },
)
// Which districts have been counted lately, without their classes.
countSchema.index({ countedAt: 1, _id: 1 })

export type Sum = Required<InferSchemaType<typeof sumSchema>>
export interface FamilyCount {
  _id: Types.ObjectId
  countedAt: Date
  sums: Sum[]
  classes?: Sum[]
}
export const FamilyCountModel = model('FamilyCount', countSchema)
