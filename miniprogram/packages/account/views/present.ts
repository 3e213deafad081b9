import type { ViewOfMyChild } from '../../../contract'
import { dayOf, hour, nearDate } from '../../../services/format'

export interface ShownView {
  id: string
  who: string
  post: string
  what: string
  why: string
  at: string
}

export interface DayOfViews {
  day: string
  title: string
  views: ShownView[]
}

/** What was seen, day by day, the newest first. */
export function byDay(views: readonly ViewOfMyChild[], now = new Date()): DayOfViews[] {
  const days: DayOfViews[] = []
  for (const view of views) {
    const day = dayOf(view.at)
    const last = days[days.length - 1]
    const group = last?.day === day ? last : { day, title: nearDate(day, now), views: [] }
    if (group !== last) days.push(group)
    group.views.push(shown(view))
  }
  return days
}

const shown = ({ id, who, post, what, why, at }: ViewOfMyChild): ShownView => ({
  id,
  who,
  post,
  what,
  why: why ?? '',
  at: hour(at),
})
