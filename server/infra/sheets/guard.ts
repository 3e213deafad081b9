import { openZip, unpackAll, ZipRefused, type ZipTrouble } from '../zip.ts'
import { mergeFinder, type Merge } from './merges.ts'

/** The file cannot be read as a sheet; the sentence is for the person who chose it. */
export class SheetRefused extends Error {}

/** What a person is told of a file that breaks off or contradicts itself. */
export const DAMAGED = '表格文件已损坏，请重新导出后再上传'

const SENTENCES: Record<ZipTrouble, string> = {
  notZip: '这不是 .xlsx 表格，或者文件已损坏，请重新导出后再上传',
  damaged: DAMAGED,
  manyParts: '文件里的部件太多，不像一份花名册',
  tooLarge: '文件展开后过大，可能有问题，已拒绝读取',
}

/** A workbook that has been looked through: its parts, and the merged cells of each sheet. */
export interface CheckedZip {
  /** The part with this name, unpacked as it is read; null when there is none. */
  open: (name: string) => Promise<AsyncIterable<Buffer>> | null
  mergesOf: (name: string) => Merge[]
}

/** Refuses what is no workbook or a bomb (S4). Notes merged cells on the way, for a sheet names them after its rows. */
export async function checkWorkbook(path: string): Promise<CheckedZip> {
  const merges = new Map<string, Merge[]>()
  const zip = await openZip(path).catch(inWords)
  const entries = await unpackAll(zip, (name) => {
    if (!/worksheets\/[^/]+$/.test(name)) return undefined
    const finder = mergeFinder()
    merges.set(name, finder.found)
    return finder.see
  }).catch(inWords)
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

function inWords(error: unknown): never {
  throw error instanceof ZipRefused ? new SheetRefused(SENTENCES[error.trouble]) : error
}
