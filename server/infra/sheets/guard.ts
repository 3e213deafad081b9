import yauzl from 'yauzl'
import { mergeFinder, type Merge } from './merges.ts'

/** The file cannot be read as a sheet; the sentence is for the person who chose it. */
export class SheetRefused extends Error {}

/** What a person is told of a file that breaks off or contradicts itself. */
export const DAMAGED = '表格文件已损坏，请重新导出后再上传'

/** More parts than any workbook of a school office has. */
const MOST_ENTRIES = 1_000
/** A district's roster of 200,000 rows unpacks to about 150 MB. */
const MOST_BYTES = 400_000_000
/** Sheets of text shrink to a tenth or a twentieth; a bomb to a thousandth (measured: 1.1 MB of 392 MB). */
const MOST_RATIO = 100
const RATIO_MATTERS_FROM = 20_000_000

/** A workbook that has been looked through: its parts, and the merged cells of each sheet. */
export interface CheckedZip {
  /** The part with this name, unpacked as it is read; null when there is none. */
  open: (name: string) => Promise<AsyncIterable<Buffer>> | null
  mergesOf: (name: string) => Merge[]
}

/**
 * Unpacks a workbook into nothing, counting: what it says of its own sizes is not believed. Refuses what is no workbook,
 * has too many parts, or grows too large (S4). Notes merged cells on the way, for a sheet names them after its rows.
 */
export async function checkWorkbook(path: string): Promise<CheckedZip> {
  const zip = await openZip(path)
  const entries = new Map<string, yauzl.Entry>()
  const merges = new Map<string, Merge[]>()
  let total = 0
  try {
    for await (const entry of zip.eachEntry()) {
      if (entries.size >= MOST_ENTRIES) throw new SheetRefused('文件里的部件太多，不像一份花名册')
      entries.set(entry.fileName, entry)
      if (entry.fileName.endsWith('/')) continue
      const finder = mergeFinder()
      const isSheet = /worksheets\/[^/]+$/.test(entry.fileName)
      total += await unpackedBytes(zip, entry, total, isSheet ? finder.see : () => undefined)
      merges.set(entry.fileName, finder.found)
    }
  } catch (error) {
    throw error instanceof SheetRefused ? error : new SheetRefused(DAMAGED)
  }
  if (!entries.has('[Content_Types].xml') || !entries.has('xl/workbook.xml')) {
    throw new SheetRefused('这不是 .xlsx 表格，请用 Excel 另存为“Excel 工作簿”后再上传')
  }
  return {
    open: (name) => {
      const entry = entries.get(name)
      return entry ? (zip.openReadStreamPromise(entry) as Promise<AsyncIterable<Buffer>>) : null
    },
    mergesOf: (name) => merges.get(name) ?? [],
  }
}

async function openZip(path: string) {
  try {
    return await yauzl.openPromise(path, { autoClose: false })
  } catch {
    throw new SheetRefused('这不是 .xlsx 表格，或者文件已损坏，请重新导出后再上传')
  }
}

type Zip = Awaited<ReturnType<typeof openZip>>

async function unpackedBytes(zip: Zip, entry: yauzl.Entry, before: number, see: (chunk: Buffer) => void) {
  let bytes = 0
  try {
    for await (const chunk of (await zip.openReadStreamPromise(entry)) as AsyncIterable<Buffer>) {
      bytes += chunk.length
      const ratio = bytes / Math.max(entry.compressedSize, 1)
      if (before + bytes > MOST_BYTES || (bytes > RATIO_MATTERS_FROM && ratio > MOST_RATIO)) {
        throw new SheetRefused('文件展开后过大，可能有问题，已拒绝读取')
      }
      see(chunk)
    }
  } catch (error) {
    if (error instanceof SheetRefused) throw error
    throw new SheetRefused(DAMAGED)
  }
  return bytes
}
