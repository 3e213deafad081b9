import { mkdtempSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { utils, write, type WorkSheet } from '@e965/xlsx'

const folder = mkdtempSync(join(tmpdir(), 'jiaxiao-sheets-'))
let serial = 0

export type Cell = string | number | boolean | null

export interface Sheet {
  name: string
  rows: Cell[][]
  /** A1:A3 */
  merges?: string[]
}

/** A workbook as an office would have it, in the format its name says. */
export async function writeBook(sheets: Sheet[], type: 'xlsx' | 'biff8' | 'biff5' = 'xlsx'): Promise<string> {
  return writeBytes(bookBytes(sheets, type), type === 'xlsx' ? 'xlsx' : 'xls')
}

export function bookBytes(sheets: Sheet[], type: 'xlsx' | 'biff8' | 'biff5'): Buffer {
  const book = utils.book_new()
  for (const { name, rows, merges = [] } of sheets) {
    const sheet: WorkSheet = utils.aoa_to_sheet(rows)
    sheet['!merges'] = merges.map((it) => utils.decode_range(it))
    utils.book_append_sheet(book, sheet, name)
  }
  return write(book, { type: 'buffer', bookType: type }) as Buffer
}

/**
 * A workbook from before Unicode, in GBK as China's Excel 95 wrote it. The library writes no GBK, so it writes stand-ins
 * of the same length, which are exchanged in the bytes, as is the mark of the alphabet.
 */
export function writeGbkBook(rows: Cell[][]): Promise<string> {
  const chinese = new Map<string, Buffer>()
  const standIn = (cell: Cell) => {
    if (typeof cell !== 'string' || /^[\x20-\x7e]*$/.test(cell)) return cell
    const bytes = inGbk(cell)
    const name = String(chinese.size).padStart(bytes.length, 'Q')
    chinese.set(name, bytes)
    return name
  }
  const bytes = bookBytes([{ name: 'list', rows: rows.map((row) => row.map(standIn)) }], 'biff5')
  for (const [name, gbk] of chinese) gbk.copy(bytes, bytes.indexOf(name, 0, 'latin1'))
  const mark = bytes.indexOf(Buffer.from('42000200', 'hex'))
  bytes.writeUInt16LE(936, mark + 4)
  return writeBytes(bytes, 'xls')
}

export async function writeBytes(bytes: Buffer | string, ending: string): Promise<string> {
  const path = join(folder, `${++serial}.${ending}`)
  await writeFile(path, bytes)
  return path
}

let pairs: Map<string, number[]> | undefined

/** GBK has no encoder in Node: the decoder, asked about every pair of bytes, gives the table. */
export function inGbk(text: string): Buffer {
  pairs ??= new Map(
    Array.from({ length: 126 * 191 }, (_, n) => [129 + Math.floor(n / 191), 64 + (n % 191)]).map((pair) => [
      new TextDecoder('gbk').decode(new Uint8Array(pair)),
      pair,
    ]),
  )
  return Buffer.from([...text].flatMap((it) => (it < '\x80' ? [it.charCodeAt(0)] : (pairs?.get(it) ?? [63]))))
}
