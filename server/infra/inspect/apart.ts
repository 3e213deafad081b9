import { Worker } from 'node:worker_threads'
import { FileRefused } from './kind.ts'

/** The file itself and what it unpacks to live outside the heap and are bounded in the worker; this bounds the rest. */
const HEAP_MB = 256
const PATIENCE_MS = 60_000

/** What a worker has found, or the sentence why it refuses the file. */
export type FromInspector<T> = T | { refused: string }

/**
 * Looks through a file in a thread of its own, with bounded memory and time. Throws `FileRefused`; a worker that died or fell
 * silent has lost the file.
 */
export async function inspectApart<T extends object>(script: URL, path: string, lost: string): Promise<T> {
  const worker = new Worker(script, {
    workerData: { path },
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: 16 },
  })
  try {
    const said = await answerOf<T>(worker, lost)
    if ('refused' in said) throw new FileRefused(said.refused)
    return said
  } finally {
    await worker.terminate()
  }
}

function answerOf<T>(worker: Worker, lost: string) {
  return new Promise<FromInspector<T>>((resolve) => {
    const patience = setTimeout(() => end({ refused: lost }), PATIENCE_MS)
    const end = (said: FromInspector<T>) => {
      clearTimeout(patience)
      resolve(said)
    }
    worker.once('message', end)
    for (const event of ['error', 'exit']) worker.once(event, () => end({ refused: lost }))
  })
}
