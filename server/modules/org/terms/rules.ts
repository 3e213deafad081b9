import type { Season } from '#contract/tree'

interface Span {
  from: string
  to: string
}

/** The days of one school year of a city, `YYYY-MM-DD` in Shanghai; both ends belong to it. */
export interface YearDays {
  year: number
  autumn: Span
  spring: Span
}

export interface Term {
  year: number
  season: Season
}

/** What every city begins with: the school year turns on 1 September. */
export const defaultYear = (year: number): YearDays => ({
  year,
  autumn: { from: `${year}-09-01`, to: `${year + 1}-01-31` },
  spring: { from: `${year + 1}-02-16`, to: `${year + 1}-07-10` },
})

export const yearIn = (set: readonly YearDays[], year: number) =>
  set.find((it) => it.year === year) ?? defaultYear(year)

/** The term a day lies in, or null in the holidays. */
export function termOn(day: string, set: readonly YearDays[]): Term | null {
  const last = Number(day.slice(0, 4))
  for (const year of [last, last - 1]) {
    const { autumn, spring } = yearIn(set, year)
    if (autumn.from <= day && day <= autumn.to) return { year, season: 'autumn' }
    if (spring.from <= day && day <= spring.to) return { year, season: 'spring' }
  }
  return null
}

/** The school year a day belongs to, holidays counted to the year before them: the last one that has begun. */
export function schoolYearOn(day: string, set: readonly YearDays[]): number {
  const year = Number(day.slice(0, 4))
  return yearIn(set, year).autumn.from <= day ? year : year - 1
}

/** The school year for which something is being got ready on a day: in the summer holidays it is the next one. */
export function comingYearOn(day: string, set: readonly YearDays[]): number {
  const year = schoolYearOn(day, set)
  return yearIn(set, year).spring.to < day ? year + 1 : year
}

/** What is wrong with the days of a year beside the others, in a sentence, or null. */
export function objectionTo({ year, autumn, spring }: YearDays, set: readonly YearDays[]): string | null {
  if (autumn.from >= autumn.to || spring.from >= spring.to) return '学期的最后一天要晚于第一天'
  if (autumn.to >= spring.from) return '秋季学期要在春季学期之前结束，两个学期不能重叠'
  if (autumn.from < `${year}-08-01` || autumn.from > `${year}-10-31`) {
    return `${year}学年应在${year}年8月到10月之间开学`
  }
  if (spring.to > `${year + 1}-08-31`) return `${year}学年应在${year + 1}年8月31日以前结束`
  if (yearIn(set, year - 1).spring.to >= autumn.from) return '与上一学年的春季学期重叠了'
  if (spring.to >= yearIn(set, year + 1).autumn.from) return '与下一学年的秋季学期重叠了'
  return null
}
