import { createHash } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startBeside } from '../engines/process.ts'
import { findVideoTool } from '../engines/video.ts'
import { runTool } from '../video/run.ts'
import { type LiveProvider, LiveRefused } from './provider.ts'

const SEGMENT_SECONDS = 2
/** A stream is on the air when its first segment is there. */
const PATIENCE_MS = 20_000

interface Options {
  /** A film of ours, played over and over as if somebody were filming. */
  film: string
  /** Where the streams lie, a folder each. */
  dir: string
  /** The path of our server the folder is served under. */
  path: string
  /** Makes addresses nobody guesses, the same for the same class. */
  secret: Buffer
}

/**
 * The live service of the demo: ffmpeg plays a film at its own speed into an HLS stream on disk. The segments stay, so the stream
 * is its own recording. One machine, one process: for showing and testing, not for a city.
 */
export function builtinLive({
  film,
  dir,
  path,
  secret,
}: Options): LiveProvider & { close: () => Promise<void> } {
  const running = new Map<string, Awaited<ReturnType<typeof startBeside>>>()
  const idOf = (classId: string) =>
    createHash('sha256').update(secret).update(`live\n${classId}`).digest('hex').slice(0, 32)

  async function start(streamId: string) {
    const folder = join(dir, streamId)
    await mkdir(folder, { recursive: true })
    const args = [
      ...['-hide_banner', '-nostdin', '-v', 'error', '-re', '-stream_loop', '-1', '-i', film],
      ...['-c', 'copy', '-f', 'hls', '-hls_time', String(SEGMENT_SECONDS), '-hls_list_size', '0'],
      ...['-hls_playlist_type', 'event', '-hls_flags', 'append_list+independent_segments'],
      ...['-hls_segment_filename', join(folder, '%d.ts'), join(folder, 'list.m3u8')],
    ]
    const child = await startBeside(await findVideoTool('ffmpeg'), args, { patience: 3_000 })
    running.set(streamId, child)
    void child.ended.finally(() => running.delete(streamId))
    await onAir(folder, () => running.has(streamId))
  }

  async function onAir(folder: string, isRunning: () => boolean) {
    const until = Date.now() + PATIENCE_MS
    while (Date.now() < until && isRunning()) {
      const list = await readFile(join(folder, 'list.m3u8'), 'utf8').catch(() => '')
      if (list.includes('#EXTINF')) return
      await pause(100)
    }
    throw new LiveRefused('直播没有开起来，请过一会儿再试', true)
  }

  async function end(streamId: string) {
    await running.get(streamId)?.stop()
    running.delete(streamId)
  }

  return {
    async open(classId) {
      const streamId = idOf(classId)
      if (!running.has(streamId)) await start(streamId)
      return { streamId, pushAddress: null, playAddress: `${path}/${streamId}/list.m3u8` }
    },
    end,
    async record(streamId, target) {
      const list = join(dir, streamId, 'list.m3u8')
      if (!(await readFile(list, 'utf8').catch(() => ''))) return null
      if (running.has(streamId)) return false
      await runTool('ffmpeg', [
        '-v',
        'error',
        '-nostdin',
        '-y',
        '-i',
        list,
        '-c',
        'copy',
        '-f',
        'mp4',
        target,
      ])
      return true
    },
    async close() {
      await Promise.all([...running.keys()].map(end))
    },
  }
}
