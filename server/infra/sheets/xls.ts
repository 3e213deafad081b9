import { readFile, stat } from 'node:fs/promises'
import * as cptable from '@e965/xlsx/dist/cpexcel.full.mjs'
import { type CellObject, read, set_cptable, type WorkSheet } from '@e965/xlsx'
import { type Book, cut, type SheetRow } from './book.ts'
import { FORMULA_ERROR, numberText } from './cells.ts'
import { SheetRefused } from './guard.ts'
import { MOST_COLUMNS, mergedDown } from './merges.ts'

/** The format ends at 65,536 rows; a full sheet of a roster is about 15 MB. */
const MOST_BYTES = 40_000_000
const MOST_ROWS = 65_536

// Sheets older than Unicode say in which alphabet they are; GBK is in these tables.
set_cptable(cptable)

/** A workbook of Excel 97–2003. The format cannot be read piece by piece, so a sheet stands in memory as a whole. */
export async function openXls(path: string): Promise<Book> {
  if ((await stat(path)).size > MOST_BYTES) {
    throw new SheetRefused('.xls 文件超过40MB，请另存为“Excel 工作簿”(.xlsx)再上传')
  }
  const book = await parsed(path)
  const hidden = book.Workbook?.Sheets ?? []
  return {
    sheets: book.SheetNames.map((name, at) => ({ name, isHidden: Boolean(hidden[at]?.Hidden) })),
    rows: (at) => rowsOf(book.Sheets[book.SheetNames[at] ?? '']),
  }
}

async function parsed(path: string) {
  try {
    const book = read(await readFile(path), {
      type: 'buffer',
      dense: true,
      // For the rare sheet from before Unicode that does not say its alphabet.
      codepage: 936,
      sheetRows: MOST_ROWS,
      cellFormula: false,
      cellHTML: false,
      cellText: false,
      cellNF: false,
      cellStyles: false,
      bookVBA: false,
    })
    if (book.SheetNames.length > 0) return book
  } catch (error) {
    if (/password|encrypt/i.test(String(error))) {
      throw new SheetRefused('表格加了密码，请先用 Excel 去掉密码再上传')
    }
  }
  throw new SheetRefused('这不是 .xls 表格，或者文件已损坏，请用 Excel 打开后另存一份再上传')
}

function* rowsOf(sheet: WorkSheet | undefined): Generator<SheetRow> {
  // A dense sheet of 0.20 keeps its rows beside the keys that begin with an exclamation mark.
  const rows = ((sheet as { '!data'?: (CellObject | undefined)[][] } | undefined)?.['!data'] ?? []) as (
    (CellObject | undefined)[] | undefined
  )[]
  const fill = mergedDown(
    (sheet?.['!merges'] ?? []).map(({ s, e }) => ({
      top: s.r + 1,
      left: s.c + 1,
      bottom: e.r + 1,
      right: e.c + 1,
    })),
  )
  for (const [at, row] of rows.entries()) {
    const cells = Array.from(row?.slice(0, MOST_COLUMNS) ?? [], textOf)
    const isEmpty = cells.every((it) => !it)
    fill(at + 1, cells)
    if (!isEmpty) yield { row: at + 1, cells }
  }
}

function textOf(cell: CellObject | undefined): string {
  if (!cell || cell.v === undefined || cell.t === 'z') return ''
  if (cell.t === 'e') return FORMULA_ERROR
  if (typeof cell.v === 'number') return numberText(cell.v)
  if (typeof cell.v === 'boolean') return cell.v ? '是' : '否'
  return cut(String(cell.v))
}
