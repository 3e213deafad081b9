import { Types } from 'mongoose'
import { SlotModel, type SlotRecord } from '../model.ts'

const MOST = 200

interface Pair {
  studentId: string
  personId: string
}

const bookedBy = ({ studentId, personId }: Pair) => ({
  personId: new Types.ObjectId(personId),
  studentId: new Types.ObjectId(studentId),
})

/**
 * Gives back what a guardian had booked for a child they no longer belong to: the slots are free for others, and no
 * reason is noted. Joins the transaction it is called in; answers the bookings that are off, for those who must be told.
 */
export async function releaseCalls(pair: Pair, now: Date): Promise<SlotRecord[]> {
  const { personId, studentId } = bookedBy(pair)
  const booked = {
    'booking.personId': personId,
    'booking.studentId': studentId,
    status: 'booked' as const,
    startAt: { $gt: now },
  }
  const slots = await SlotModel.find(booked).limit(MOST).lean<SlotRecord[]>()
  const gone = { cancelledAt: now, cancelledBy: null, reason: null }
  await SlotModel.updateMany(
    { ...booked, _id: { $in: slots.map((it) => it._id) } },
    [
      {
        $set: {
          history: {
            $slice: [{ $concatArrays: ['$history', [{ $mergeObjects: ['$booking', gone] }]] }, -20],
          },
          status: 'open',
          booking: null,
        },
      },
    ],
    { updatePipeline: true },
  )
  return slots
}

/** Past and cancelled calls about a child leave the guardian's own list; the teacher's stay. Answers all their bookings. */
export async function hideCalls(pair: Pair): Promise<string[]> {
  const { personId, studentId } = bookedBy(pair)
  const [standing, cancelled] = await Promise.all([
    SlotModel.find({ 'booking.personId': personId, 'booking.studentId': studentId }).lean<SlotRecord[]>(),
    SlotModel.find({ 'history.personId': personId, 'history.studentId': studentId }).lean<SlotRecord[]>(),
  ])
  await SlotModel.updateMany(
    { 'booking.personId': personId, 'booking.studentId': studentId },
    { $set: { 'booking.isHidden': true } },
  )
  await SlotModel.updateMany(
    { 'history.personId': personId },
    { $set: { 'history.$[own].isHidden': true } },
    { arrayFilters: [{ 'own.personId': personId, 'own.studentId': studentId }] },
  )
  const bookings = [...standing.flatMap((it) => it.booking ?? []), ...cancelled.flatMap((it) => it.history)]
  return bookings
    .filter((it) => it.personId.equals(personId) && it.studentId.equals(studentId))
    .map((it) => String(it._id))
}
