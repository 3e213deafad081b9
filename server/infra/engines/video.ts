import { chmod } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { executable, onPath, runs, SetupError } from './setup.ts'

const require = createRequire(import.meta.url)
const CARRIED = { ffmpeg: '@ffmpeg-installer/ffmpeg', ffprobe: '@ffprobe-installer/ffprobe' } as const

export type VideoTool = keyof typeof CARRIED
const known = new Map<VideoTool, Promise<string>>()

/** Where ffmpeg or ffprobe lies: the machine's own on PATH, else the one that an npm package carries. Looked for once. */
export function findVideoTool(name: VideoTool): Promise<string> {
  const found = known.get(name) ?? find(name)
  known.set(name, found)
  found.catch(() => known.delete(name))
  return found
}

async function find(name: VideoTool) {
  const own = await onPath(name)
  if (own && runs(own, '-version')) return own
  const { path } = require(CARRIED[name]) as { path: string }
  // The package comes without the right to be run and sets it in an install script, which npm may have skipped.
  if (!(await executable(path))) await chmod(path, 0o755).catch(() => undefined)
  if ((await executable(path)) && runs(path, '-version')) return path
  throw new SetupError(`没有可用的 ${name}：请安装 ffmpeg（Debian：apt install ffmpeg），然后重试。`)
}
