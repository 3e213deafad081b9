import { open } from 'node:fs/promises'
import { parentPort, workerData } from 'node:worker_threads'
import type { OfficeFormat } from '#contract/files'
import { openZip, unpackAll, type Zip, zipIn, ZipRefused, type ZipTrouble } from '../zip.ts'
import type { FromInspector } from './apart.ts'
import { FileRefused } from './kind.ts'
import { checkName, DAMAGED, type Found, isPackage, NOT_OFFICE, readerOf } from './office-parts.ts'

const SENTENCES: Record<ZipTrouble, string> = {
  notZip: NOT_OFFICE,
  damaged: DAMAGED,
  manyParts: '这份文件里的部件太多，请分成几份，或者另存为 PDF 再加',
  tooLarge: '这份文件展开后过大，可能有问题，已拒绝接收',
}
const OLD = '这是旧版的 Word、Excel 或 PPT 文件（doc、xls、ppt），请打开后“另存为”docx、xlsx 或 pptx 再加'
const LOCKED = '这份文件设了打开密码，请去掉密码后再加'

/** A compound file: the format before 2007, or a new one behind a password. */
const COMPOUND = 'd0cf11e0a1b11ae1'
const ZIP = '504b0304'

async function inspect(path: string) {
  const file = await open(path)
  const bytes = await file.readFile().finally(() => file.close())
  if (bytes.subarray(0, 8).toString('hex') === COMPOUND) {
    throw new FileRefused(bytes.includes(Buffer.from('EncryptedPackage', 'utf16le')) ? LOCKED : OLD)
  }
  // What stands before the archive could be a file of another kind.
  if (bytes.subarray(0, 4).toString('hex') !== ZIP) throw new FileRefused(NOT_OFFICE)
  return { format: await formatOf(await openZip(path)) }
}

async function formatOf(zip: Zip, isInner = false): Promise<OfficeFormat> {
  // The same for what stands behind it.
  if (zip.comment !== '') throw new FileRefused(DAMAGED)
  const found: Found = { formats: new Set(), main: '' }
  const names = new Set<string>()
  const ends: (() => void)[] = []
  const inner: Buffer[][] = []
  await unpackAll(zip, (called) => {
    const name = called.toLowerCase()
    // Two parts of one name: one program shows this, another that.
    if (names.has(name)) throw new FileRefused(DAMAGED)
    names.add(name)
    checkName(name)
    if (isPackage(name)) {
      if (isInner) throw new FileRefused(DAMAGED)
      const chunks: Buffer[] = []
      inner.push(chunks)
      return (chunk) => void chunks.push(chunk)
    }
    const reader = readerOf(name, found)
    if (reader) ends.push(reader.end)
    return reader?.see
  })
  for (const end of ends) end()
  for (const chunks of inner) await formatOf(await zipIn(Buffer.concat(chunks)), true)
  const [format, another] = found.formats
  if (!format || another || !names.has(found.main)) throw new FileRefused(NOT_OFFICE)
  return format
}

let said: FromInspector<{ format: OfficeFormat }>
try {
  said = await inspect((workerData as { path: string }).path)
} catch (error) {
  const refused =
    error instanceof ZipRefused
      ? SENTENCES[error.trouble]
      : error instanceof FileRefused
        ? error.message
        : DAMAGED
  said = { refused }
}
parentPort?.postMessage(said)
