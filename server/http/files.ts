import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'
import type { Context } from 'koa'
import { Refusal } from './errors.ts'

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.mp4': 'video/mp4',
  '.m3u8': 'application/vnd.apple.mpegurl',
  '.ts': 'video/mp2t',
  '.m4a': 'audio/mp4',
  '.pdf': 'application/pdf',
  '.vtt': 'text/vtt; charset=utf-8',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.ico': 'image/x-icon',
}

/** Sends a file from below `root`, whole or the range asked for (video). Names that climb out of it do not exist. */
export async function sendFile(ctx: Context, root: string, name: string, maxAgeSeconds: number) {
  const path = normalize(join(root, name))
  const type = TYPES[extname(path)]
  const info = path.startsWith(root + sep) && type ? await stat(path).catch(() => null) : null
  if (!info?.isFile() || !type) throw new Refusal('not_found', '没有这个地址')

  ctx.set({
    'content-type': type,
    'accept-ranges': 'bytes',
    'cache-control': maxAgeSeconds > 0 ? `public, max-age=${maxAgeSeconds}, immutable` : 'no-cache',
    'last-modified': info.mtime.toUTCString(),
  })
  const range = rangeIn(ctx.get('range'), info.size)
  if (range) {
    ctx.status = 206
    ctx.set('content-range', `bytes ${range.start}-${range.end}/${info.size}`)
  }
  const { start, end } = range ?? { start: 0, end: Math.max(info.size - 1, 0) }
  ctx.length = info.size === 0 ? 0 : end - start + 1
  ctx.body = info.size === 0 ? '' : createReadStream(path, { start, end })
  ctx.set('content-type', type)
}

function rangeIn(header: string, size: number) {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(header) ?? []
  if (from === '' && to === '') return null
  const start = from === '' ? Math.max(size - Number(to), 0) : Number(from)
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1)
  return start <= end && start < size ? { start, end } : null
}
