import { shanghaiDay, shanghaiInstant, shanghaiMinutes } from '../../../../infra/clock.ts'

/** The hours of a working day in which teachers answer. */
export interface Hours {
  from: string
  to: string
}

/** What a school begins with. */
export const USUAL: Hours = { from: '08:00', to: '17:30' }

export type IsWorkday = (day: string) => boolean

const DAY_MS = 86_400_000
const dayBefore = (day: string) => new Date(Date.parse(day) - DAY_MS).toISOString().slice(0, 10)
const dayAfter = (day: string) => new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10)

const minutesOf = (clock: string) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3))

export function isServiceTime({ from, to }: Hours, at: Date, isWorkday: IsWorkday) {
  const minutes = shanghaiMinutes(at)
  return isWorkday(shanghaiDay(at)) && minutes >= minutesOf(from) && minutes < minutesOf(to)
}

/** A holiday is never longer than this. */
const MOST_DAYS = 60

/** The moment itself, or when teachers are there again. */
export function whenServed({ from, to }: Hours, at: Date, isWorkday: IsWorkday): Date {
  if (isServiceTime({ from, to }, at, isWorkday)) return at
  let day = shanghaiDay(at)
  if (isWorkday(day) && shanghaiMinutes(at) < minutesOf(from)) return shanghaiInstant(day, from)
  for (let tried = 0; tried < MOST_DAYS; tried++) {
    day = dayAfter(day)
    if (isWorkday(day)) return shanghaiInstant(day, from)
  }
  return at
}

/** What was written before this moment has waited longer than so many working days. */
export function waitedSince(now: Date, workdays: number, isWorkday: IsWorkday): Date {
  let day = shanghaiDay(now)
  let time = now.getTime() - shanghaiInstant(day).getTime()
  // On a day off nobody is late: the clock stands where the last working day left it.
  for (let tried = 0; tried < MOST_DAYS && !isWorkday(day); tried++) {
    day = dayBefore(day)
    time = DAY_MS
  }
  for (let left = workdays, tried = 0; left > 0 && tried < MOST_DAYS + workdays; tried++) {
    day = dayBefore(day)
    if (isWorkday(day)) left--
  }
  return new Date(shanghaiInstant(day).getTime() + time)
}

const plain = (clock: string) => clock.replace(/^0/, '')

/** 老师一般在工作日8:00–17:30回复，急事请打求助热线 */
export const serviceWords = ({ from, to }: Hours) =>
  `老师一般在工作日${plain(from)}–${plain(to)}回复，急事请打求助热线`

export function objectionTo({ from, to }: Hours): string | null {
  if (minutesOf(to) - minutesOf(from) < 60) return '结束的时间至少要比开始晚一个小时'
  return null
}
