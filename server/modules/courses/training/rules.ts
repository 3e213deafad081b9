import type { PostKind } from '#contract/posts'

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

/** A class teacher is asked once in a school year, which begins on 1 September; `day` in Asia/Shanghai. */
export function sinceWhen(day: string) {
  const [year = 0, month = 0] = day.split('-').map(Number)
  const began = month >= 9 ? year : year - 1
  return {
    schoolYear: `${began}-09-01`,
    long: `${year - LONG_YEARS}${day.slice(4)}`.replace(/-02-29$/, '-02-28'),
  }
}
