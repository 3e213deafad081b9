import type { FreeSlot, MyCall, TeacherSlot } from '#contract/meetings'
import type { BookingRecord, SlotRecord } from './model.ts'
import { canCancel } from './rules.ts'

const times = (slot: SlotRecord, teacherName: string) => ({
  id: String(slot._id),
  startAt: slot.startAt.toISOString(),
  endAt: slot.endAt.toISOString(),
  way: slot.way,
  teacherName,
})

export const presentFreeSlot = (slot: SlotRecord, teacherName: string): FreeSlot => times(slot, teacherName)

export function presentTeacherSlot(
  slot: SlotRecord,
  teacherName: string,
  nameOf: (unitId: string) => string,
): TeacherSlot {
  const { booking } = slot
  return {
    ...times(slot, teacherName),
    unitName: nameOf(String(slot.unitId)),
    status: slot.status,
    booking: booking && {
      studentName: booking.studentName,
      className: nameOf(String(booking.classId)),
      guardianName: booking.guardianName,
      relation: booking.relation,
      topic: booking.topic,
      bookedAt: booking.bookedAt.toISOString(),
    },
  }
}

export function presentMyCall(
  slot: SlotRecord,
  booking: BookingRecord,
  teacherName: string,
  now: Date,
): MyCall {
  const isStanding = !booking.cancelledAt
  return {
    ...times(slot, teacherName),
    studentId: String(booking.studentId),
    studentName: booking.studentName,
    topic: booking.topic,
    status: !isStanding ? 'cancelled' : slot.endAt <= now ? 'past' : 'booked',
    cancelledBy: booking.cancelledBy ?? null,
    reason: booking.reason ?? null,
    abilities: { cancel: isStanding && canCancel(slot, now) },
  }
}
