// Dates as people here write them. By hand, because mini-programs have no Intl; China has one time zone and no summer time.

const CHINA_MS = 8 * 3_600_000
const DAY_MS = 86_400_000
const WEEKDAYS = '日一二三四五六'

/** The calendar day in Asia/Shanghai, `YYYY-MM-DD`. */
export function dayOf(instant: string | Date): string {
  return new Date(new Date(instant).getTime() + CHINA_MS).toISOString().slice(0, 10)
}

/** 18:00 */
export function hour(instant: string): string {
  return new Date(new Date(instant).getTime() + CHINA_MS).toISOString().slice(11, 16)
}

/** 11月25日(周三); with the year when it is not this one. */
export function date(day: string, now: Date = new Date()): string {
  const [year = '', month = '', dayOfMonth = ''] = day.split('-')
  const weekday = WEEKDAYS[new Date(`${day}T00:00:00Z`).getUTCDay()] ?? ''
  const far = year === dayOf(now).slice(0, 4) ? '' : `${year}年`
  return `${far}${Number(month)}月${Number(dayOfMonth)}日(周${weekday})`
}

/** 11月25日(周三) 18:00 */
export function moment(instant: string, now: Date = new Date()): string {
  return `${date(dayOf(instant), now)} ${hour(instant)}`
}

/** 今天 18:00, 明天 18:00, 昨天 18:00, else the whole date: for what is near. */
export function nearMoment(instant: string, now: Date = new Date()): string {
  return `${nearDate(dayOf(instant), now)} ${hour(instant)}`
}

/** 今天, 明天, 后天, 昨天, else the whole date. */
export function nearDate(day: string, now: Date = new Date()): string {
  const near: Record<number, string> = { [-1]: '昨天', 0: '今天', 1: '明天', 2: '后天' }
  return near[daysFrom(now, day)] ?? date(day, now)
}

/** 11月25日(周三) 16:00–16:15 */
export function span(startsAt: string, endsAt: string, now: Date = new Date()): string {
  return `${moment(startsAt, now)}–${hour(endsAt)}`
}

/** How a due day is said, and how it should look. */
export interface Due {
  text: string
  tone: 'calm' | 'soon' | 'late'
}

/** 今天截止 / 明天截止 / 11月25日(周三)前 / 已过期2天. */
export function due(day: string, now: Date = new Date()): Due {
  const left = daysFrom(now, day)
  if (left < 0) return { text: `已过期${-left}天`, tone: 'late' }
  if (left <= 2) return { text: `${nearDate(day, now)}截止`, tone: 'soon' }
  return { text: `${date(day, now)}前`, tone: 'calm' }
}

/** Whole days from today (Shanghai) to `day`; negative when it is past. */
export function daysFrom(now: Date, day: string): number {
  const from = new Date(`${dayOf(now)}T00:00:00Z`).getTime()
  return Math.round((new Date(`${day}T00:00:00Z`).getTime() - from) / DAY_MS)
}

/** 5:07 of a video, 1:05:07 of a long one. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const parts = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60]
  const shown = parts[0] === 0 ? parts.slice(1) : parts
  return shown.map((part, at) => (at === 0 ? String(part) : String(part).padStart(2, '0'))).join(':')
}

/** 8分钟, 1小时5分钟; less than a minute counts as one. */
export function length(minutes: number): string {
  const whole = Math.max(1, Math.round(minutes))
  const hours = Math.floor(whole / 60)
  const rest = whole % 60
  if (hours === 0) return `${rest}分钟`
  return rest === 0 ? `${hours}小时` : `${hours}小时${rest}分钟`
}

/** 上午好 … by the hour in Shanghai. */
export function greeting(now: Date = new Date()): string {
  const at = Number(hour(now.toISOString()).slice(0, 2))
  if (at < 5) return '夜深了'
  if (at < 9) return '早上好'
  if (at < 12) return '上午好'
  if (at < 14) return '中午好'
  if (at < 18) return '下午好'
  return '晚上好'
}
