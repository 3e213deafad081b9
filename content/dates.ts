import type { CalendarNode, DateRule, Holidays } from './shapes.ts'

/** When a node of the calendar falls in a year, as `YYYY-MM-DD`. */
export interface NodeDates {
  from: string
  to: string
  /** The day its letter is drafted. */
  draftOn: string
  /** `fixed` by its rule for every year · `announced` by a notice · `proposed`: usual days that nobody has published yet. */
  status: 'fixed' | 'announced' | 'proposed'
  /** Whose notice a proposed date waits for. */
  waitFor: string | null
}

const DAY_MS = 86_400_000
const HOLIDAY_NOTICE = '国务院办公厅放假通知'

const addDays = (day: string, days: number) =>
  new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10)

/** Monday is 1, Sunday is 7. */
const weekdayOf = (day: string) => new Date(day).getUTCDay() || 7

function nthWeekday(
  year: number,
  { month, nth, weekday }: Extract<DateRule, { kind: 'nth-weekday' }>,
): string {
  const first = new Date(Date.UTC(year, month - 1, 1)).toISOString().slice(0, 10)
  if (nth > 0) return addDays(first, ((weekday - weekdayOf(first) + 7) % 7) + (nth - 1) * 7)
  const last = new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10)
  return addDays(last, -((weekdayOf(last) - weekday + 7) % 7))
}

type Found = Pick<NodeDates, 'from' | 'to' | 'status' | 'waitFor'>

function byRule(rule: DateRule, year: number, holidays: Holidays[]): Found {
  const fixed = (from: string, to = from): Found => ({ from, to, status: 'fixed', waitFor: null })
  const proposed = (from: string, to: string, waitFor: string): Found => ({
    from,
    to,
    status: 'proposed',
    waitFor,
  })
  switch (rule.kind) {
    case 'day':
      return fixed(`${year}-${rule.from}`, `${year}-${rule.to ?? rule.from}`)
    case 'nth-weekday':
      return fixed(nthWeekday(year, rule))
    case 'week-of': {
      const day = `${year}-${rule.day}`
      const monday = addDays(day, 1 - weekdayOf(day))
      return fixed(monday, addDays(monday, 6))
    }
    case 'holiday': {
      const file = holidays.find((it) => it.year === year)
      const holiday = file?.holidays.find(({ name }) => name === rule.name)
      if (!holiday) return proposed(`${year}-${rule.from}`, `${year}-${rule.to}`, HOLIDAY_NOTICE)
      const { from, to } = holiday
      // The law fixes some of the days; which others are added is for the year's notice to say.
      if (file?.status !== 'official') return proposed(from, to, HOLIDAY_NOTICE)
      return { from, to, status: 'announced', waitFor: null }
    }
    case 'notice':
      return proposed(`${year}-${rule.from}`, `${year}-${rule.to ?? rule.from}`, rule.by)
  }
}

/** A published date wins over the rule; what only a notice can say is proposed, never asserted (B7). */
export function datesOf(node: CalendarNode, year: number, holidays: Holidays[]): NodeDates {
  const notice = node.announced?.find((it) => it.year === year)
  const found: Found = notice
    ? { from: notice.from, to: notice.to, status: 'announced', waitFor: null }
    : byRule(node.rule, year, holidays)
  return { ...found, draftOn: addDays(found.from, -node.draftDaysBefore) }
}
