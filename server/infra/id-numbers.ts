import type { FieldCrypto } from './field-crypto.ts'

/** A student number as it is kept. */
export interface KeptNumber {
  /** The number itself, or what stands for an ID number: `G3301**********1234#` and a piece of its blind index. */
  number: string
  /** The whole ID number, sealed; null where the number is none. */
  sealedNumber: string | null
}

/** Where the mask ends and what tells two equal masks apart begins. No student number has it. */
const MARK = '#'
/** Six bytes of the blind index: two children of one school with the same mask are still two. */
const BLIND = 8

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]

const hasBirthday = (id: string) => {
  const [year, month, day] = [id.slice(6, 10), id.slice(10, 12), id.slice(12, 14)].map(Number)
  return /^(19|20)/.test(String(year)) && Number(day) >= 1 && Number(day) <= (DAYS[Number(month) - 1] ?? 0)
}

/** GB 11643: the last character follows from the seventeen before it. */
const hasCheckDigit = (id: string) =>
  '10X98765432'[WEIGHTS.reduce((sum, weight, at) => sum + weight * Number(id[at]), 0) % 11] === id[17]

/** What may be an ID number, for a query; `holdsIdNumber` has the last word. */
export const LIKE_AN_ID_NUMBER = /[0-9]{17}[0-9Xx]/

/**
 * Whether a text has the number of an ID card in it: eighteen characters with a birthday or a check digit, as 全国学籍号 is made of
 * (G or L in front). A copying error spoils one of the two, hardly ever both.
 */
export const holdsIdNumber = (text: string) =>
  (text.match(/(?<!\d)\d{17}[\dXx](?!\d)/g) ?? [])
    .map((it) => it.toUpperCase())
    .some((it) => hasBirthday(it) || hasCheckDigit(it))

/** A column whose heading says that it holds ID numbers, whatever its cells look like: passports stand there, too. */
export const isIdHeading = (heading: string) => /身份证|证件号|全国学籍/.test(heading)

/** `G330106201501011234` → `G3301**********1234`; of a short one hardly anything is left. */
function mask(id: string) {
  const [head, tail] = id.length >= 12 ? [/^[A-Z]/.test(id) ? 5 : 4, 4] : [1, 2]
  const stars = Math.max(id.length - head - tail, 4)
  return `${id.slice(0, head)}${'*'.repeat(stars)}${id.slice(-tail)}`
}

/** How a number that people wrote is kept. What is kept already stays as it is. */
export function keptNumber(
  typed: string,
  fields: Pick<FieldCrypto, 'index' | 'seal'>,
  isIdNumber = holdsIdNumber(typed),
): KeptNumber {
  const said = typed.trim().toUpperCase()
  if (!isIdNumber || typed.includes(MARK)) return { number: typed, sealedNumber: null }
  const blind = fields.index(`id:${said}`).slice(0, BLIND)
  return { number: `${mask(said)}${MARK}${blind}`, sealedNumber: fields.seal(said) }
}

/** What a kept number is looked up by, however it was typed. */
export const soughtNumber = (typed: string, fields: Pick<FieldCrypto, 'index'>) =>
  keptNumber(typed, { index: (text) => fields.index(text), seal: () => '' }).number

/** What people see of a kept number. */
export const shownNumber = (number: string) => number.split(MARK, 1)[0] ?? ''

/** Whether an ID number stands behind it. */
export const isMasked = (number: string) => number.includes(MARK)
