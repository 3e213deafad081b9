/** One accepted tap on one template, and who has told us of it. */
export interface Tap {
  at: Date
  /** The page's own id of the tap. */
  page: string | null
  /** WeChat's pushed event. */
  push: string | null
}

export interface TapReport {
  from: 'page' | 'push'
  /** The same whenever the same source repeats itself. */
  id: string
  at: Date
}

/** A page on a weak network may report minutes after WeChat has pushed. */
const SAME_TAP_MS = 5 * 60_000
const TAPS_KEPT = 20

/**
 * WeChat reports one accepted tap twice, from the page and by a pushed event, and gives the two nothing in common but
 * the time. So a report belongs to the first tap of those minutes that its source has not reported yet.
 * Answers the taps afterwards and whether there is one more message to send. What is older than all that is remembered was counted in its
 * time: said again, by whoever has overheard it, it counts no more.
 */
export function noteTap(taps: readonly Tap[], { from, id, at }: TapReport): { taps: Tap[]; isNew: boolean } {
  if (taps.some((tap) => tap[from] === id)) return { taps: [...taps], isNew: false }
  const twin = taps.find(
    (tap) => tap[from] === null && Math.abs(tap.at.getTime() - at.getTime()) <= SAME_TAP_MS,
  )
  if (twin) return { taps: taps.map((tap) => (tap === twin ? { ...tap, [from]: id } : tap)), isNew: false }
  if (taps.length >= TAPS_KEPT && taps.every((tap) => tap.at > at)) return { taps: [...taps], isNew: false }
  const tap: Tap = { at, page: null, push: null, [from]: id }
  return { taps: [...taps, tap].slice(-TAPS_KEPT), isNew: true }
}
