import type { CallWay, TeacherSlot } from '#contract/meetings'
import { dayKey } from '../../format/date'

export const wayText: Record<CallWay, string> = { phone: '电话', visit: '到校' }

export interface DayOfSlots {
  day: string
  slots: TeacherSlot[]
  openCount: number
  bookedCount: number
}

/** A teacher's slots under their days in China, as they come: by time. */
export function byDay(slots: TeacherSlot[]): DayOfSlots[] {
  const days = new Map<string, TeacherSlot[]>()
  for (const slot of slots) {
    const day = dayKey(slot.startAt)
    days.set(day, [...(days.get(day) ?? []), slot])
  }
  return [...days].map(([day, its]) => ({
    day,
    slots: its,
    openCount: its.filter((it) => it.status === 'open').length,
    bookedCount: its.filter((it) => it.status === 'booked').length,
  }))
}

/** The calendar day some days later. */
export const daysAfter = (day: string, days: number) =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
