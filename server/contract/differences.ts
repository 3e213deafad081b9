/** One step from an old row of things to a new one. */
export interface Step<T> {
  kind: 'same' | 'gone' | 'new'
  it: T
}

/** How a row became another: the longest row of things that both have in the same order stays, all else is gone or new. */
export function differences<T>(old: readonly T[], now: readonly T[], keyOf: (it: T) => string): Step<T>[] {
  const [before, after] = [old.map(keyOf), now.map(keyOf)]
  const common = commonLengths(before, after)
  const length = (at: number, to: number) => common[at]?.[to] ?? 0
  const steps: Step<T>[] = []
  let at = 0
  let to = 0
  while (at < old.length || to < now.length) {
    if (at < old.length && to < now.length && before[at] === after[to]) {
      steps.push({ kind: 'same', it: now[to++] as T })
      at++
    } else if (at < old.length && length(at + 1, to) === length(at, to)) {
      steps.push({ kind: 'gone', it: old[at++] as T })
    } else steps.push({ kind: 'new', it: now[to++] as T })
  }
  return steps
}

/** For each pair of places, how long the longest row is that both rests have in common. */
function commonLengths(old: readonly string[], now: readonly string[]) {
  const table = Array.from({ length: old.length + 1 }, () => new Array<number>(now.length + 1).fill(0))
  for (let at = old.length - 1; at >= 0; at--) {
    const row = table[at] ?? []
    for (let to = now.length - 1; to >= 0; to--) {
      row[to] =
        old[at] === now[to]
          ? (table[at + 1]?.[to + 1] ?? 0) + 1
          : Math.max(table[at + 1]?.[to] ?? 0, row[to + 1] ?? 0)
    }
  }
  return table
}
