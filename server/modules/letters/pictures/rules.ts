/** What a phone's photo is after it was made smaller; larger ones are refused while they are on their way. */
export const PICTURE_BYTES = 8 * 1024 * 1024
/** Sharp enough to read a doctor's note. */
export const PICTURE_PIXELS = 1_800
/** Of one family for one letter: a form has twelve questions at most, and photos are taken again. */
export const MOST_PICTURES = 40
/** A picture nobody used. */
export const KEPT_MS = 48 * 3_600_000

export const isRequestId = (text: string) => /^[\w-]{8,64}$/.test(text)
