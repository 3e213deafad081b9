import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import exceljs from 'exceljs'
import { Refusal } from '../../../../http/errors.ts'
import type { Deps } from '../../../../infra/deps.ts'
import { safeCell } from '../../../../infra/sheets/cells.ts'
import { COLUMNS } from '../rules.ts'

/** 60 MB: a district of 200,000 rows is about 15. */
export const MOST_BYTES = 60_000_000

const folder = ({ env }: Pick<Deps, 'env'>) => join(env.DATA_DIR, 'rosters')
export const filePath = (importId: string, deps: Pick<Deps, 'env'>) => join(folder(deps), `${importId}.xlsx`)

/** Writes what is sent to disk as it comes; stops at the limit. A zip begins with `PK`, everything else is turned away. */
export async function receive(body: IncomingMessage, importId: string, deps: Pick<Deps, 'env'>) {
  const path = filePath(importId, deps)
  await mkdir(folder(deps), { recursive: true })
  try {
    await pipeline(body, limited(), createWriteStream(path))
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
}

function limited() {
  let bytes = 0
  return new Transform({
    transform(chunk: Buffer, _, done) {
      if (bytes === 0 && chunk.subarray(0, 2).toString('latin1') !== 'PK') {
        return done(new Refusal('unsupported', '这不是 .xlsx 表格，请用 Excel 另存为“Excel 工作簿”后再上传'))
      }
      bytes += chunk.length
      if (bytes > MOST_BYTES) return done(new Refusal('too_large', '文件超过60MB，请拆成几份再上传'))
      done(null, chunk)
    },
    flush: (done) => done(bytes === 0 ? new Refusal('invalid', '文件是空的') : null),
  })
}

/** The empty roster with one made-up row as an example and a line of explanation for each column. */
export async function templateFile(): Promise<Buffer> {
  const book = new exceljs.Workbook()
  const sheet = book.addWorksheet('花名册')
  sheet.columns = COLUMNS.map(({ title, isNeeded }) => ({
    header: isNeeded ? title : `${title}（可不填）`,
    width: title.includes('手机') ? 18 : 14,
    style: { numFmt: '@' },
  }))
  sheet.getRow(1).font = { bold: true }
  sheet.views = [{ state: 'frozen', ySplit: 1 }]
  sheet.addRow([
    '示例中学',
    '七年级',
    '2班',
    '20260201',
    '示例学生',
    '示例家长',
    '妈妈',
    '13900000000',
    '',
    '',
    '',
  ])
  return Buffer.from(await book.xlsx.writeBuffer())
}

interface ErrorRow {
  row: number
  problem: string
  said: string[]
}

/** The rows with a problem as the sheet said them, with the problem beside: corrected, this file can be imported again. */
export async function errorFile(rows: AsyncIterable<ErrorRow>): Promise<Buffer> {
  const book = new exceljs.Workbook()
  const sheet = book.addWorksheet('有问题的行')
  sheet.addRow([...COLUMNS.map((it) => it.title), '问题', '原来的行号'])
  sheet.getRow(1).font = { bold: true }
  for await (const { row, problem, said } of rows) {
    const cells = COLUMNS.map((_, at) => safeCell(said[at] ?? ''))
    sheet.addRow([...cells, problem, row])
  }
  return Buffer.from(await book.xlsx.writeBuffer())
}
