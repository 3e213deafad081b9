/** A file that no line carries by then is thrown away. */
export const KEPT_MS = 48 * 3_600_000

/** So many files somebody may send in ten minutes. */
export const MOST_UPLOADS = { points: 40, duration: 600 } as const
