import type { Worksheet } from 'exceljs'
import { instantInWords } from '../clock.ts'

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

/** 导出人 李文 · 实验中学 · 11月22日(周日) 18:05 · 仅限本校工作使用: stands on every list that leaves the product (条例 36). */
export function watermarkOf(
  { name, unit }: { name: string; unit: { fullName: string; kind: string } },
  now: Date,
) {
  const whose = unit.kind === 'city' || unit.kind === 'district' ? '本单位' : '本校'
  return `导出人 ${name} · ${unit.fullName} · ${instantInWords(now)} · 仅限${whose}工作使用`
}

/** Puts a watermark on a sheet: on every printed page, and as the last line of the table itself. */
export function stampSheet(sheet: Worksheet, watermark: string) {
  // In a header `&` begins a command; a doubled one is the character.
  const printed = `&C&9&K808080${watermark.replaceAll('&', '&&')}`
  sheet.headerFooter.oddHeader = printed
  sheet.headerFooter.oddFooter = printed
  const row = sheet.addRow([safeCell(watermark)])
  row.font = { size: 9, color: { argb: 'FF808080' } }
}
