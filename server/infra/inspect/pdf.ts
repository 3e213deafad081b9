import { inspectApart } from './apart.ts'

const LOST = '这份 PDF 太复杂，没有读完，请用浏览器“打印为 PDF”重新存一份'

/** Counts the pages of a PDF; refuses what is locked, broken, runs programs, carries other files, or unpacks to far more than it is. */
export const inspectPdf = (path: string) =>
  inspectApart<{ pages: number }>(new URL('./pdf-worker.ts', import.meta.url), path, LOST)
