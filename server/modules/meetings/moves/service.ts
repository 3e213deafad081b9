import type { Types } from 'mongoose'
import { SlotModel } from '../model.ts'

/** The appointments still to come of a unit go along with it: a class moves up, and its families keep their calls. */
export const moveSlots = (fromId: Types.ObjectId, to: { unitId: Types.ObjectId; path: string }, now: Date) =>
  SlotModel.updateMany(
    { unitId: fromId, status: { $in: ['open', 'booked'] }, startAt: { $gt: now } },
    { unitId: to.unitId, path: to.path },
  )
