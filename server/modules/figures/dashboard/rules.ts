import type { Rate, UnitFigures } from '#contract/figures'

export type UnitCounts = Pick<UnitFigures, 'families' | 'activated' | 'read' | 'certified'>

const plus = (a: Rate, b: Rate): Rate => ({ done: a.done + b.done, of: a.of + b.of })

const NONE: UnitCounts = {
  families: 0,
  activated: { done: 0, of: 0 },
  read: { done: 0, of: 0 },
  certified: { done: 0, of: 0 },
}

/** A unit is the sum of the units below it, so that a total never differs from its parts. */
export const sumOf = (units: UnitCounts[]): UnitCounts =>
  units.reduce(
    (sum, it) => ({
      families: sum.families + it.families,
      activated: plus(sum.activated, it.activated),
      read: plus(sum.read, it.read),
      certified: plus(sum.certified, it.certified),
    }),
    NONE,
  )
