import type { Types } from 'mongoose'
import * as accounts from '../../accounts/service.ts'
import { isWithin } from '../../org/tree/rules.ts'
import { announceCancellation } from '../messages/service.ts'
import { SlotModel, type SlotRecord } from '../model.ts'
import { cancel } from '../service.ts'

interface Place {
  unitId: Types.ObjectId
  path: string
}

/** The appointments still to come of a unit go along with it: a class moves up, and its families keep their calls. */
export const moveSlots = (from: Pick<Place, 'path'>, to: Place, now: Date) =>
  SlotModel.updateMany(
    { path: from.path, status: { $in: ['open', 'booked'] }, startAt: { $gt: now } },
    { unitId: to.unitId, path: to.path },
  )

/**
 * A child has gone to another class: calls booked with teachers it no longer has are called off, and both sides hear why. The times
 * are free for others again. Joins the transaction of the move.
 */
export async function cancelLostCalls(studentId: Types.ObjectId, path: string, reason: string, now: Date) {
  const booked = await SlotModel.find({
    'booking.studentId': studentId,
    status: 'booked',
    startAt: { $gt: now },
  }).lean<SlotRecord[]>()
  const lost = booked.filter((it) => !isWithin(path, it.path))
  if (lost.length === 0) return
  const names = await accounts.namesOf(lost.map((it) => String(it.teacherId)))
  for (const { _id, teacherId, booking } of lost) {
    if (!booking) continue
    const filter = {
      _id: String(_id),
      'booking.personId': booking.personId,
      status: 'booked' as const,
      startAt: { $gt: now },
    }
    const slot = await cancel(filter, { to: 'open', by: 'teacher', reason }, now)
    await announceCancellation(slot, names.get(String(teacherId)) ?? '老师', { clock: { now: () => now } })
  }
}

/** Which of some children have a call still to come. */
export async function childrenWithCalls(studentIds: Types.ObjectId[], now: Date) {
  const found: Types.ObjectId[] = await SlotModel.distinct('booking.studentId', {
    'booking.studentId': { $in: studentIds },
    status: 'booked',
    startAt: { $gt: now },
  })
  return new Set(found.map(String))
}
