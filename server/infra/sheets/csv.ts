import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import { type Book, cut, type SheetRow } from './book.ts'
import { SheetRefused } from './guard.ts'
import { MOST_COLUMNS } from './merges.ts'

/** A quotation mark without its partner would make one row of the whole file. */
const MOST_RECORD = 200_000
const DELIMITERS = [',', '\t', ';']

/** Text with a delimiter, in UTF-8 as the world writes it or in GBK as Excel in China does. */
export async function openCsv(path: string): Promise<Book> {
  const encoding = await encodingOf(path)
  return { sheets: [{ name: '', isHidden: false }], rows: () => rowsOf(path, encoding) }
}

type Encoding = 'utf-8' | 'utf-16le' | 'gb18030'

/** Says which it is by reading it: what is no UTF-8 is GBK, whose newest form is GB18030. */
async function encodingOf(path: string): Promise<Encoding> {
  const file = await open(path)
  const { buffer: head } = await file.read({ buffer: Buffer.alloc(2) }).finally(() => file.close())
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
  for (const encoding of ['utf-8', 'gb18030'] as const) {
    if (await canBe(path, encoding)) return encoding
  }
  throw new SheetRefused('文件里的文字编码认不出来，请用 Excel 打开后另存为“CSV UTF-8”再上传')
}

async function canBe(path: string, encoding: Encoding) {
  try {
    for await (const text of decoded(path, encoding)) {
      if (text.includes('\0')) throw new SheetRefused('这不是表格，请选择 .xlsx、.xls 或 .csv 文件')
    }
    return true
  } catch (error) {
    if (error instanceof SheetRefused) throw error
    return false
  }
}

async function* decoded(path: string, encoding: Encoding) {
  const decoder = new TextDecoder(encoding, { fatal: true })
  for await (const chunk of createReadStream(path)) yield decoder.decode(chunk as Buffer, { stream: true })
  yield decoder.decode()
}

async function* rowsOf(path: string, encoding: Encoding): AsyncGenerator<SheetRow> {
  const parser = parse({
    delimiter: await delimiterOf(path, encoding),
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: MOST_RECORD,
  })
  const source = Readable.from(decoded(path, encoding))
  source.on('error', (error) => parser.destroy(error))
  let row = 0
  try {
    for await (const record of source.pipe(parser) as AsyncIterable<string[]>) {
      row++
      const cells = record.slice(0, MOST_COLUMNS).map(cut)
      if (cells.some((it) => it !== '')) yield { row, cells }
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new SheetRefused(`第${row + 1}行起读不下去，可能有没配对的引号，请检查后再上传`)
  } finally {
    source.destroy()
  }
}

/** What the first line that says anything is divided by. */
async function delimiterOf(path: string, encoding: Encoding) {
  let head = ''
  for await (const text of decoded(path, encoding)) {
    head += text
    if (head.length > 10_000) break
  }
  const line = head.split(/\r?\n/).find((it) => it.trim() !== '') ?? ''
  const counts = DELIMITERS.map((it) => line.split(it).length)
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ','
}
