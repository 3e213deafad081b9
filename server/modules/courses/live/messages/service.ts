import type { Types } from 'mongoose'
import * as notify from '../../../notify/service.ts'
import { findStudents } from '../../../org/families/service.ts'
import { type LiveRecord, SeatModel, type SeatRecord } from '../model.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const BATCH = 500
export const PAGE = '/packages/school/live/live'

const subjectOf = (live: LiveRecord) => `live-${String(live._id)}`
const stretch = (live: LiveRecord) => ({
  from: live.startAt,
  to: new Date(live.startAt.getTime() + live.minutes * MINUTE_MS),
})

interface Registered {
  personId: string
  studentId: string
  studentName: string
  path: string
}

/** Reminds a parent who has registered a day and half an hour before. Harmless twice. */
export async function remind(live: LiveRecord, who: Registered, now: Date) {
  const messages = [DAY_MS, 30 * MINUTE_MS]
    .map((before, at) => ({ dueAt: new Date(live.startAt.getTime() - before), at }))
    .filter(({ dueAt }) => dueAt > now)
    .map(({ dueAt, at }) => ({
      kind: 'liveReminder' as const,
      subject: subjectOf(live),
      step: `${live.turn}-${at}`,
      personId: who.personId,
      page: `${PAGE}?id=${String(live._id)}&student=${who.studentId}`,
      path: who.path,
      values: { title: live.title, child: who.studentName, time: stretch(live), note: '点开就能进课堂。' },
      dueAt,
      isUrgent: true,
      expiresAt: stretch(live).to,
    }))
  await notify.enqueue(messages, now)
}

export const forgetReminders = (live: LiveRecord, personId: string) =>
  notify.withdraw({ kind: 'liveReminder', subject: subjectOf(live), personIds: [personId] })

/** Whoever has registered hears that a class was moved or called off; reminders of the old time are taken back. */
export async function announce(live: LiveRecord, about: 'moved' | 'cancelled', note: string, now: Date) {
  await notify.withdraw({ kind: 'liveReminder', subject: subjectOf(live) })
  let after: Types.ObjectId | null = null
  for (;;) {
    const seats: SeatRecord[] = await SeatModel.find({
      liveId: live._id,
      registeredAt: { $ne: null },
      ...(after && { _id: { $gt: after } }),
    })
      .sort({ _id: 1 })
      .limit(BATCH)
      .lean<SeatRecord[]>()
    await tell(live, seats, about, note, now)
    if (seats.length < BATCH) return
    after = seats.at(-1)?._id ?? null
  }
}

async function tell(
  live: LiveRecord,
  seats: SeatRecord[],
  about: 'moved' | 'cancelled',
  note: string,
  now: Date,
) {
  const students = await findStudents(seats.map((it) => String(it.studentId)))
  const nameOf = new Map(students.map((it) => [String(it._id), it.name]))
  for (const seat of seats) {
    const studentName = nameOf.get(String(seat.studentId)) ?? '孩子'
    const who = { personId: String(seat.personId), studentId: String(seat.studentId), path: seat.path }
    await notify.enqueue(
      [
        {
          kind: 'live' as const,
          subject: subjectOf(live),
          step: about === 'cancelled' ? 'cancelled' : `moved-${live.turn}`,
          personId: who.personId,
          page: `${PAGE}?id=${String(live._id)}&student=${who.studentId}`,
          path: who.path,
          isUrgent: true,
          values: {
            title: live.title,
            child: studentName,
            time: stretch(live),
            note,
            ...(about === 'cancelled' && { about }),
          },
        },
      ],
      now,
    )
    if (about === 'moved') await remind(live, { ...who, studentName }, now)
  }
}
