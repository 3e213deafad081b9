import type { UnitKind } from '#contract/org'
import { shanghaiDay } from '../../../infra/clock.ts'

/** A group stays below this, so that a letter to it is one read of its children. */
export const MOST_MEMBERS = 5_000
export const MOST_GROUPS = 100
/** A child is in so many groups at most: its letters are looked for in each. */
export const MOST_OF_A_CHILD = 30
/** Of the groups it was in, so many go on leading to the letters it got by them, the latest ones. */
export const MOST_ENDED = 60
export const MOST_LINES = 2_000

export const KEPT_AT: readonly UnitKind[] = ['school', 'grade', 'class']

/** The last day of the school year a day lies in: 31 August. */
export function endOfYear(now: Date) {
  const [year = '', month = ''] = shanghaiDay(now).split('-')
  return `${Number(year) + (Number(month) >= 9 ? 1 : 0)}-08-31`
}

/** Whether nobody has closed a group and its year has not ended. */
export const isStanding = (
  group: { closedAt?: Date | null | undefined; endsOn?: string | null | undefined },
  now: Date,
) => !group.closedAt && (!group.endsOn || group.endsOn >= shanghaiDay(now))

/** Why so many more children would be too many, or null. */
export function roomObjection(size: number, more: number): string | null {
  if (size + more <= MOST_MEMBERS) return null
  return `一个分组最多${MOST_MEMBERS}个孩子，现在有${size}个，再加${more}个就超过了，请分成两个分组`
}

export interface Line {
  line: number
  text: string
}

/** The numbers of a pasted column, with the line each stands on; a heading and what follows on a line are left out. */
export const linesOf = (pasted: string): Line[] =>
  pasted
    .split(/\r\n?|\n/)
    .map((text, at) => ({ line: at + 1, text: (text.trim().split(/[\t,，;；\s]/)[0] ?? '').trim() }))
    .filter(({ text, line }) => text !== '' && !(line === 1 && /^(学号|编号|学生学号)$/.test(text)))

/** Lines that name the same child twice. */
export function repeated(lines: readonly Line[]): Set<number> {
  const seen = new Set<string>()
  return new Set(lines.filter(({ text }) => seen.has(text) || !seen.add(text)).map(({ line }) => line))
}
