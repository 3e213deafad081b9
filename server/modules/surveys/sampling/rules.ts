import { createHash } from 'node:crypto'

export type Confidence = 90 | 95 | 99

/** Two-sided quantiles of the normal distribution. */
const Z: Record<Confidence, number> = { 90: 1.6449, 95: 1.96, 99: 2.5758 }

export const zOf = (confidence: Confidence) => Z[confidence]

/** Of a class not fewer than so many are drawn: with fewer answers its figures would not be shown anyway. */
export const FEWEST_A_CLASS = 5

/**
 * How many of `population` have to be asked for a rate that is within `margin` (0–1) of the truth at this confidence, whatever
 * the rate: Cochran's formula at one half, with the correction for a finite population.
 */
export function sampleSize(population: number, confidence: Confidence, margin: number): number {
  if (population <= 0) return 0
  const infinite = (zOf(confidence) ** 2 * 0.25) / margin ** 2
  return Math.min(population, Math.ceil(infinite / (1 + (infinite - 1) / population)))
}

/** Shares a sample among classes by their size; each gets five, or all it has. */
export function shares(sample: number, sizes: readonly number[]): number[] {
  const all = sizes.reduce((sum, it) => sum + it, 0)
  return sizes.map((size) =>
    Math.min(size, Math.max(FEWEST_A_CLASS, Math.ceil((sample * size) / Math.max(all, 1)))),
  )
}

const rankOf = (seed: string, ...parts: string[]) =>
  createHash('sha256')
    .update([seed, ...parts].join('\n'))
    .digest('hex')

/** The order that a seed gives to some keys: the same for everybody who has the seed, and for nobody else foreseeable. */
export const shuffled = (seed: string, place: string, keys: readonly string[]) =>
  keys
    .map((key) => ({ key, rank: rankOf(seed, place, key) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .map(({ key }) => key)

/** The families drawn in one class: a simple random sample without return. */
export const drawIn = (seed: string, classId: string, families: readonly string[], size: number) =>
  shuffled(seed, classId, families).slice(0, size)

/** So many items of a bank, of as many themes as there are before any theme comes twice. */
export function drawItems<T extends { code: string; theme: string }>(
  seed: string,
  bank: readonly T[],
  count: number,
): T[] {
  const order = shuffled(
    seed,
    'items',
    bank.map((it) => it.code),
  )
  const drawn = order.flatMap((code) => bank.find((it) => it.code === code) ?? [])
  const turn = new Map<string, number>()
  const turns = drawn.map((item) => {
    const at = turn.get(item.theme) ?? 0
    turn.set(item.theme, at + 1)
    return { item, at }
  })
  return turns
    .sort((a, b) => a.at - b.at)
    .slice(0, count)
    .map(({ item }) => item)
}
