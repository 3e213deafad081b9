import type { HelpLine } from '#contract/hotlines'

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
