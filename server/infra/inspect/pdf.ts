import { Worker } from 'node:worker_threads'
import { FileRefused } from './kind.ts'
import type { FromPdfWorker } from './pdf-worker.ts'

/** The file itself and what it unpacks to live outside the heap and are bounded in the worker; this bounds the rest. */
const HEAP_MB = 256
const PATIENCE_MS = 60_000
const LOST = '这份 PDF 太复杂，没有读完，请用浏览器“打印为 PDF”重新存一份'

/**
 * Looks through a PDF in a thread of its own, with bounded memory and time, and counts its pages. Throws `FileRefused`
 * for what is locked, broken, runs programs, carries other files, or unpacks to far more than it is.
 */
export async function inspectPdf(path: string): Promise<{ pages: number }> {
  const worker = new Worker(new URL('./pdf-worker.ts', import.meta.url), {
    workerData: { path },
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: 16 },
  })
  try {
    const said = await answerOf(worker)
    if ('refused' in said) throw new FileRefused(said.refused)
    return said
  } finally {
    await worker.terminate()
  }
}

/** A worker that died or fell silent has lost the file. */
function answerOf(worker: Worker) {
  return new Promise<FromPdfWorker>((resolve) => {
    const patience = setTimeout(() => end({ refused: LOST }), PATIENCE_MS)
    const end = (said: FromPdfWorker) => {
      clearTimeout(patience)
      resolve(said)
    }
    worker.once('message', end)
    for (const event of ['error', 'exit']) worker.once(event, () => end({ refused: LOST }))
  })
}
