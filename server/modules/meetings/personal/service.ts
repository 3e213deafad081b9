import { Types } from 'mongoose'
import { SlotModel, type SlotRecord } from '../model.ts'

const NAMELESS = { guardianName: '已注销的家长', topic: '' }

/**
 * Takes a person's name and words out of calls that are over; those to come are released by the families' room. Harmless twice.
 * Answers the ids of these bookings: others were told of them.
 */
export async function forgetCaller(personId: string): Promise<string[]> {
  const id = new Types.ObjectId(personId)
  const slots = await SlotModel.find(
    { $or: [{ 'booking.personId': id }, { 'history.personId': id }] },
    { booking: 1, history: 1 },
  ).lean<SlotRecord[]>()
  const named = (at: string) =>
    Object.fromEntries(Object.entries(NAMELESS).map(([key, it]) => [`${at}.${key}`, it]))
  await SlotModel.updateMany({ 'booking.personId': id }, { $set: named('booking') })
  await SlotModel.updateMany(
    { 'history.personId': id },
    { $set: named('history.$[mine]') },
    { arrayFilters: [{ 'mine.personId': id }] },
  )
  return slots
    .flatMap(({ booking, history }) => [...(booking ? [booking] : []), ...history])
    .filter((it) => it.personId.equals(id))
    .map((it) => String(it._id))
}
