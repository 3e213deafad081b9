import type { Letter } from '#contract/letters'
import type { LetterRecord } from '../../model.ts'
import { keptUntil, takenBy } from './rules.ts'

/** What became of the node of a letter that is still being written; a sent one stays as it is. */
export function presentNodeLife(letter: LetterRecord): Pick<Letter, 'nodeMove' | 'expired'> {
  const { nodeDays, status, expiredAt } = letter
  const isOpen = status === 'draft' || status === 'scheduled'
  const { dueOn, sendAt } = takenBy(letter)
  return {
    nodeMove:
      isOpen && nodeDays?.move
        ? {
            ...nodeDays.move,
            before: { from: nodeDays.from, to: nodeDays.to },
            dueOn,
            sendAt: sendAt?.toISOString() ?? null,
          }
        : null,
    expired:
      status === 'expired' && expiredAt ? { at: expiredAt.toISOString(), until: keptUntil(expiredAt) } : null,
  }
}
