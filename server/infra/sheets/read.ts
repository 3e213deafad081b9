import { Worker } from 'node:worker_threads'
import type { SheetRow } from './book.ts'
import { SheetRefused } from './guard.ts'
import type { FromWorker, SheetOutline, Wanted } from './worker.ts'

/** Old-generation heap of the reader, in MB: a bomb that slips past the guard kills the reader and not the server. */
const HEAP_MB = 256
/** So long a reader may say nothing; 200,000 rows are looked through in a tenth of that. */
const SILENCE_MS = 60_000

const LOST = '文件过大或内容异常，没有读完'

/**
 * The rows of one sheet of a workbook in batches, read in a thread of its own with bounded memory and time.
 * Throws `SheetRefused` with a sentence for the person who chose the file.
 */
export async function* readSheetRows(path: string, sheet = 0): AsyncGenerator<SheetRow[]> {
  for await (const message of heard({ path, sheet })) {
    if ('rows' in message) yield message.rows
  }
}

/** The sheets of a file with their first lines. */
export async function readOutline(path: string): Promise<SheetOutline[]> {
  for await (const message of heard({ path, sheet: 'outline' })) {
    if ('outline' in message) return message.outline
  }
  throw new SheetRefused(LOST)
}

async function* heard(wanted: Wanted) {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: wanted,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: 16 },
  })
  try {
    for (;;) {
      const message = await nextMessage(worker)
      if ('refused' in message) throw new SheetRefused(message.refused)
      if ('done' in message) return
      yield message
      worker.postMessage('next')
    }
  } finally {
    await worker.terminate()
  }
}

/** The next word of a reader; one that died or fell silent has lost the file. */
function nextMessage(worker: Worker) {
  return new Promise<FromWorker>((resolve) => {
    const end = (message: FromWorker) => {
      clearTimeout(patience)
      worker.off('message', end).off('error', lost).off('exit', lost)
      resolve(message)
    }
    const lost = () => end({ refused: LOST })
    const patience = setTimeout(lost, SILENCE_MS)
    worker.on('message', end).on('error', lost).on('exit', lost)
  })
}
