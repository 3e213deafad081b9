import { createWriteStream } from 'node:fs'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { deflateRawSync } from 'node:zlib'
import exceljs from 'exceljs'
import { COLUMNS } from '../../server/modules/org/roster/rules.ts'

const folder = mkdtempSync(join(tmpdir(), 'jiaxiao-roster-'))
let serial = 0

export type Row = (string | number)[]

export const HEADING: Row = COLUMNS.map((it) => it.title)

/** A row as a school office types it; the phone is a number, as Excel makes it. */
export const rosterRow = (n: number, over: { school?: string; klass?: string } = {}): Row => [
  over.school ?? '云溪中学',
  '七年级',
  over.klass ?? `${(n % 10) + 1}班`,
  String(2026_00000 + n),
  `学生${n}`,
  `家长${n}`,
  n % 3 === 0 ? '爸爸' : '妈妈',
  13_000_000_000 + n,
]

/** Writes rows to a workbook on disk, streaming, and gives its path. */
export async function writeRoster(rows: Iterable<Row>, heading: Row = HEADING): Promise<string> {
  const path = join(folder, `${++serial}.xlsx`)
  const book = new exceljs.stream.xlsx.WorkbookWriter({ filename: path })
  const sheet = book.addWorksheet('花名册')
  sheet.addRow(heading).commit()
  for (const row of rows) sheet.addRow(row).commit()
  sheet.commit()
  await book.commit()
  return path
}

interface Part {
  name: string
  data: Buffer
  /** The size the zip claims; the true one when left out. */
  claimed?: number
}

/** A zip made by hand, so that it may lie. */
export async function writeZip(parts: Iterable<Part>): Promise<string> {
  const path = join(folder, `${++serial}.xlsx`)
  const out = createWriteStream(path)
  const directory: Buffer[] = []
  let at = 0
  for (const { name, data, claimed } of parts) {
    const packed = deflateRawSync(data)
    const local = header(0x04034b50, name, packed.length, claimed ?? data.length)
    directory.push(centralHeader(name, packed.length, claimed ?? data.length, at))
    out.write(local)
    out.write(packed)
    at += local.length + packed.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(directory.length, 8)
  end.writeUInt16LE(directory.length, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(at, 16)
  out.write(central)
  out.end(end)
  await once(out, 'finish')
  return path
}

function header(signature: number, name: string, packed: number, size: number) {
  const fixed = Buffer.alloc(30)
  fixed.writeUInt32LE(signature, 0)
  fixed.writeUInt16LE(20, 4)
  fixed.writeUInt16LE(8, 8)
  fixed.writeUInt32LE(packed, 18)
  fixed.writeUInt32LE(size, 22)
  fixed.writeUInt16LE(Buffer.byteLength(name), 26)
  return Buffer.concat([fixed, Buffer.from(name)])
}

function centralHeader(name: string, packed: number, size: number, at: number) {
  const fixed = Buffer.alloc(46)
  fixed.writeUInt32LE(0x02014b50, 0)
  fixed.writeUInt16LE(20, 6)
  fixed.writeUInt16LE(8, 10)
  fixed.writeUInt32LE(packed, 20)
  fixed.writeUInt32LE(size, 24)
  fixed.writeUInt16LE(Buffer.byteLength(name), 28)
  fixed.writeUInt32LE(at, 42)
  return Buffer.concat([fixed, Buffer.from(name)])
}
