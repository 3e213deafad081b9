import type { PostKind } from '#contract/posts'
import { shanghaiInstant } from '../../../infra/clock.ts'

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

/** The school year of a day by the year it begins in. */
export function schoolYearOf(day: string) {
  const [year = 0, month = 0] = day.split('-').map(Number)
  return month >= 9 ? year : year - 1
}

/** The instant by which a school year is counted: its last, or now while it runs. */
export function lastInstantOf(schoolYear: number, now: Date) {
  const end = new Date(shanghaiInstant(`${schoolYear + 1}-09-01`).getTime() - 1)
  return end < now ? end : now
}

/** A class teacher is asked once in a school year, which begins on 1 September; `day` in Asia/Shanghai. */
export function sinceWhen(day: string) {
  const [year = 0] = day.split('-').map(Number)
  return {
    schoolYear: `${schoolYearOf(day)}-09-01`,
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
) =>
  Boolean(
    begun?.finishedAt && !givesCertificate && begun.finishedAt < shanghaiInstant(sinceWhen(day).schoolYear),
  )
