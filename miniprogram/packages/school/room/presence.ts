/** A player that stalls or is moved further than this between two looks did not play the gap. */
const LONGEST_STEP = 3

/**
 * Counts the seconds a live class really played since the last beat. A beat that does not arrive is not lost: its seconds wait and
 * go with the next one.
 */
export function presence() {
  let owed = 0
  let last: number | null = null
  return {
    /** One look at the player while it plays, by its own time. */
    tick(at: number) {
      const step = last === null ? 0 : at - last
      if (step > 0 && step <= LONGEST_STEP) owed += step
      last = at
    },
    rest() {
      last = null
    },
    /** Whole seconds to report now; `settle` says that they arrived. */
    due: () => Math.min(Math.floor(owed), 600),
    settle(seconds: number) {
      owed = Math.max(0, owed - seconds)
    },
  }
}
