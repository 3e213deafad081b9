import { setPriority } from 'node:os'
import { startBeside } from '../engines/process.ts'
import { findVideoTool, type VideoTool } from '../engines/video.ts'

/** The file cannot be used; the sentence is for the person who chose it. */
export class MediaRefused extends Error {}

/** Encoding was called off: the process leaves, somebody else takes it up. */
export class MediaStopped extends Error {}

/** Whoever reads a page goes before whoever encodes a film. */
const NICENESS = 10

export interface Watching {
  /** Seconds of the film that are done. */
  onSeconds?: (seconds: number) => void
  signal?: AbortSignal
  /** So long it may say nothing before it is taken for dead. */
  silenceMs?: number
}

/**
 * Runs ffmpeg or ffprobe, niced, to its end and gives what it printed. It reads files and nothing else: no network, no
 * other protocol, whatever a file asks for. Should we be killed, it ends with us.
 */
export async function runTool(tool: VideoTool, args: string[], watching: Watching = {}): Promise<string> {
  const { onSeconds, signal, silenceMs = 120_000 } = watching
  let heardAt = Date.now()
  const printed: string[] = []
  const running = await startBeside(await findVideoTool(tool), args, {
    patience: 3_000,
    listen(chunk) {
      heardAt = Date.now()
      printed.push(chunk.toString())
      const [, microseconds] = [...chunk.toString().matchAll(/out_time_(?:ms|us)=(\d+)/g)].at(-1) ?? []
      if (microseconds) onSeconds?.(Number(microseconds) / 1e6)
    },
  })
  setPriorityOf(running.pid)
  const stop = () => void running.stop()
  const watch = setInterval(() => Date.now() - heardAt > silenceMs && stop(), 5_000)
  signal?.addEventListener('abort', stop)
  if (signal?.aborted) stop()
  const code = await running.ended.finally(() => {
    clearInterval(watch)
    signal?.removeEventListener('abort', stop)
  })
  if (signal?.aborted) throw new MediaStopped()
  if (code !== 0) throw new Error(`${tool} ended with ${code}: ${running.output().slice(-600)}`)
  return printed.join('')
}

function setPriorityOf(pid: number) {
  try {
    setPriority(pid, NICENESS)
  } catch {
    // It has ended already, or the system does not let us.
  }
}
