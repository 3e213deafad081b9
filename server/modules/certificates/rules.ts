import { createHash } from 'node:crypto'
import type { CertificateState } from '#contract/certificates'

/** LZ 2026 0000001 5: letters, year of issue, serial of that year, check digit. */
const PATTERN = /^LZ(\d{4})(\d{7})(\d)$/

/** The number of the n-th certificate of a year. */
export function numberOf(year: number, serial: number) {
  const digits = `${year}${String(serial).padStart(7, '0')}`
  return `LZ${digits}${checkDigit(digits)}`
}

/** What somebody typed, as a number that may exist: spaces, small letters and a mistyped digit are caught here. */
export function readNumber(typed: string): string | null {
  const text = typed
    .normalize('NFKC')
    .replace(/[\s·\-_.]/g, '')
    .toUpperCase()
  const [, year, serial, check] = PATTERN.exec(text) ?? []
  return year && serial && check === checkDigit(year + serial) ? text : null
}

/** As printed, in groups that can be read aloud: LZ 2026 0000001 5. */
export const numberInGroups = (number: string) => number.replace(PATTERN, 'LZ $1 $2 $3')

/** ISO 7064 MOD 11,10: finds every single wrong digit and almost every swap of neighbours. */
function checkDigit(digits: string) {
  let product = 10
  for (const digit of digits) {
    const sum = (Number(digit) + product) % 10 || 10
    product = (sum * 2) % 11
  }
  return String((11 - product) % 10)
}

/** As grades are numbered: 大班 is −1, 职三 is 15. */
const LAST_GRADE: Record<string, number> = { 幼儿园: -1, 小学: 6, 初中: 9, 高中: 12, 中职: 15 }
/** 幼儿园 from 小班 to 大班; a class of mixed age has no grade. */
const KINDERGARTEN_YEARS = 3

export interface Validity {
  until: 'end-of-stage' | 'years'
  years?: number | null | undefined
}

/**
 * The last day a certificate holds. To the end of the stage means 31 August of the year in which the child leaves it: the
 * school year turns on 1 September. A child past the stage, or not yet in it, is counted to the end of this school year
 * at least.
 */
export function validUntil(validity: Validity, stage: string, grade: number | null, issuedOn: string) {
  const [year = 0, month = 0] = issuedOn.split('-').map(Number)
  if (validity.until === 'years') return dayBefore(issuedOn, year + (validity.years ?? 1))
  const endOfThisYear = month >= 9 ? year + 1 : year
  const withoutGrade = stage === '幼儿园' ? KINDERGARTEN_YEARS - 1 : 0
  const yearsAfterThis = grade === null ? withoutGrade : (LAST_GRADE[stage] ?? grade) - grade
  return `${endOfThisYear + Math.max(yearsAfterThis, 0)}-08-31`
}

function dayBefore(day: string, year: number) {
  const date = new Date(`${year}${day.slice(4)}T00:00:00Z`)
  return new Date(date.getTime() - 86_400_000).toISOString().slice(0, 10)
}

/** What a phone of any release understands: replaced is no longer in force, as revoked is. */
export function stateOf(
  { status, validUntil: until }: { status: 'valid' | 'revoked' | 'replaced'; validUntil: string },
  today: string,
): CertificateState {
  if (status !== 'valid') return 'revoked'
  return until < today ? 'expired' : 'valid'
}

/** 2026年11月25日 */
export const dayWritten = (day: string) => {
  const [year, month, date] = day.split('-').map(Number)
  return `${year}年${month}月${date}日`
}

/** What a certificate says, in a fixed order: two certificates that say the same have the same code. */
export interface Said {
  number: string
  holder: string
  studentName: string
  schoolName: string
  className: string
  programmeTitle: string
  hours: number
  issuedOn: string
  validUntil: string
}

/**
 * The first characters of the SHA-256 of what the certificate says, printed on it and shown by `/verify`: a paper on which
 * a name or a date was altered no longer fits its code.
 */
export function shortCodeOf(it: Said) {
  const said = [
    it.number,
    it.holder,
    it.studentName,
    it.schoolName,
    it.className,
    it.programmeTitle,
    String(it.hours),
    it.issuedOn,
    it.validUntil,
  ]
  const code = createHash('sha256').update(said.join('\n')).digest('hex').slice(0, 12).toUpperCase()
  return code.replace(/(.{4})(?=.)/g, '$1 ')
}

/** The same person, however the name was typed: spaces, full-width letters and the dot of a minority name do not matter. */
export const sameName = (typed: string, name: string) => plainName(typed) === plainName(name)
const plainName = (name: string) =>
  name
    .normalize('NFKC')
    .replace(/[\s·•・‧.]/g, '')
    .toUpperCase()

/** Days before the end of a certificate on which its holder is reminded, once each. */
export const REMIND_DAYS = [30, 7, 1] as const

/** The reminder that is due now for a certificate with so many days left, if it was not given yet: of several missed the last. */
export function reminderDue(daysLeft: number, reminded: number | null | undefined): number | null {
  const due = REMIND_DAYS.filter((it) => daysLeft <= it).at(-1)
  if (due === undefined || daysLeft < 0) return null
  return reminded === null || reminded === undefined || reminded > due ? due : null
}

/** Whole days from one calendar day to another. */
export const daysBetween = (from: string, to: string) =>
  Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000)

/** A calendar day some days on. */
export const dayAfter = (day: string, days: number) =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
