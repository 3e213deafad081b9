import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CLOSED, type Probed, probe } from './probe.ts'
import { MediaRefused, runTool, type Watching } from './run.ts'

/** Short sides of the picture: one for the road, one for home. */
const SIZES = [
  { side: 360, bitrate: 600 },
  { side: 720, bitrate: 1_800 },
] as const
/** Every segment begins with a keyframe at the same second in each size, so that a player may change between them. */
export const SEGMENT_SECONDS = 6

const QUIET = ['-hide_banner', '-nostdin', '-v', 'error', '-progress', 'pipe:1', '-y', ...CLOSED]
/** One thread less than the machine would give: the web goes on beside it. */
const H264 = [
  '-c:v',
  'libx264',
  '-preset',
  'veryfast',
  '-profile:v',
  'main',
  '-pix_fmt',
  'yuv420p',
  '-threads',
  '1',
]
const AAC = ['-c:a', 'aac', '-ac', '2', '-ar', '44100']

/** Sizes a picture is offered in: never larger than it came, so a small one has only one. */
export function sizesOf({ width, height }: { width: number; height: number }) {
  const short = Math.min(width, height)
  const fitting = SIZES.filter((it) => it.side <= short)
  const [smallest] = SIZES
  const chosen = fitting.length > 0 ? fitting : [{ ...smallest, side: short - (short % 2) }]
  return chosen.map(({ side, bitrate }) => {
    const long = 2 * Math.round((side * Math.max(width, height)) / short / 2)
    return {
      side,
      bitrate,
      ...(width >= height ? { width: long, height: side } : { width: side, height: long }),
    }
  })
}

/**
 * A film as HLS under `folder`: `film.m3u8`, a playlist and segments for each size, and `poster.jpg`. The folder is
 * the caller's to throw away when it fails. Gives how long the film was found to be once it was made.
 */
export async function toHls(source: string, folder: string, found: Probed, watching: Watching = {}) {
  if (!found.picture) throw new MediaRefused('这个文件里没有画面')
  const sizes = sizesOf(found.picture)
  await Promise.all(sizes.map((_, at) => mkdir(join(folder, String(at)), { recursive: true })))
  const split = `[0:v:0]split=${sizes.length}${sizes.map((_, at) => `[c${at}]`).join('')}`
  const scales = sizes.map(
    ({ width, height }, at) => `[c${at}]scale=${width}:${height}:flags=bicubic,setsar=1[v${at}]`,
  )
  const args = [
    ...QUIET,
    ...['-i', source, '-filter_complex', [split, ...scales].join(';')],
    ...sizes.flatMap(({ bitrate }, at) => [
      ...['-map', `[v${at}]`, `-b:v:${at}`, `${bitrate}k`],
      ...[`-maxrate:v:${at}`, `${Math.round(bitrate * 1.2)}k`, `-bufsize:v:${at}`, `${bitrate * 2}k`],
    ]),
    ...(found.hasAudio ? sizes.flatMap(() => ['-map', '0:a:0']) : []),
    ...[...H264, '-sc_threshold', '0', '-force_key_frames', `expr:gte(t,n_forced*${SEGMENT_SECONDS})`],
    ...(found.hasAudio ? [...AAC, '-b:a', '96k'] : []),
    ...['-map_metadata', '-1', '-f', 'hls', '-hls_time', String(SEGMENT_SECONDS), '-hls_list_size', '0'],
    ...['-hls_playlist_type', 'vod', '-hls_flags', 'independent_segments'],
    ...['-hls_segment_filename', join(folder, '%v', '%d.ts')],
    '-var_stream_map',
    sizes.map((_, at) => `v:${at}${found.hasAudio ? `,a:${at}` : ''}`).join(' '),
    join(folder, '%v', 'list.m3u8'),
  ]
  await runTool('ffmpeg', args, watching)
  await writeFile(join(folder, 'film.m3u8'), masterOf(sizes))
  const seconds = await lengthOf(join(folder, '0', 'list.m3u8'))
  checkLength(seconds, found.seconds)
  await poster(source, join(folder, 'poster.jpg'), found, watching)
  return { seconds, sizes: sizes.map(({ width, height }) => ({ width, height })) }
}

/** Written here: ffmpeg names the sizes in other ways from version to version. */
const masterOf = (sizes: ReturnType<typeof sizesOf>) =>
  [
    '#EXTM3U',
    ...sizes.map(
      ({ bitrate, width, height }, at) =>
        `#EXT-X-STREAM-INF:BANDWIDTH=${(bitrate * 1.2 + 110) * 1000},RESOLUTION=${width}x${height}\n${at}/list.m3u8`,
    ),
    '',
  ].join('\n')

/** A recording as one `sound.m4a` under `folder`, playable from its first bytes. */
export async function toAudio(source: string, folder: string, found: Probed, watching: Watching = {}) {
  await mkdir(folder, { recursive: true })
  const target = join(folder, 'sound.m4a')
  const args = [...QUIET, '-i', source, '-map', '0:a:0', '-vn', ...AAC, '-b:a', '64k', '-map_metadata', '-1']
  await runTool('ffmpeg', [...args, '-movflags', '+faststart', target], watching)
  const { seconds } = await probe(target, 'audio', watching.signal)
  checkLength(seconds, found.seconds)
  return { seconds }
}

/** A frame a little into the film: the first one is often black. */
async function poster(source: string, target: string, { seconds, picture }: Probed, watching: Watching) {
  const at = Math.min(3, seconds / 4)
  const scale =
    (picture?.width ?? 0) >= (picture?.height ?? 0) ? 'scale=min(1280\\,iw):-2' : 'scale=-2:min(1280\\,ih)'
  const args = [
    ...QUIET,
    '-ss',
    at.toFixed(2),
    '-i',
    source,
    '-frames:v',
    '1',
    '-vf',
    scale,
    '-q:v',
    '4',
    target,
  ]
  await runTool('ffmpeg', args, { ...(watching.signal && { signal: watching.signal }) })
}

/** A file may say ten minutes and hold two: what was made is what counts, and a large difference is a broken file. */
function checkLength(made: number, said: number) {
  if (made < said * 0.95 - 2) {
    throw new MediaRefused('视频不完整，只能放到一部分，请重新导出后再上传')
  }
}

async function lengthOf(playlist: string) {
  const text = await readFile(playlist, 'utf8')
  return [...text.matchAll(/#EXTINF:([\d.]+)/g)].reduce((sum, [, it]) => sum + Number(it), 0)
}
