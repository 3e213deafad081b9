import type { CallWay, TeacherSlot } from '../../../contract'
import { dayOf, hour, nearDate, span } from '../../../services/format'

export const REASONS = ['临时开会', '要上课', '身体不舒服', '想换个时间']

const WAY: Record<CallWay, string> = { phone: '打电话', visit: '到校面谈' }

export interface ShownBooking {
  id: string
  hours: string
  when: string
  /** 张三妈妈 */
  who: string
  className: string
  topic: string
  way: string
  isPhone: boolean
  isOver: boolean
  /** A call that has begun can no longer be called off. */
  canCancel: boolean
}
export interface BookedDay {
  day: string
  title: string
  calls: ShownBooking[]
}
export interface OpenDay {
  day: string
  title: string
  slots: { id: string; hours: string; when: string; way: string }[]
}
export interface TeacherCalls {
  today: ShownBooking[]
  later: BookedDay[]
  open: OpenDay[]
  openCount: number
}

export const NO_CALLS: TeacherCalls = { today: [], later: [], open: [], openCount: 0 }

/** Two weeks of a teacher's slots: who comes today, who comes later, what nobody has booked yet. */
export function presentSlots(slots: TeacherSlot[], now: Date = new Date()): TeacherCalls {
  const today = dayOf(now)
  const booked = byDay(slots.filter((it) => it.booking !== null))
  const open = byDay(slots.filter((it) => it.status === 'open' && new Date(it.startAt) > now))
  return {
    today: (booked.get(today) ?? []).map((it) => presentBooking(it, now)),
    later: [...booked]
      .filter(([day]) => day > today)
      .map(([day, some]) => ({
        day,
        title: nearDate(day, now),
        calls: some.map((it) => presentBooking(it, now)),
      })),
    open: [...open].map(([day, some]) => ({
      day,
      title: nearDate(day, now),
      slots: some.map((it) => ({
        id: it.id,
        hours: hoursOf(it),
        when: span(it.startAt, it.endAt, now),
        way: WAY[it.way],
      })),
    })),
    openCount: [...open.values()].reduce((sum, some) => sum + some.length, 0),
  }
}

function presentBooking(slot: TeacherSlot, now: Date): ShownBooking {
  const { booking } = slot
  return {
    id: slot.id,
    hours: hoursOf(slot),
    when: span(slot.startAt, slot.endAt, now),
    who: `${booking?.studentName ?? ''}${booking?.relation ?? ''}`,
    className: booking?.className ?? '',
    topic: booking?.topic ?? '',
    way: WAY[slot.way],
    isPhone: slot.way === 'phone',
    isOver: new Date(slot.endAt) <= now,
    canCancel: now < new Date(slot.startAt),
  }
}

const hoursOf = (slot: TeacherSlot) => `${hour(slot.startAt)}–${hour(slot.endAt)}`

function byDay(slots: TeacherSlot[]) {
  const days = new Map<string, TeacherSlot[]>()
  for (const slot of slots) {
    const day = dayOf(slot.startAt)
    days.set(day, [...(days.get(day) ?? []), slot])
  }
  return days
}
