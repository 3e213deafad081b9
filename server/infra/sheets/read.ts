import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { SheetRefused } from './guard.ts'
import type { FromWorker, SheetRow } from './worker.ts'

/** Old-generation heap of the reader, in MB: a bomb that slips past the guard kills the reader and not the server. */
const HEAP_MB = 256

/**
 * The rows of a workbook's first sheet in batches, read in a thread of its own with bounded memory.
 * Throws `SheetRefused` with a sentence for the person who chose the file.
 */
export async function* readSheetRows(path: string): AsyncGenerator<SheetRow[]> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: { path },
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: 32 },
  })
  try {
    for (;;) {
      const message = await nextMessage(worker)
      if ('refused' in message) throw new SheetRefused(message.refused)
      if ('done' in message) return
      yield message.rows
      worker.postMessage('next')
    }
  } finally {
    await worker.terminate()
  }
}

async function nextMessage(worker: Worker): Promise<FromWorker> {
  const died = once(worker, 'exit').then(() => ({ refused: '文件过大或内容异常，没有读完' }))
  const [message] = (await Promise.race([
    once(worker, 'message').catch(() => [{ refused: '文件过大或内容异常，没有读完' }]),
    died.then((it) => [it]),
  ])) as [FromWorker]
  return message
}
