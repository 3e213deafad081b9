import type { NodeState, ProgressRow } from '#contract/calendar'
import type { Tally } from '#contract/letters'
import { NOTHING } from '../../sheets/rules.ts'

/** One school, how far it is with a node. */
export interface SchoolStanding {
  path: string
  state: NodeState
  reason: string | null
  letters: number
}

type Counts = Pick<ProgressRow, 'all' | 'sent' | 'scheduled' | 'draft' | 'dismissed' | 'none' | 'letters'>

/** Schools by how far they are. Every school is in exactly one of the five. */
export function countsOf(schools: readonly SchoolStanding[]): Counts {
  const counts: Counts = { all: 0, sent: 0, scheduled: 0, draft: 0, dismissed: 0, none: 0, letters: 0 }
  for (const { state, letters } of schools) {
    counts.all++
    counts[state]++
    counts.letters += letters
  }
  return counts
}

/** Those a reminder is for: nothing sent, nothing on its way, nothing said. */
export const isMissing = ({ state }: Pick<SchoolStanding, 'state'>) => state === 'none' || state === 'draft'

export const addTallies = (tallies: readonly Tally[]): Tally =>
  tallies.reduce(
    (sum, it) => ({
      expected: sum.expected + it.expected,
      reached: sum.reached + it.reached,
      read: sum.read + it.read,
      confirmed: sum.confirmed + it.confirmed,
      signed: sum.signed + it.signed,
    }),
    NOTHING,
  )
