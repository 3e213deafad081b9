/**
 * Students who have not left, for counting. Says what `leftAt: null` says, but in a way that an index answers alone: for
 * null MongoDB looks up every document, as it might be missing the field.
 */
export const STILL_HERE = { leftAt: { $not: { $gt: new Date(0) } } }
