/** China keeps one time without summer time; a machine set to another zone must not shift a deadline. */
const SHANGHAI_MS = 8 * 3_600_000
const WEEKDAYS = '日一二三四五六'

/** 11月25日(周三) 18:00; with the year in front when it is not the current one. */
export function dateTime(instant: string | Date, now = new Date()): string {
  const at = shift(new Date(instant))
  return `${dayText(at, now)} ${clock(at)}`
}

/** 11月25日(周三): of a calendar day `YYYY-MM-DD`, or of an instant in China. */
export function dayOf(dayOrInstant: string | Date, now = new Date()): string {
  const isDay = typeof dayOrInstant === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(dayOrInstant)
  return dayText(isDay ? new Date(`${dayOrInstant}T00:00:00Z`) : shift(new Date(dayOrInstant)), now)
}

/** 18:00 in China. */
export const timeOf = (instant: string | Date) => clock(shift(new Date(instant)))

/** 11月25日(周三) 16:00–16:15; both ends in full when they lie on different days. */
export function span(from: string | Date, until: string | Date, now = new Date()): string {
  const sameDay = dayOf(from, now) === dayOf(until, now)
  return `${dateTime(from, now)}–${sameDay ? timeOf(until) : dateTime(until, now)}`
}

/** 刚刚, 5分钟前, 3小时前, then the day: for "last refreshed" and lists of what is new. */
export function ago(instant: string | Date, now = new Date()): string {
  const minutes = Math.floor((now.getTime() - new Date(instant).getTime()) / 60_000)
  if (minutes < 1) return '刚刚'
  if (minutes < 60) return `${minutes}分钟前`
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)}小时前`
  return dayOf(instant, now)
}

/** The calendar day in China, as the contract says it: `YYYY-MM-DD`. */
export const dayKey = (instant: string | Date) => shift(new Date(instant)).toISOString().slice(0, 10)

/** The instant of a day and a time on the wall in China, as the contract says it. */
export const instantOf = (day: string, time: string) => new Date(`${day}T${time}:00+08:00`).toISOString()

const shift = (instant: Date) => new Date(instant.getTime() + SHANGHAI_MS)

function dayText(at: Date, now: Date) {
  const year = at.getUTCFullYear()
  const text = `${at.getUTCMonth() + 1}月${at.getUTCDate()}日(周${WEEKDAYS.charAt(at.getUTCDay())})`
  return year === shift(now).getUTCFullYear() ? text : `${year}年${text}`
}

function clock(at: Date) {
  return at.toISOString().slice(11, 16)
}
