import yauzl from 'yauzl'

/** The file cannot be read as a sheet; the sentence is for the person who chose it. */
export class SheetRefused extends Error {}

/** More parts than any workbook of a school office has. */
const MOST_ENTRIES = 1_000
/** A district's roster of 200,000 rows unpacks to about 150 MB. */
const MOST_BYTES = 400_000_000
/** Sheets of text shrink to a tenth or a twentieth; a bomb to a thousandth (measured: 1.1 MB of 392 MB). */
const MOST_RATIO = 100
const RATIO_MATTERS_FROM = 20_000_000

/**
 * Unpacks a workbook into nothing, counting: what it says of its own sizes is not believed. Refuses what is no workbook,
 * has too many parts, or grows too large (S4).
 */
export async function checkWorkbook(path: string) {
  const zip = await openZip(path)
  const names = new Set<string>()
  let total = 0
  for await (const entry of zip.eachEntry()) {
    if (names.size >= MOST_ENTRIES) throw new SheetRefused('文件里的部件太多，不像一份花名册')
    names.add(entry.fileName)
    if (entry.fileName.endsWith('/')) continue
    total += await unpackedBytes(zip, entry, total)
  }
  if (!names.has('[Content_Types].xml') || !names.has('xl/workbook.xml')) {
    throw new SheetRefused('这不是 .xlsx 表格，请用 Excel 另存为“Excel 工作簿”后再上传')
  }
}

async function openZip(path: string) {
  try {
    return await yauzl.openPromise(path)
  } catch {
    throw new SheetRefused('这不是 .xlsx 表格，或者文件已损坏，请重新导出后再上传')
  }
}

type Zip = Awaited<ReturnType<typeof openZip>>

async function unpackedBytes(zip: Zip, entry: yauzl.Entry, before: number) {
  let bytes = 0
  try {
    for await (const chunk of await zip.openReadStreamPromise(entry)) {
      bytes += (chunk as Buffer).length
      const ratio = bytes / Math.max(entry.compressedSize, 1)
      if (before + bytes > MOST_BYTES || (bytes > RATIO_MATTERS_FROM && ratio > MOST_RATIO)) {
        throw new SheetRefused('文件展开后过大，可能有问题，已拒绝读取')
      }
    }
  } catch (error) {
    if (error instanceof SheetRefused) throw error
    throw new SheetRefused('表格文件已损坏，请重新导出后再上传')
  }
  return bytes
}
