/** Where time comes from, so that tests can choose it. */
export interface Clock {
  now(): Date
}

export const systemClock: Clock = { now: () => new Date() }

const SHANGHAI_MS = 8 * 3_600_000
const WEEKDAYS = '日一二三四五六'

/** The calendar day `YYYY-MM-DD` in Asia/Shanghai, which has had no summer time since 1991. */
export const shanghaiDay = (at: Date) => new Date(at.getTime() + SHANGHAI_MS).toISOString().slice(0, 10)

/** Minutes since midnight in Asia/Shanghai. */
export function shanghaiMinutes(at: Date) {
  const local = new Date(at.getTime() + SHANGHAI_MS)
  return local.getUTCHours() * 60 + local.getUTCMinutes()
}

/** The instant of `HH:mm` on a calendar day in Asia/Shanghai. */
export const shanghaiInstant = (day: string, time = '00:00') => new Date(`${day}T${time}:00+08:00`)

/** 11月25日(周三) */
export function dayInWords(day: string) {
  const date = new Date(`${day}T00:00:00Z`)
  return `${date.getUTCMonth() + 1}月${date.getUTCDate()}日(周${WEEKDAYS[date.getUTCDay()]})`
}

/** 11月25日(周三) 18:00 */
export function instantInWords(at: Date) {
  const local = new Date(at.getTime() + SHANGHAI_MS)
  return `${dayInWords(shanghaiDay(at))} ${local.toISOString().slice(11, 16)}`
}
