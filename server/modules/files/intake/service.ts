import { randomBytes, randomUUID } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Refusal } from '../../../http/errors.ts'
import type { Deps } from '../../../infra/deps.ts'
import { redraw } from '../../../infra/inspect/image.ts'
import { checkKind, FileRefused } from '../../../infra/inspect/kind.ts'
import { inspectPdf } from '../../../infra/inspect/pdf.ts'
import { openScan } from '../../../infra/inspect/scan.ts'
import { SALT_BYTES } from './rules.ts'

export interface Paper {
  kind: 'image' | 'pdf'
  bytes: Buffer
}

/** Takes in one picture or PDF that somebody sent along: looked through for what it is and what it hides, pictures drawn anew. */
export async function takeInPaper(paper: Paper, deps: Pick<Deps, 'env' | 'files'>) {
  if (paper.bytes.length === 0) throw new Refusal('unsupported', '文件是空的，请重新选一个')
  const made = await looked(paper, deps).catch((error: unknown) => {
    throw error instanceof FileRefused ? new Refusal('unsupported', error.message) : error
  })
  const sha256 = await deps.files.put(Buffer.concat([randomBytes(SALT_BYTES), made]))
  return { sha256, bytes: made.length }
}

export const bytesOfPaper = async ({ sha256 }: { sha256: string }, { files }: Pick<Deps, 'files'>) =>
  (await files.get(sha256)).subarray(SALT_BYTES)

/** The bytes as they are kept: never those of a picture as they came. */
async function looked({ kind, bytes }: Paper, { env }: Pick<Deps, 'env'>): Promise<Buffer> {
  const folder = join(env.DATA_DIR, 'uploads')
  const source = join(folder, `.line-${randomUUID()}`)
  const drawn = `${source}.jpg`
  await mkdir(folder, { recursive: true })
  try {
    await writeFile(source, bytes)
    await checkKind(source, kind)
    await openScan(env.CLAMD_URL)(source)
    if (kind === 'pdf') {
      await inspectPdf(source)
      return bytes
    }
    await redraw(source, drawn)
    return await readFile(drawn)
  } finally {
    await Promise.all([rm(source, { force: true }), rm(drawn, { force: true })])
  }
}
