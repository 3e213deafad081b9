/**
 * Bytes are kept under their own hash, and the same paper may lie there already for another reason: a signed copy that a
 * family sends back. With so much chance before it every file is its own, and forgetting one forgets no other.
 */
export const SALT_BYTES = 16

/** What a file may weigh on its way: a phone's picture made smaller, or a paper of some pages. */
export const MOST_INTAKE_BYTES = 10 * 1024 * 1024
