/** Cells shown as one: columns and rows counted from 1, both ends included. */
export interface Merge {
  top: number
  left: number
  bottom: number
  right: number
}

/** A list of 200,000 rows with two rows a child and three merged columns has 300,000 of them. */
const MOST_MERGES = 500_000
const MERGE =
  /<(?:\w+:)?mergeCell\s[^<>]*?ref="\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})"[^<>]*>/g
/** Longer than any tag that `MERGE` finds: what may be cut by the end of a piece. */
const TAIL = 120

/** Finds merged cells in the XML of a sheet that passes by in pieces. */
export function mergeFinder() {
  const found: Merge[] = []
  let rest = ''
  return {
    found,
    see: (chunk: Buffer) => {
      const text = rest + chunk.toString('latin1')
      let end = 0
      if (text.includes('mergeCell')) {
        for (const match of text.matchAll(MERGE)) {
          end = match.index + match[0].length
          const [, from = '', top = '', to = '', bottom = ''] = match
          if (found.length >= MOST_MERGES) return
          found.push({
            left: columnNumber(from),
            top: Number(top),
            right: columnNumber(to),
            bottom: Number(bottom),
          })
        }
      }
      rest = text.slice(Math.max(end, text.length - TAIL))
    },
  }
}

/** A → 1, Z → 26, AA → 27. */
export const columnNumber = (letters: string) =>
  [...letters].reduce((sum, it) => sum * 26 + it.charCodeAt(0) - 64, 0)

/**
 * Gives every row of a cell merged downwards what its first row says: a class named once stands beside each of its
 * children. Rows come in order. What is merged sideways stays where it is: two phone columns in one are one phone.
 */
export function mergedDown(merges: Merge[]) {
  const waiting = merges.filter((it) => it.bottom > it.top).sort((a, b) => a.top - b.top)
  const standing: ({ text: string; until: number } | undefined)[] = []
  let next = 0
  return (row: number, cells: string[]) => {
    for (const [at, it] of standing.entries()) {
      if (it && it.until >= row && !cells[at]) cells[at] = it.text
    }
    for (let merge = waiting[next]; merge && merge.top <= row; merge = waiting[++next]) {
      // A merge whose first row is not in the sheet has nothing to say.
      const text = merge.top === row ? (cells[merge.left - 1] ?? '') : ''
      if (merge.left <= MOST_COLUMNS && text) standing[merge.left - 1] = { text, until: merge.bottom }
    }
    for (let at = 0; at < cells.length; at++) cells[at] ??= ''
  }
}

/** No roster has more; what stands further right is not read. */
export const MOST_COLUMNS = 100
