/** Fewer answers than this are not told apart: whose they are could be guessed (D8, small numbers). */
export const FEWEST_SHOWN = 5

/** Who has this share of the items right knows what a parent must know. */
const AWARE_AT = 0.8

export const isAware = (right: number, of: number) => of > 0 && right >= Math.ceil(of * AWARE_AT)

/** The rate the policy asks for, in percent (A9): 95 from 2023, 98 from 2025, 100 from 2027. */
export const targetOn = (day: string) => (day >= '2027-01-01' ? 100 : day >= '2025-01-01' ? 98 : 95)

/**
 * Wilson's score interval of a rate, `part` of `whole`, at the quantile `z`: it keeps its promise for rates near 0 and 1 and
 * for small samples, where the usual one does not.
 */
export function wilson(part: number, whole: number, z: number) {
  if (whole === 0) return { low: 0, high: 1 }
  const rate = part / whole
  const bend = z ** 2 / whole
  const middle = (rate + bend / 2) / (1 + bend)
  const reach = (z / (1 + bend)) * Math.sqrt((rate * (1 - rate)) / whole + bend / (4 * whole))
  // At the ends the formula gives 0 and 1 but for rounding.
  return {
    low: part === 0 ? 0 : Math.max(0, middle - reach),
    high: part === whole ? 1 : Math.min(1, middle + reach),
  }
}

/**
 * What a sample says of a target in percent: reached when the whole interval lies at or above it, missed when the whole of it
 * lies below. A target of 100 is reached when nobody who answered did not know.
 */
export function verdictOf(part: number, whole: number, target: number, z: number) {
  const { low, high } = wilson(part, whole, z)
  if (target >= 100 ? part === whole && whole > 0 : low >= target / 100) return 'reached' as const
  return high < target / 100 || (target >= 100 && part < whole) ? ('missed' as const) : ('unclear' as const)
}

export interface Counted {
  sampled: number
  answered: number
  aware: number
}

/**
 * Which rows of a table have to stay blank: those with one to four answers, and, where just one would be blank, the smallest of
 * the others as well, or it could be had by taking the others from the total.
 */
export function hiddenRows(rows: readonly Pick<Counted, 'answered'>[]): boolean[] {
  const hidden = rows.map(({ answered }) => answered > 0 && answered < FEWEST_SHOWN)
  if (hidden.filter(Boolean).length !== 1) return hidden
  const others = rows
    .map(({ answered }, at) => ({ answered, at }))
    .filter(({ answered, at }) => answered > 0 && !hidden[at])
    .sort((a, b) => a.answered - b.answered)
  const [smallest] = others
  return hidden.map((it, at) => it || at === smallest?.at)
}

/** The same people before and after: who knew, who came to know, who no longer did. */
export function pairUp(pairs: readonly { before: boolean; after: boolean }[]) {
  const gained = pairs.filter((it) => !it.before && it.after).length
  const lost = pairs.filter((it) => it.before && !it.after).length
  return {
    people: pairs.length,
    awareBefore: pairs.filter((it) => it.before).length,
    awareAfter: pairs.filter((it) => it.after).length,
    gained,
    lost,
    p: mcnemar(gained, lost),
  }
}

/** McNemar's exact test, two-sided: the chance of so uneven a split of those that changed, were it a coin's. */
export function mcnemar(gained: number, lost: number): number {
  const changed = gained + lost
  if (changed === 0) return 1
  const tail = Math.min(gained, lost)
  let term = 0.5 ** changed
  let sum = term
  for (let k = 1; k <= tail; k++) {
    term *= (changed - k + 1) / k
    sum += term
  }
  return Math.min(1, 2 * sum)
}
