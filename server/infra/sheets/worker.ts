import { parentPort, workerData } from 'node:worker_threads'
import exceljs from 'exceljs'
import { checkWorkbook, SheetRefused } from './guard.ts'
import { textOf } from './cells.ts'

const BATCH = 500
const MOST_ROWS = 300_000
const MOST_CELLS = 100

export interface SheetRow {
  /** Line in the sheet, from 1. */
  row: number
  cells: string[]
}

export type FromWorker = { rows: SheetRow[] } | { refused: string } | { done: true }

/** Reads the first sheet of a workbook in batches; the next one only when the last was taken. */
async function run(path: string) {
  await checkWorkbook(path)
  const reader = new exceljs.stream.xlsx.WorkbookReader(path, {
    worksheets: 'emit',
    sharedStrings: 'cache',
    hyperlinks: 'ignore',
    styles: 'ignore',
    entries: 'ignore',
  })
  for await (const sheet of reader) {
    await readSheet(sheet)
    return
  }
  throw new SheetRefused('表格里没有工作表')
}

async function readSheet(sheet: AsyncIterable<exceljs.Row>) {
  let batch: SheetRow[] = []
  let rows = 0
  for await (const row of sheet) {
    if (++rows > MOST_ROWS) throw new SheetRefused(`一次最多导入${MOST_ROWS / 10_000}万行，请拆成几份`)
    const values = Array.isArray(row.values) ? row.values.slice(1, MOST_CELLS + 1) : []
    const cells = Array.from(values, textOf)
    if (cells.every((it) => it === '')) continue
    batch.push({ row: row.number, cells })
    if (batch.length === BATCH) {
      await hand(batch)
      batch = []
    }
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
  await run((workerData as { path: string }).path)
  say({ done: true })
} catch (error) {
  const refused = error instanceof SheetRefused ? error.message : '表格文件已损坏，请重新导出后再上传'
  say({ refused })
}
process.exit(0)
