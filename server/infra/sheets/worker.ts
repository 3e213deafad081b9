import { open } from 'node:fs/promises'
import { parentPort, workerData } from 'node:worker_threads'
import type { Book, SheetRow } from './book.ts'
import { DAMAGED, SheetRefused } from './guard.ts'
import { kindOf } from './kind.ts'

const BATCH = 500
const MOST_ROWS = 300_000
/** What a person is shown of a sheet to recognise it. */
const OUTLINE = { sheets: 30, lines: 30, columns: 60, characters: 60 }

/** A sheet as one sees it at first sight. */
export interface SheetOutline {
  name: string
  isHidden: boolean
  lines: SheetRow[]
}

export type Wanted = { path: string; sheet: number } | { path: string; sheet: 'outline' }
export type FromWorker =
  { rows: SheetRow[] } | { outline: SheetOutline[] } | { refused: string } | { done: true }

async function openBook(path: string): Promise<Book> {
  const file = await open(path)
  const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(4_096) }).finally(() => file.close())
  const kind = kindOf(buffer.subarray(0, bytesRead))
  // Each format's reader takes a while to load, the one for .xls half a second.
  if (kind === 'xlsx') return (await import('./xlsx.ts')).openXlsx(path)
  if (kind === 'xls') return (await import('./xls.ts')).openXls(path)
  if (kind === 'text') return (await import('./csv.ts')).openCsv(path)
  throw new SheetRefused(
    kind === 'markup'
      ? '这份文件其实是网页格式，请用 Excel 打开后另存为“Excel 工作簿”再上传'
      : '这不是表格，请选择 .xlsx、.xls 或 .csv 文件',
  )
}

async function outlineOf(book: Book): Promise<SheetOutline[]> {
  const sheets = book.sheets.slice(0, OUTLINE.sheets)
  const outlines: SheetOutline[] = []
  for (const [at, { name, isHidden }] of sheets.entries()) {
    const lines: SheetRow[] = []
    for await (const { row, cells } of book.rows(at)) {
      const shown = cells.slice(0, OUTLINE.columns)
      lines.push({ row, cells: shown.map((it) => it.slice(0, OUTLINE.characters).toWellFormed()) })
      if (lines.length === OUTLINE.lines) break
    }
    outlines.push({ name, isHidden, lines })
  }
  return outlines
}

/** Hands over the rows of one sheet in batches; the next one only when the last was taken. */
async function handRows(book: Book, sheet: number) {
  let batch: SheetRow[] = []
  let rows = 0
  for await (const row of book.rows(sheet)) {
    if (++rows > MOST_ROWS) throw new SheetRefused(`一次最多导入${MOST_ROWS / 10_000}万行，请拆成几份`)
    batch.push(row)
    if (batch.length < BATCH) continue
    await hand(batch)
    batch = []
  }
  if (batch.length > 0) await hand(batch)
}

function hand(rows: SheetRow[]) {
  return new Promise<void>((resolve) => {
    parentPort?.once('message', () => resolve())
    say({ rows })
  })
}

const say = (message: FromWorker) => parentPort?.postMessage(message)

try {
  const { path, sheet } = workerData as Wanted
  const book = await openBook(path)
  if (sheet === 'outline') say({ outline: await outlineOf(book) })
  else await handRows(book, sheet)
  say({ done: true })
} catch (error) {
  say({ refused: error instanceof SheetRefused ? error.message : DAMAGED })
}
