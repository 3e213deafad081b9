import { isRight } from '../rules.ts'

/** Fewer papers than these say nothing of a question. */
export const LEAST_PAPERS = 20

/** One question of one paper. `order`: where each option stood; `chosen` and `correct`: positions as shown and as written. */
export interface Answered {
  key: string
  order: readonly number[]
  chosen: readonly number[]
  correct: readonly number[]
}

interface Sums {
  shown: number
  right: number
  /** How often each option was chosen, as it is written in the bank. */
  options: Map<number, number>
  /** Of the rest of the paper: the share that was right, over all and over those who had this one right. */
  rest: number
  restSquared: number
  restOfRight: number
}

export type Tally = Map<string, Sums>

/** Adds a paper. A question is compared with the rest of its paper, so that it does not speak for itself. */
export function addPaper(tally: Tally, paper: readonly Answered[]) {
  const marks = paper.map((it) => isRight(original(it), it.correct))
  const total = marks.filter(Boolean).length
  paper.forEach((it, at) => {
    const isOwnRight = marks[at] ?? false
    const rest = paper.length > 1 ? (total - Number(isOwnRight)) / (paper.length - 1) : 0
    const sums = tally.get(it.key) ?? fresh()
    sums.shown += 1
    sums.right += Number(isOwnRight)
    sums.rest += rest
    sums.restSquared += rest * rest
    sums.restOfRight += isOwnRight ? rest : 0
    for (const option of original(it)) sums.options.set(option, (sums.options.get(option) ?? 0) + 1)
    tally.set(it.key, sums)
  })
}

const fresh = (): Sums => ({
  shown: 0,
  right: 0,
  options: new Map(),
  rest: 0,
  restSquared: 0,
  restOfRight: 0,
})

/** What was chosen, by positions as written. */
const original = ({ chosen, order }: Answered) => [...new Set(chosen.flatMap((it) => order[it] ?? []))]

export interface Figures {
  facility: number
  discrimination: number | null
  verdict: 'fine' | 'easy' | 'hard' | 'weak' | 'suspect'
}

/** Facility and discrimination (corrected point-biserial) of a question, or null where too few have answered it. */
export function figuresOf(sums: Sums | undefined): Figures | null {
  if (!sums || sums.shown < LEAST_PAPERS) return null
  const { shown, right } = sums
  const facility = right / shown
  const discrimination = pointBiserial(sums)
  return { facility, discrimination, verdict: verdictOf(facility, discrimination) }
}

/** (M₁ − M₀) / s · √(p·q): how far those who had it right did better in the rest than those who had it wrong. */
function pointBiserial({ shown, right, rest, restSquared, restOfRight }: Sums): number | null {
  const wrong = shown - right
  const variance = restSquared / shown - (rest / shown) ** 2
  if (right === 0 || wrong === 0 || variance <= 1e-12) return null
  const difference = restOfRight / right - (rest - restOfRight) / wrong
  return (difference / Math.sqrt(variance)) * Math.sqrt((right / shown) * (wrong / shown))
}

/** Usual bounds of item analysis: below 0 the key may be wrong, below 0.15 it tells nobody apart. */
function verdictOf(facility: number, discrimination: number | null): Figures['verdict'] {
  if (discrimination !== null && discrimination < 0) return 'suspect'
  if (facility > 0.95) return 'easy'
  if (facility < 0.3) return 'hard'
  return discrimination !== null && discrimination < 0.15 ? 'weak' : 'fine'
}
