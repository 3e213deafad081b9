/** When somebody answers: on which days (Monday is 1, Sunday is 7), from and to in minutes; a night goes on past 24:00. */
export interface Span {
  days: 'all' | 'workdays' | number[]
  from: number
  to: number
}

const DAY = 1440
const WEEKDAYS = '一二三四五六日'
const TIME = String.raw`(\d{1,2})(?:[:：](\d{2})|[点时](半|\d{1,2}分?)?)`
const RANGE = new RegExp(String.raw`^${TIME}(?:[-–—~～至到])(次日|第二天)?${TIME}$`)
const NAMES: Record<string, Span['days']> = {
  '': 'all',
  每天: 'all',
  每日: 'all',
  全年: 'all',
  工作日: 'workdays',
  周末: [6, 7],
  双休日: [6, 7],
}

/** 工作日8:30–11:30、14:00–17:00；周六9:00–17:00. What cannot be read for certain is null: nobody is told a guess. */
export function spansOf(hours: string): Span[] | null {
  const text = hours.replace(/\s+/g, '').replace(/^（|）$/g, '')
  if (/^(每天|每日|全年|全天)?24(小时|h)$/i.test(text) || text === '全天')
    return [{ days: 'all', from: 0, to: DAY }]
  const spans: Span[] = []
  let days: Span['days'] = 'all'
  for (const part of text.split(/[；;，,、和]/)) {
    const at = part.search(/\d/)
    const named = daysOf(at < 0 ? part : part.slice(0, at), days)
    const range = at < 0 ? null : rangeOf(part.slice(at))
    if (!named || !range) return null
    days = named
    spans.push({ days, ...range })
  }
  return spans
}

/** A second range without days of its own is of the days before: 工作日8:30–11:30、14:00–17:00. */
function daysOf(text: string, before: Span['days']): Span['days'] | null {
  if (text === '') return before
  const known = NAMES[text]
  if (known) return known
  const [, first = '', last = first] =
    /^(?:周|星期|礼拜)([一二三四五六日天])(?:[-–—~～至到](?:周|星期|礼拜)?([一二三四五六日天]))?$/.exec(
      text,
    ) ?? []
  const [from, to] = [first, last].map((it) => WEEKDAYS.indexOf(it === '天' ? '日' : it) + 1)
  if (!from || !to || to < from) return null
  return Array.from({ length: to - from + 1 }, (_, at) => from + at)
}

function rangeOf(text: string): Pick<Span, 'from' | 'to'> | null {
  const [whole, h1 = '', m1, half1, next, h2 = '', m2, half2] = RANGE.exec(text) ?? []
  if (whole === undefined) return null
  const from = minutes(h1, m1, half1)
  const to = minutes(h2, m2, half2)
  if (from === null || to === null || from === to) return null
  return { from, to: next || to < from ? to + DAY : to }
}

function minutes(hour: string, minute: string | undefined, half: string | undefined): number | null {
  const past = half === '半' ? 30 : Number(minute ?? half?.replace('分', '') ?? 0)
  const total = Number(hour) * 60 + past
  return past < 60 && total <= DAY ? total : null
}

export interface Day {
  /** Monday is 1. */
  weekday: number
  isWorkday: boolean
}

/** Whether somebody answers now: today, or since yesterday evening. Null when the hours cannot be read. */
export function isOpen(hours: string, now: { minutes: number; today: Day; yesterday: Day }): boolean | null {
  const spans = spansOf(hours)
  if (!spans) return null
  const falls = ({ days }: Span, day: Day) =>
    days === 'all' || (days === 'workdays' ? day.isWorkday : days.includes(day.weekday))
  return spans.some(
    (it) =>
      (falls(it, now.today) && it.from <= now.minutes && now.minutes < it.to) ||
      (falls(it, now.yesterday) && now.minutes + DAY < it.to),
  )
}

interface Holidays {
  holidays: readonly { from: string; to: string; workdays: readonly string[] }[]
}

/** A day as offices keep it: holidays off, the weekends that are worked in their place on. */
export function dayOf(day: string, years: readonly Holidays[]): Day {
  const weekday = new Date(day).getUTCDay() || 7
  const all = years.flatMap((it) => it.holidays)
  const isHoliday = all.some((it) => it.from <= day && day <= it.to)
  const isMadeUp = all.some((it) => it.workdays.includes(day))
  return { weekday, isWorkday: isMadeUp || (!isHoliday && weekday <= 5) }
}
