import { instantOf } from '../../format/date'

/** What a teacher fills in to open appointments. */
export interface Plan {
  days: string[]
  from: string
  until: string
  lengthMinutes: number
  gapMinutes: number
}

/** Limits of the server, said here before the button is pressed. */
export const MOST_DAYS = 14
const MOST_DAYS_AHEAD = 60
const MOST_A_DAY = 60
const DAY_MS = 86_400_000

/** The beginnings that fit into a day: 16:00–18:00 with 15 minutes and 5 between gives exactly six. */
export function startsOf({ from, until, lengthMinutes, gapMinutes }: Plan): string[] {
  const end = minutes(until)
  const starts: string[] = []
  if (lengthMinutes < 1) return starts
  for (let at = minutes(from); at + lengthMinutes <= end; at += lengthMinutes + gapMinutes) {
    starts.push(clock(at))
  }
  return starts
}

/** What stands in the way of opening, in a sentence; null when nothing does. */
export function objection(plan: Plan, now: Date): string | null {
  if (plan.days.length === 0) return '请选日期'
  if (plan.days.length > MOST_DAYS) return `一次最多选${MOST_DAYS}天`
  if (!plan.from || !plan.until) return '请选起止时间'
  if (minutes(plan.until) <= minutes(plan.from)) return '结束时间要晚于开始时间'
  const starts = startsOf(plan)
  if (starts.length === 0) return '这段时间排不下一次通话，请放宽起止时间'
  if (starts.length > MOST_A_DAY) return `一天最多开放${MOST_A_DAY}个时段，请把每次的时间放长些`
  if (plan.days.some((day) => instantOf(day, plan.from) <= now.toISOString())) {
    return '今天的这个时间已经过了，请选以后的时间'
  }
  return null
}

/** 将开放 6 个时段：16:00、16:20、16:40 … */
export function planInWords(plan: Plan): string {
  const starts = startsOf(plan)
  const times = starts.join('、')
  const days = plan.days.length
  if (days === 1) return `将开放 ${starts.length} 个时段：${times}`
  return `${days} 天，每天 ${starts.length} 个，将开放 ${days * starts.length} 个时段：${times}`
}

/** Days a slot may lie on: from today on, two months ahead. `date` is a day in the calendar's own zone. */
export function isDayOffered(date: Date, now: Date): boolean {
  const ahead = (date.getTime() + DAY_MS - now.getTime()) / DAY_MS
  return ahead > 0 && ahead <= MOST_DAYS_AHEAD
}

const minutes = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))

const clock = (at: number) =>
  `${String(Math.floor(at / 60)).padStart(2, '0')}:${String(at % 60).padStart(2, '0')}`
