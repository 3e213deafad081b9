import * as z from 'zod'
import { MediaRefused, runTool } from './run.ts'

/** Containers that people's phones and cameras make; a playlist that names other files is not among them. */
const CONTAINERS = 'mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mp3,aac,wav,ogg,flac'
/** Read a local file and nothing else, whatever it says inside. */
export const CLOSED = ['-protocol_whitelist', 'file,pipe', '-format_whitelist', CONTAINERS]

/** Longer than any lesson. */
const MOST_SECONDS = 4 * 3_600
const MOST_SIDE = 8_192

const answer = z.object({
  format: z.object({ duration: z.coerce.number().optional() }),
  streams: z.array(
    z.object({
      codec_type: z.string().optional(),
      width: z.number().optional(),
      height: z.number().optional(),
      duration: z.coerce.number().optional(),
      disposition: z.object({ attached_pic: z.number() }).optional(),
      tags: z.record(z.string(), z.string()).optional(),
      side_data_list: z.array(z.object({ rotation: z.number().optional() })).optional(),
    }),
  ),
})

export interface Probed {
  /** Length in seconds, as the file's own frames say. */
  seconds: number
  hasAudio: boolean
  /** As it is seen, after turning; null for sound alone. */
  picture: { width: number; height: number } | null
}

/** What is in a film or a recording. Throws `MediaRefused` for what is broken off, empty, or nothing of the kind. */
export async function probe(path: string, kind: 'video' | 'audio', signal?: AbortSignal): Promise<Probed> {
  const args = ['-v', 'error', ...CLOSED, '-print_format', 'json', '-show_format', '-show_streams', path]
  const said = await runTool('ffprobe', args, { ...(signal && { signal }), silenceMs: 30_000 }).catch(
    (error: unknown) => {
      if (error instanceof Error && error.message.startsWith('ffprobe')) throw new MediaRefused(DAMAGED[kind])
      throw error
    },
  )
  const { format, streams } = answer.parse(
    JSON.parse(said.slice(said.indexOf('{'), said.lastIndexOf('}') + 1)),
  )
  const film = streams.find((it) => it.codec_type === 'video' && !it.disposition?.attached_pic)
  const hasAudio = streams.some((it) => it.codec_type === 'audio')
  const seconds = format.duration ?? Math.max(0, ...streams.map((it) => it.duration ?? 0))
  if (kind === 'video' && !film) throw new MediaRefused('这个文件里没有画面；只有声音的，请按音频上传')
  if (kind === 'audio' && !hasAudio) throw new MediaRefused('这个文件里没有声音')
  if (!(seconds >= 1)) throw new MediaRefused(DAMAGED[kind])
  if (seconds > MOST_SECONDS) throw new MediaRefused('超过4小时，请分成几课上传')
  return { seconds, hasAudio, picture: kind === 'video' && film ? pictureOf(film) : null }
}

const DAMAGED = {
  video: '视频不完整或者已经损坏，请在电脑上播放一遍，确认能看到最后再上传',
  audio: '音频不完整或者已经损坏，请在电脑上播放一遍，确认能听到最后再上传',
} as const

function pictureOf({
  width = 0,
  height = 0,
  tags,
  side_data_list,
}: z.infer<typeof answer>['streams'][number]) {
  if (width < 16 || height < 16) throw new MediaRefused('画面太小，请换一个清楚些的视频')
  if (width > MOST_SIDE || height > MOST_SIDE) throw new MediaRefused('画面超过8K，请先导出成1080p再上传')
  const rotation =
    side_data_list?.find((it) => it.rotation !== undefined)?.rotation ?? Number(tags?.rotate ?? 0)
  return Math.abs(rotation) % 180 === 90 ? { width: height, height: width } : { width, height }
}
