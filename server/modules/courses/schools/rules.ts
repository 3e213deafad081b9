import type { Duty } from '#contract/parent-school'
import { shanghaiInstant } from '../../../infra/clock.ts'
import { type YearDays, yearIn } from '../../org/terms/rules.ts'

/** Fewer ratings than this are not shown: whose they are could be guessed. */
export const FEWEST_RATINGS = 5

/** The check-in opens two hours before an activity, for those who set up chairs, and closes with its day. */
const OPENS_BEFORE_MS = 2 * 3_600_000
const DAY_MS = 86_400_000

export function checkInWindow({ onDay, from }: { onDay: string; from: string }) {
  return {
    opensAt: new Date(shanghaiInstant(onDay, from).getTime() - OPENS_BEFORE_MS),
    closesAt: new Date(shanghaiInstant(onDay).getTime() + DAY_MS),
  }
}

/** The average of some ratings with how many gave each number of stars; null while they are too few. */
export function ratingOf(counts: readonly { stars: number; count: number }[]) {
  const stars = [1, 2, 3, 4, 5].map((it) => counts.find((one) => one.stars === it)?.count ?? 0)
  const count = stars.reduce((sum, it) => sum + it, 0)
  if (count < FEWEST_RATINGS) return null
  const points = stars.reduce((sum, it, at) => sum + it * (at + 1), 0)
  return { average: Math.round((points * 10) / count) / 10, count, stars }
}

/** The days of a school year, from its first to the last before the next one. */
export function schoolYearDays(year: number, set: readonly YearDays[]) {
  const { autumn, spring } = yearIn(set, year)
  return { from: autumn.from, autumn, spring, until: yearIn(set, year + 1).autumn.from }
}

interface Counted {
  theme: string
  onDay: string
  status: string
}

/**
 * What A7 asks of a parent school: a guidance activity in each term, a session on mental health in the school year. What is held in
 * the holidays counts for the term before them.
 */
export function dutiesOf(activities: readonly Counted[], year: number, set: readonly YearDays[]): Duty[] {
  const { from, spring, until } = schoolYearDays(year, set)
  const of = (key: Duty['key'], theme: string, first: string, before: string): Duty => {
    const own = activities
      .filter((it) => it.theme === theme && first <= it.onDay && it.onDay < before)
      .sort((a, b) => (a.onDay < b.onDay ? -1 : 1))
    const found = own.find((it) => it.status === 'held') ?? own[0]
    const state = !found ? 'missing' : found.status === 'held' ? 'done' : 'planned'
    return { key, state, onDay: found?.onDay ?? null }
  }
  return [
    of('guidanceAutumn', 'guidance', from, spring.from),
    of('guidanceSpring', 'guidance', spring.from, until),
    of('mentalHealth', 'mentalHealth', from, until),
  ]
}
