/** Where a line stands in the chain, to say near which one another is missing. */
export interface Place {
  seq: number
  at: Date | null
}

export interface Told {
  last: number
  void: readonly number[]
}

interface Run {
  /** Up to here every number has been seen or is void. */
  upTo: number
  /** Seen further on: lines are chained nearly, but not quite, in the order of their numbers. */
  ahead: Set<number>
  void: ReadonlySet<number>
  last: number
  place: Place
}

/** Counts the lines of each writer off against what it has told of them. */
export function countOff(tallies: ReadonlyMap<string, Told>) {
  const runs = new Map<string, Run>(
    [...tallies].map(([writer, told]) => {
      const place = { seq: 0, at: null }
      return [writer, { upTo: 0, ahead: new Set(), void: new Set(told.void), last: told.last, place }]
    }),
  )
  const advance = (run: Run) => {
    while (run.ahead.delete(run.upTo + 1) || run.void.has(run.upTo + 1)) run.upTo++
  }
  return {
    /** False for a line of a writer who has told nothing: their tally was taken away. */
    see(writer: string, no: number, place: Place) {
      const run = runs.get(writer)
      if (!run) return false
      if (no > run.upTo) run.ahead.add(no)
      advance(run)
      if (run.ahead.size === 0) run.place = place
      return true
    },
    /** The last line before the first one that is missing; null when all are there. */
    missing(): Place | null {
      for (const run of runs.values()) {
        advance(run)
        if (run.upTo < run.last) return run.place
      }
      return null
    },
  }
}
