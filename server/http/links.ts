import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { Context } from 'koa'
import type { Env } from '../env.ts'
import { Refusal } from './errors.ts'

const MINUTES = 10

/** The part of the environment that links are signed with. */
export type LinkKey = Pick<Env, 'INDEX_KEY'>

/**
 * A link to a file beside the contract that works for ten minutes, or as long as is said, without a sign-in header: browsers and `wx.downloadFile`
 * open it as it is. It carries who asked, and the signature covers every character of it. `path` is without `/api`, as
 * are all paths of the contract.
 */
export function signLink(
  path: `/${string}`,
  personId: string,
  now: Date,
  env: LinkKey,
  minutes = MINUTES,
): `/${string}` {
  const until = Math.floor(now.getTime() / 1000) + minutes * 60
  const said = `${path}${path.includes('?') ? '&' : '?'}for=${personId}&until=${until}` as const
  return `${said}&sig=${signature(said, env)}`
}

/** Admits a request that came by a link of ours, and gives the person it was made for. */
export function openLink(ctx: Context, now: Date, env: LinkKey): { personId: string } {
  const [said = '', sig = ''] = ctx.url.replace(/^\/api/, '').split(/&sig=([\w-]{43})$/)
  const ours = sig !== '' && timingSafeEqual(Buffer.from(sig), Buffer.from(signature(said, env)))
  if (!ours) throw new Refusal('forbidden', '这个链接不对，请回到原来的页面重新打开')
  const [, personId = '', until = ''] = /[?&]for=([0-9a-f]{24})&until=(\d+)$/.exec(said) ?? []
  if (Number(until) * 1000 < now.getTime()) {
    throw new Refusal('forbidden', '链接已经过期，请回到原来的页面重新打开')
  }
  return { personId }
}

function signature(said: string, { INDEX_KEY }: LinkKey) {
  // The prefix keeps a link's signature apart from every other use of the key.
  return createHmac('sha256', INDEX_KEY).update(`link\n${said}`).digest('base64url')
}

export interface Download {
  bytes: Buffer | Readable
  type:
    | 'application/octet-stream'
    | 'application/json'
    | 'application/pdf'
    | 'application/zip'
    | 'image/png'
    | 'image/jpeg'
    | 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
    | 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
    | 'application/vnd.openxmlformats-officedocument.presentationml.presentation'
  /** With its ending; Chinese is fine. */
  name: string
  /** Shown in the browser instead of saved. */
  inline?: boolean
}

/** Answers with a private file: never sniffed, never kept by a cache on the way. */
export function sendDownload(ctx: Context, { bytes, type, name, inline = false }: Download) {
  const safe = fileName(name)
  const plain = safe.replace(/[^\x20-\x7e]/g, '_').replace(/["\\]/g, '_')
  const encoded = encodeURIComponent(safe).replace(/['()]/g, (it) => `%${it.charCodeAt(0).toString(16)}`)
  ctx.set({
    'content-type': type,
    'content-disposition': `${inline ? 'inline' : 'attachment'}; filename="${plain}"; filename*=UTF-8''${encoded}`,
    'cache-control': 'private, no-store',
    'x-content-type-options': 'nosniff',
  })
  ctx.body = bytes
  ctx.set('content-type', type)
}

/** A name that every system can store: nothing that separates folders, nothing invisible. */
export const fileName = (name: string) =>
  name
    .replace(/[\\/:*?"<>|\p{Cc}]/gu, '_')
    .replace(/^\.+/, '')
    .slice(0, 120)
