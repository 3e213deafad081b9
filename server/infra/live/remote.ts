import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Logger } from 'pino'
import * as z from 'zod'
import { type LiveProvider, LiveRefused } from './provider.ts'

/** Nobody who has pressed 开始上课 waits longer for an answer. */
const PATIENCE_MS = 5_000
/** A recording of three hours takes its time. */
const FETCH_MS = 30 * 60_000

const stream = z.object({ id: z.string().min(1), pushUrl: z.string().nullable(), playUrl: z.url() })
const recording = z.object({ state: z.enum(['working', 'ready', 'none']), url: z.url().nullable() })

interface Options {
  baseUrl: string
  key: string
  log: Logger
}

/**
 * A live service over HTTP, as docs/decisions/0016-live-class.md describes it: `PUT /streams/:class`, `POST /streams/:id/end`,
 * `GET /streams/:id/recording`. What it refuses is said in words a teacher can act on; what passes is tried once more.
 */
export function remoteLive({ baseUrl, key, log }: Options): LiveProvider {
  async function ask(method: string, path: string, body?: object): Promise<unknown> {
    const response = await once(method, path, body).catch(() => once(method, path, body).catch(away))
    if (response.status >= 500) return retried(await once(method, path, body).catch(away), path)
    return read(response, path)
  }

  const once = (method: string, path: string, body?: object) =>
    fetch(`${baseUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(PATIENCE_MS),
      ...(body && { body: JSON.stringify(body) }),
    })

  function away(error: unknown): never {
    log.error({ err: error }, 'the live service does not answer')
    throw new LiveRefused('直播服务暂时连不上，请过一两分钟再试', true)
  }

  const retried = (response: Response, path: string) => read(response, path)

  async function read(response: Response, path: string): Promise<unknown> {
    if (response.ok) return response.json().catch(() => ({}))
    log.error({ status: response.status, path }, 'the live service refused')
    if (response.status === 401 || response.status === 403)
      throw new LiveRefused('直播服务没有接受平台的账号，请联系平台管理员', false)
    if (response.status === 404) throw new LiveRefused('直播服务里没有这堂课，请取消后重新安排', false)
    if (response.status === 429) throw new LiveRefused('同时直播的课太多了，请过几分钟再试', true)
    throw new LiveRefused('直播服务出了问题，请过一两分钟再试', true)
  }

  return {
    async open(classId, title) {
      const opened = stream.safeParse(await ask('PUT', `/streams/${classId}`, { title }))
      if (!opened.success) throw new LiveRefused('读不懂直播服务的回答，请联系平台管理员', false)
      const { id, pushUrl, playUrl } = opened.data
      return { streamId: id, pushAddress: pushUrl, playAddress: playUrl }
    },
    async end(streamId) {
      await ask('POST', `/streams/${streamId}/end`)
    },
    async record(streamId, target) {
      const found = recording.safeParse(await ask('GET', `/streams/${streamId}/recording`))
      if (!found.success || found.data.state === 'none') return null
      if (found.data.state === 'working' || !found.data.url) return false
      const file = await fetch(found.data.url, { signal: AbortSignal.timeout(FETCH_MS) })
      if (!file.ok || !file.body) throw new LiveRefused('录像没有取到，稍后会再试', true)
      await pipeline(Readable.fromWeb(file.body), createWriteStream(target))
      return true
    },
  }
}
