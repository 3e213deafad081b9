import { Types } from 'mongoose'
import { ratingOf } from '../rules.ts'
import { RatingModel, type RatingRecord } from './model.ts'

interface Grouped {
  _id: { lecturerId: Types.ObjectId; stars: number }
  count: number
}

/** The ratings of some lecturers, over all activities or of one. */
export async function ratingsOf(lecturerIds: Types.ObjectId[], activityId?: Types.ObjectId) {
  const rows = await RatingModel.aggregate<Grouped>([
    { $match: { ...(activityId && { activityId }), lecturerId: { $in: lecturerIds } } },
    { $group: { _id: { lecturerId: '$lecturerId', stars: '$stars' }, count: { $sum: 1 } } },
  ])
  return (lecturerId: unknown) =>
    ratingOf(
      rows
        .filter((it) => String(it._id.lecturerId) === String(lecturerId))
        .map((it) => ({ stars: it._id.stars, count: it.count })),
    )
}

/** Sets one's own stars; given again, they replace the ones before. */
export const rate = (
  who: { activityId: Types.ObjectId; lecturerId: Types.ObjectId; personId: string },
  stars: number,
) =>
  RatingModel.updateOne(
    { ...who, personId: new Types.ObjectId(who.personId) },
    { $set: { stars } },
    { upsert: true },
  )

/** What one person gave for some activities. */
export const ratingsBy = (personId: string, activityIds: Types.ObjectId[]) =>
  RatingModel.find({
    activityId: { $in: activityIds },
    personId: new Types.ObjectId(personId),
  }).lean<RatingRecord[]>()

/** Forgets what a person gave. Harmless twice. */
export const forgetRatings = (personId: string) =>
  RatingModel.deleteMany({ personId: new Types.ObjectId(personId) })
