import type { MyPost } from '../../../contract'
import { dayOf, hour } from '../../../services/format'

const DAY_MS = 86_400_000
const DAYS_SHOWN = 14
const KINDS = ['class', 'grade', 'school']

export const LENGTHS = [10, 15, 20, 30]
export const GAPS = [0, 5, 10]

/** How the appointments of a day are laid out. */
export interface Plan {
  from: string
  until: string
  lengthMinutes: number
  gapMinutes: number
}
export interface DayChip {
  day: string
  weekday: string
  /** 23日; with the month where a new one begins. */
  date: string
  isOn: boolean
}
export interface Preview {
  times: string[]
  /** 将开放12个时段：2天，每天6个 */
  text: string
  /** What is still missing or wrong; empty when the button may be pressed. */
  problem: string
}

/** The next two weeks as chips, school days before weekends, and what they span. */
export function dayChips(chosen: string[], now: Date = new Date()) {
  const first = dayOf(now)
  const chips = Array.from({ length: DAYS_SHOWN }, (_, at): DayChip & { isWeekend: boolean } => {
    const day = dayOf(new Date(now.getTime() + at * DAY_MS))
    const weekday = new Date(`${day}T00:00:00Z`).getUTCDay()
    return {
      day,
      weekday: at === 0 ? '今天' : `周${'日一二三四五六'[weekday] ?? ''}`,
      date: `${Number(day.slice(8))}日`,
      isOn: chosen.includes(day),
      isWeekend: weekday === 0 || weekday === 6,
    }
  })
  return {
    schoolDays: withMonths(chips.filter((it) => !it.isWeekend)),
    weekends: withMonths(chips.filter((it) => it.isWeekend)),
    range: `${spoken(first)}到${spoken(chips[chips.length - 1]?.day ?? first)}`,
  }
}

/** The month stands where a new one begins; the chips are too narrow to repeat it. */
const withMonths = (chips: DayChip[]): DayChip[] =>
  chips.map((it, at) => {
    const before = chips[at - 1]
    return before && monthOf(before.day) !== monthOf(it.day)
      ? { ...it, date: `${monthOf(it.day)}月${it.date}` }
      : it
  })

const monthOf = (day: string) => Number(day.slice(5, 7))
const spoken = (day: string) => `${monthOf(day)}月${Number(day.slice(8))}日`

/** The appointments of one day: 16:00–18:00 with 15 minutes and 5 between gives exactly six. */
export function timesOf({ from, until, lengthMinutes, gapMinutes }: Plan): string[] {
  const times: string[] = []
  for (
    let start = minutes(from);
    start + lengthMinutes <= minutes(until);
    start += lengthMinutes + gapMinutes
  ) {
    times.push(`${clockOf(start)}–${clockOf(start + lengthMinutes)}`)
  }
  return times
}

/** What the button would open, before it is pressed. */
export function previewOf(days: string[], plan: Plan, now: Date = new Date()): Preview {
  const times = timesOf(plan)
  const count = days.length * times.length
  const each = days.length > 1 ? `：${days.length}天，每天${times.length}个` : ''
  return { times, text: count > 0 ? `将开放${count}个时段${each}` : '', problem: problemOf(days, plan, now) }
}

function problemOf(days: string[], plan: Plan, now: Date) {
  if (minutes(plan.until) <= minutes(plan.from)) return '结束时间要晚于开始时间'
  if (timesOf(plan).length === 0) return '这段时间排不下一次通话，请放宽起止时间'
  if (days.includes(dayOf(now)) && plan.from <= hour(now.toISOString())) {
    return `今天${plan.from}已经过了，请改时间，或不选今天`
  }
  return days.length === 0 ? '请选择日期' : ''
}

const OFFERS_CALLS: MyPost['post'][] = [
  'principal',
  'school_admin',
  'grade_head',
  'class_teacher',
  'teacher',
  'mentor',
]

/** The places whose families I may offer calls to; the server has the last word. */
export const placesOf = (posts: MyPost[]) =>
  posts
    .filter((it) => OFFERS_CALLS.includes(it.post) && KINDS.includes(it.unitKind))
    .filter((it, at, all) => all.findIndex((one) => one.unitId === it.unitId) === at)
    .map((it) => ({ unitId: it.unitId, name: it.unitName }))

function minutes(time: string) {
  const [hours = '', rest = ''] = time.split(':')
  return Number(hours) * 60 + Number(rest)
}

const two = (part: number) => String(part).padStart(2, '0')
const clockOf = (at: number) => `${two(Math.floor(at / 60))}:${two(at % 60)}`
