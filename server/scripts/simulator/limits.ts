/**
 * WeChat's limits on the values of a subscription message, written down from its documentation and apart from the
 * client's `fit`, so that each checks the other.
 */
const DAY = String.raw`\d{4}年\d{1,2}月\d{1,2}日`
const CLOCK = String.raw`(?:[01]?\d|2[0-3]):[0-5]\d`
const MOMENT = `(?:${DAY} )?${CLOCK}`

const ALLOWED: Record<string, (value: string) => boolean> = {
  thing: (value) => value.length <= 20,
  phrase: (value) => /^\p{Script=Han}{1,5}$/u.test(value),
  name: (value) => /^[^\p{N}]+$/u.test(value) && value.length <= (/\p{Script=Han}/u.test(value) ? 10 : 20),
  character_string: (value) => value.length <= 32 && !/\p{Script=Han}/u.test(value),
  number: (value) => value.length <= 32 && /^-?\d+(\.\d+)?$/.test(value),
  phone_number: (value) => /^[\d+\-() ]{1,17}$/.test(value),
  time: (value) => new RegExp(`^${MOMENT}(~${MOMENT})?$`).test(value),
  date: (value) => new RegExp(`^${DAY}(~${DAY})?$`).test(value),
}

/** What is wrong with one value, in WeChat's words; null when nothing is. */
export function complaintAbout(key: string, value: unknown): string | null {
  if (typeof value !== 'string' || value.trim() === '') return `argument invalid! data.${key}.value is empty`
  const isAllowed = ALLOWED[key.replace(/\d+$/, '')]
  const passes = isAllowed?.(value) && !/[\r\n]/.test(value)
  return passes ? null : `argument invalid! data.${key}.value invalid`
}
