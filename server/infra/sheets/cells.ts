/**
 * A number as its owner meant it: a phone keeps its digits. From 16 digits on a sheet has rounded it, and it stays in a
 * form that nobody takes for a student number.
 */
export const numberText = (value: number) =>
  Number.isInteger(value) && Math.abs(value) < 1e15 ? value.toFixed(0) : String(value)

/** The same from the sheet's own spelling: digits written out in full are believed as they stand. */
export function numberOf(spelled: string): string {
  const text = spelled.trim()
  if (/^\d{1,32}$/.test(text)) return text
  const value = Number(text)
  return text === '' || Number.isNaN(value) ? text : numberText(value)
}

/** What a broken formula shows; anybody can see that it is no name. */
export const FORMULA_ERROR = '#N/A'

/** Text that a spreadsheet will show and never run: what could begin a formula is led by an apostrophe (S6). */
export const safeCell = (text: string) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text)
