/** Of one person for one letter: a form has twelve questions at most, and papers are scanned again. */
export const MOST_FILES = 40
/** A file that no answer carries by then is thrown away. */
export const KEPT_MS = 48 * 3_600_000

export const isRequestId = (text: string) => /^[\w-]{8,64}$/.test(text)
