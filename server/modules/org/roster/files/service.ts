import { createWriteStream } from 'node:fs'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import exceljs from 'exceljs'
import { Refusal } from '../../../../http/errors.ts'
import type { Deps } from '../../../../infra/deps.ts'
import { safeCell } from '../../../../infra/sheets/cells.ts'
import { kindOf } from '../../../../infra/sheets/kind.ts'
import { COLUMNS, KEPT_DAYS } from '../rules.ts'

/** 60 MB: a district of 200,000 rows is about 15. */
export const MOST_BYTES = 60_000_000
/** Longer than any import waits for a person. */
const KEPT_MS = (KEPT_DAYS + 1) * 86_400_000

const folder = ({ env }: Pick<Deps, 'env'>) => join(env.DATA_DIR, 'rosters')
export const filePath = (importId: string, deps: Pick<Deps, 'env'>) => join(folder(deps), `${importId}.sheet`)
export const removeFile = (importId: string, deps: Pick<Deps, 'env'>) =>
  rm(filePath(importId, deps), { force: true })

/** Lists that nobody came back to: they are full of names and phones. */
export async function sweepFiles(deps: Pick<Deps, 'env' | 'clock'>) {
  const names = await readdir(folder(deps)).catch(() => [])
  for (const name of names) {
    const path = join(folder(deps), name)
    const { mtimeMs } = await stat(path)
    if (mtimeMs < deps.clock.now().getTime() - KEPT_MS) await rm(path, { force: true })
  }
}

export function mustBeSheet(fileName: string) {
  if (!/\.(xlsx|xlsm|xls|csv)$/i.test(fileName)) {
    throw new Refusal('unsupported', '请上传 .xlsx、.xls 或 .csv 表格')
  }
}

/** Writes what is sent to disk as it comes; stops at the limit, and at once where the first bytes are no list. */
export async function receive(
  body: IncomingMessage,
  job: { importId: string; fileName: string },
  deps: Pick<Deps, 'env'>,
) {
  const path = filePath(job.importId, deps)
  await mkdir(folder(deps), { recursive: true })
  try {
    await pipeline(body, limited(job.fileName), createWriteStream(path))
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
}

/** Old programs call many things .xls; a name with an x at its end means a zip. */
function objectionTo(head: Buffer, fileName: string): string | null {
  const kind = kindOf(head)
  if (kind === 'xlsx' || kind === 'xls') return null
  if (kind === 'markup') return '这份文件其实是网页格式，请用 Excel 打开后另存为“Excel 工作簿”再上传'
  if (kind === 'text' && !/\.xls[xm]$/i.test(fileName)) return null
  return '这不是表格，或者文件已损坏，请用 Excel 打开后另存一份再上传'
}

function limited(fileName: string) {
  let bytes = 0
  return new Transform({
    transform(chunk: Buffer, _, done) {
      const objection = bytes === 0 ? objectionTo(chunk, fileName) : null
      if (objection) return done(new Refusal('unsupported', objection))
      bytes += chunk.length
      if (bytes > MOST_BYTES) return done(new Refusal('too_large', '文件超过60MB，请拆成几份再上传'))
      done(null, chunk)
    },
    flush: (done) => done(bytes === 0 ? new Refusal('invalid', '文件是空的') : null),
  })
}

/** The empty roster with one made-up row as an example. */
export const templateFile = () =>
  sampleFile(
    '花名册',
    COLUMNS.map(({ title, isNeeded }) => (isNeeded ? title : `${title}（可不填）`)),
    [
      [
        ...['示例中学', '七年级', '2班', '20260201', '示例学生'],
        ...['示例家长', '妈妈', '13900000000', '', '', ''],
      ],
    ],
  )

/** A sheet to fill in: headings that stay in sight, cells that keep numbers as they are typed, made-up rows as examples. */
export async function sampleFile(
  name: string,
  headings: readonly string[],
  examples: readonly string[][],
): Promise<Buffer> {
  const book = new exceljs.Workbook()
  const sheet = book.addWorksheet(name)
  sheet.columns = headings.map((header) => ({
    header,
    width: header.includes('手机') ? 18 : 14,
    style: { numFmt: '@' },
  }))
  sheet.getRow(1).font = { bold: true }
  sheet.views = [{ state: 'frozen', ySplit: 1 }]
  sheet.addRows([...examples])
  return Buffer.from(await book.xlsx.writeBuffer())
}

interface ErrorRow {
  row: number
  problem: string
  said: string[]
}

/** The rows with a problem as the sheet said them, with the problem beside: corrected, this file can be imported again. */
export async function errorFile(
  headings: readonly string[],
  rows: AsyncIterable<ErrorRow> | Iterable<ErrorRow>,
): Promise<Buffer> {
  const book = new exceljs.Workbook()
  const sheet = book.addWorksheet('有问题的行')
  sheet.addRow([...headings.map(safeCell), '问题', '原来的行号'])
  sheet.getRow(1).font = { bold: true }
  for await (const { row, problem, said } of rows) {
    const cells = headings.map((_, at) => safeCell(said[at] ?? ''))
    sheet.addRow([...cells, problem, row])
  }
  return Buffer.from(await book.xlsx.writeBuffer())
}
