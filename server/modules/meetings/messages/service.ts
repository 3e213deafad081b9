import type { Deps } from '../../../infra/deps.ts'
import * as notify from '../../notify/service.ts'
import type { BookingRecord, SlotRecord } from '../model.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const TEACHER_PAGE = '/packages/teacher/calls/calls'
const GUARDIAN_PAGE = '/pages/calls/calls'

/** Both sides hear that a call stands, and are reminded a day and half an hour before. Harmless twice. */
export async function announceBooking(slot: SlotRecord, teacherName: string, { clock }: Pick<Deps, 'clock'>) {
  const { booking } = slot
  if (!booking) return
  const now = clock.now()
  const sides = sidesOf(slot, booking, teacherName)
  await notify.enqueue(
    sides.flatMap((side) => {
      const message = {
        subject: subjectOf(booking),
        personId: side.personId,
        page: side.page,
        path: slot.path,
      }
      const values = {
        who: side.who,
        child: booking.studentName,
        ...facts(slot),
        note: `想聊：${booking.topic}`,
      }
      const reminders = [DAY_MS, 30 * MINUTE_MS].map((before) => new Date(slot.startAt.getTime() - before))
      return [
        { ...message, kind: 'callBooked' as const, values, expiresAt: slot.startAt },
        ...reminders
          .filter((dueAt) => dueAt > now)
          .map((dueAt, at) => ({
            ...message,
            kind: 'callReminder' as const,
            step: String(at),
            values,
            dueAt,
            isUrgent: true,
            expiresAt: slot.startAt,
          })),
      ]
    }),
    now,
  )
}

/** Both sides hear that a call is off and why; reminders that were waiting are taken back. */
export async function announceCancellation(
  slot: SlotRecord,
  teacherName: string,
  { clock }: Pick<Deps, 'clock'>,
) {
  const booking = slot.history.at(-1)
  if (!booking) return
  const subject = subjectOf(booking)
  await notify.withdraw({ kind: 'callReminder', subject })
  const sides = sidesOf(slot, booking, teacherName)
  await notify.enqueue(
    sides.map((side) => ({
      kind: 'callCancelled' as const,
      subject,
      personId: side.personId,
      page: side.page,
      path: slot.path,
      isUrgent: true,
      values: {
        who: side.who,
        child: booking.studentName,
        ...facts(slot),
        reason: booking.reason ?? '',
      },
    })),
    clock.now(),
  )
}

/** The teacher hears that a call is off, without a reason; the guardian hears nothing of it. Harmless twice. */
export async function announceRelease(slot: SlotRecord, teacherName: string, now: Date) {
  const { booking } = slot
  if (!booking) return
  const subject = subjectOf(booking)
  await notify.withdraw({ kind: 'callReminder', subject })
  const teacher = sidesOf(slot, booking, teacherName).filter((it) => it.page === TEACHER_PAGE)
  await notify.enqueue(
    teacher.map((side) => ({
      kind: 'callCancelled' as const,
      subject,
      personId: side.personId,
      page: side.page,
      path: slot.path,
      isUrgent: true,
      values: { who: side.who, child: booking.studentName, ...facts(slot), reason: '时段已重新开放' },
    })),
    now,
  )
}

const subjectOf = (booking: BookingRecord) => `call-${String(booking._id)}`

const facts = ({ startAt, endAt, way }: SlotRecord) => ({
  time: { from: startAt, to: endAt },
  ...(way === 'visit' && { about: 'visit' as const }),
})

function sidesOf(slot: SlotRecord, booking: BookingRecord, teacherName: string) {
  return [
    { personId: String(booking.personId), who: teacherName, page: GUARDIAN_PAGE },
    {
      personId: String(slot.teacherId),
      who: `${booking.studentName}${booking.relation}`,
      page: TEACHER_PAGE,
    },
  ]
}
