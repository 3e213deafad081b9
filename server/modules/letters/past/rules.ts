import { schoolYearOn, yearIn, type YearDays } from '../../org/terms/rules.ts'

/** A letter's own school year and one more: then the questions of a year have been asked (decision 0011). */
const MORE_YEARS = 1

/** The last day on which a former 班主任 reads who answered a letter of that day. */
export function readableTo(sentOn: string, years: readonly YearDays[]): string {
  const year = schoolYearOn(sentOn, years) + MORE_YEARS + 1
  const first = new Date(`${yearIn(years, year).autumn.from}T00:00:00Z`)
  return new Date(first.getTime() - 86_400_000).toISOString().slice(0, 10)
}
