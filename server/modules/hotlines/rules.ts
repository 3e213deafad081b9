import type { HelpLine } from '#contract/hotlines'
import { shanghaiDay, shanghaiMinutes } from '../../infra/clock.ts'

interface Line extends HelpLine {
  urgent: boolean
}

/** First whom to call in danger, then who answers at night (B8: nights covered), then office hours; no number twice. */
export function inOrder(lines: Line[]): HelpLine[] {
  const first = lines.filter((it, at) => lines.findIndex((other) => other.number === it.number) === at)
  const rank = (it: Line) => (it.urgent ? 0 : it.allDay ? 1 : 2)
  return first
    .map((it, at) => ({ it, at }))
    .sort((a, b) => rank(a.it) - rank(b.it) || a.at - b.at)
    .map(({ it: { name, number, hours, about, allDay } }) => ({ name, number, hours, about, allDay }))
}

/** Numbers and hours are rung up once a year (B8). */
export const isCheckDue = (checkedOn: string | null, today: string) =>
  checkedOn === null || `${Number(checkedOn.slice(0, 4)) + 1}${checkedOn.slice(4)}` <= today

const SPAN = /(\d{1,2}):(\d{2})\s*[–—~～至到-]\s*(\d{1,2}):(\d{2})/

/** Whether somebody answers a line at a moment, by the hours it is shown with: 24小时, 工作日8:30–17:00. Hours nobody can read are not counted as open. */
export function answersAt(
  { allDay, hours }: Pick<HelpLine, 'allDay' | 'hours'>,
  at: Date,
  isWorkday: (day: string) => boolean,
) {
  if (allDay) return true
  const [, fromHour, fromMinute, toHour, toMinute] = SPAN.exec(hours) ?? []
  if (toMinute === undefined) return false
  if (/工作日|周一/.test(hours) && !isWorkday(shanghaiDay(at))) return false
  const minutes = shanghaiMinutes(at)
  return (
    minutes >= Number(fromHour) * 60 + Number(fromMinute) && minutes < Number(toHour) * 60 + Number(toMinute)
  )
}
