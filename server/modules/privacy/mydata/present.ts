import ExcelJS from 'exceljs'
import type { MyData } from '#contract/privacy'
import { safeCell } from '../../../infra/sheets/cells.ts'
import { type Section, SHOWN } from '../rules.ts'

/** What the phone shows of a section; numbers of others than oneself are not in it. */
export const presentSections = (sections: Section[]): MyData['sections'] =>
  sections.map(({ title, lines, onDeletion }) => ({
    title,
    lines: lines.slice(0, SHOWN),
    more: Math.max(lines.length - SHOWN, 0),
    onDeletion,
  }))

/** A sheet for each section, as text. */
export async function presentWorkbook(sections: Section[]): Promise<Buffer> {
  const book = new ExcelJS.Workbook()
  for (const { title, lines, onDeletion } of sections) {
    const sheet = book.addWorksheet(title)
    sheet.columns = [{ width: 30 }, { width: 80 }]
    for (const { label, value } of lines) sheet.addRow([safeCell(label), safeCell(value)])
    sheet.addRow(['注销时怎样处理', onDeletion]).font = { color: { argb: 'FF808080' } }
  }
  return Buffer.from(await book.xlsx.writeBuffer())
}
