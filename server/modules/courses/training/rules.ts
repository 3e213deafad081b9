import type { PostKind } from '#contract/posts'
import { shanghaiInstant } from '../../../infra/clock.ts'
import { schoolYearOn, type YearDays, yearIn } from '../../org/terms/rules.ts'

/** Whoever works with children in a school; all of them are trained (A8). */
export const TEACHERS: readonly PostKind[] = [
  'principal',
  'school_admin',
  'grade_head',
  'class_teacher',
  'teacher',
  'mentor',
  'counsellor',
]

/** Every teacher once within so many years (A8). */
const LONG_YEARS = 5

/** The instant by which a school year of a city is counted: its last, or now while it runs. */
export function lastInstantOf(schoolYear: number, now: Date, set: readonly YearDays[]) {
  const end = new Date(shanghaiInstant(yearIn(set, schoolYear + 1).autumn.from).getTime() - 1)
  return end < now ? end : now
}

/** A class teacher is asked once in a school year, which begins on its city's first day of term; `day` in Asia/Shanghai. */
export function sinceWhen(day: string, set: readonly YearDays[]) {
  const [year = 0] = day.split('-').map(Number)
  return {
    schoolYear: yearIn(set, schoolYearOn(day, set)).autumn.from,
    long: `${year - LONG_YEARS}${day.slice(4)}`.replace(/-02-29$/, '-02-28'),
  }
}

interface Begun {
  startedAt: Date
  finishedAt?: Date | null
  earlier?: readonly unknown[] | null
}

/** From when on a programme counts that was begun anew; null where it was begun once only. */
export const anewSince = (begun: Begun | null) => (begun?.earlier?.length ? begun.startedAt : null)

/**
 * Whether what was finished in an earlier school year may be learned anew in this one. A certificate says itself how long
 * it counts and has a renewal of its own.
 */
export const isDueAgain = (
  begun: Begun | null,
  { givesCertificate }: { givesCertificate: boolean },
  day: string,
  set: readonly YearDays[],
) =>
  Boolean(
    begun?.finishedAt &&
    !givesCertificate &&
    begun.finishedAt < shanghaiInstant(sinceWhen(day, set).schoolYear),
  )
