import { type InferSchemaType, model, Schema, type Types } from 'mongoose'

const id = Schema.Types.ObjectId

/** What one parent thought of a lecturer after one activity. Shown as counts alone. */
const ratingSchema = new Schema(
  {
    activityId: { type: id, required: true },
    lecturerId: { type: id, required: true },
    personId: { type: id, required: true },
    stars: { type: Number, required: true },
  },
  { strict: 'throw', versionKey: false, collection: 'lecturerRatings' },
)
ratingSchema.index({ activityId: 1, lecturerId: 1, personId: 1 }, { unique: true })
ratingSchema.index({ lecturerId: 1, stars: 1 })
ratingSchema.index({ personId: 1 })

export type RatingRecord = InferSchemaType<typeof ratingSchema> & { _id: Types.ObjectId }
export const RatingModel = model('LecturerRating', ratingSchema)
