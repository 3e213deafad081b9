/** What a file may weigh on its way: a phone's picture made smaller, or a paper of some pages. */
export const MOST_BYTES = 10 * 1024 * 1024

/** A file that no line carries by then is thrown away. */
export const KEPT_MS = 48 * 3_600_000

/** So many files somebody may send in ten minutes. */
export const MOST_UPLOADS = { points: 40, duration: 600 } as const

/**
 * Bytes are kept under their own hash, and the same paper may lie there already for another reason: a signed copy that a
 * family sends back. With so much chance before it every file is its own, and forgetting one forgets no other.
 */
export const SALT_BYTES = 16
