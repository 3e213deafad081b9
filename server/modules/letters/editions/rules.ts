import type { Block } from '#contract/letter-text'
import type { LetterRecord } from '../model.ts'

/** What happened to a letter, beside what it says and to whom. */
const LIFE = [
  ...['_id', '__v', 'createdAt', 'updatedAt', 'authorId', 'authorName', 'requestId', 'draftKey'],
  ...[
    'status',
    'revision',
    'sendAt',
    'sentAt',
    'version',
    'textHash',
    'supersedes',
    'supersededBy',
    'correction',
  ],
  ...['sheetsUpTo', 'messagesUpTo', 'areMessagesDue', 'areSheetsDue', 'rungs', 'nextRungAt'],
  ...['approval', 'withdrawnAt', 'withdrawnReason', 'nodeDays', 'expiredAt'],
]

/** What a letter says, asks and whom it goes to: what a next edition begins with, and what a yes is given to. */
export const substanceOf = (letter: LetterRecord) =>
  Object.fromEntries(Object.entries(letter).filter(([key]) => !LIFE.includes(key))) as Partial<LetterRecord>

/**
 * Which blocks of a new text are not as they stood in the one before: the longest row of blocks that both have in the same order is
 * left out, all others are new or moved.
 */
export function changedBlocks(before: readonly Block[], after: readonly Block[]): number[] {
  const [old, now] = [before, after].map((blocks) =>
    blocks.map((it) => JSON.stringify([it.kind, it.runs, it.picture])),
  )
  if (!old || !now) return []
  const common = commonLengths(old, now)
  const changed: number[] = []
  let at = 0
  for (let to = 0; to < now.length; to++) {
    // What stands on in the old text and leads to as long a common rest is the same block.
    while (at < old.length && old[at] !== now[to] && length(common, at + 1, to) === length(common, at, to))
      at++
    if (at < old.length && old[at] === now[to]) at++
    else changed.push(to)
  }
  return changed
}

const length = (table: number[][], at: number, to: number) => table[at]?.[to] ?? 0

/** For each pair of places, how long the longest row is that both rests have in common. */
function commonLengths(old: string[], now: string[]) {
  const table = Array.from({ length: old.length + 1 }, () => new Array<number>(now.length + 1).fill(0))
  for (let at = old.length - 1; at >= 0; at--) {
    const row = table[at] ?? []
    for (let to = now.length - 1; to >= 0; to--) {
      row[to] =
        old[at] === now[to]
          ? length(table, at + 1, to + 1) + 1
          : Math.max(length(table, at + 1, to), length(table, at, to + 1))
    }
  }
  return table
}
