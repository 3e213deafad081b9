import type { OfficeFormat } from '#contract/files'
import { inspectApart } from './apart.ts'

const LOST = '这份文件太复杂，没有读完，请另存为 PDF 再加'

/** Which of the three a document is by what it holds; refuses what could run, fetch or carry something else. */
export const inspectOffice = (path: string) =>
  inspectApart<{ format: OfficeFormat }>(new URL('./office-worker.ts', import.meta.url), path, LOST)
