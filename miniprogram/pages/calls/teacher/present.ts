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
  /** 到校面谈; nothing for a call, which its button says. */
  tag: string
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
  key: string
  title: string
  way: string
  slots: { id: string; hours: string; when: string }[]
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
  const booked = groupBy(
    slots.filter((it) => it.booking !== null),
    (it) => dayOf(it.startAt),
  )
  const open = slots.filter((it) => it.status === 'open' && new Date(it.startAt) > now)
  return {
    today: (booked.get(today) ?? []).map((it) => presentBooking(it, now)),
    later: [...booked]
      .filter(([day]) => day > today)
      .map(([day, some]) => ({
        day,
        title: nearDate(day, now),
        calls: some.map((it) => presentBooking(it, now)),
      })),
    open: [...groupBy(open, (it) => `${dayOf(it.startAt)} ${WAY[it.way]}`)].map(([key, some]) => {
      const [day = '', way = ''] = key.split(' ')
      return {
        key,
        title: nearDate(day, now),
        way,
        slots: some.map((it) => ({ id: it.id, hours: hoursOf(it), when: span(it.startAt, it.endAt, now) })),
      }
    }),
    openCount: open.length,
  }
}

function presentBooking(slot: TeacherSlot, now: Date): ShownBooking {
  const { booking } = slot
  const isOver = new Date(slot.endAt) <= now
  return {
    id: slot.id,
    hours: hoursOf(slot),
    when: span(slot.startAt, slot.endAt, now),
    who: `${booking?.studentName ?? ''}${booking?.relation ?? ''}`,
    className: booking?.className ?? '',
    topic: booking?.topic ?? '',
    tag: isOver ? '已结束' : slot.way === 'visit' ? WAY.visit : '',
    isOver,
    canCancel: now < new Date(slot.startAt),
  }
}

const hoursOf = (slot: TeacherSlot) => `${hour(slot.startAt)}–${hour(slot.endAt)}`

function groupBy(slots: TeacherSlot[], keyOf: (slot: TeacherSlot) => string) {
  const groups = new Map<string, TeacherSlot[]>()
  for (const slot of slots) {
    const key = keyOf(slot)
    groups.set(key, [...(groups.get(key) ?? []), slot])
  }
  return groups
}
