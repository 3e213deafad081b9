import { origin } from '../config'
import type { Request } from '../contract'

/** What people are told. The cause goes to the log, not to the screen. */
export class Problem extends Error {
  /** HTTP status; 0 when no answer came. */
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.name = 'Problem'
    this.status = status
  }
}

/** Longer than the server ever takes, shorter than a parent's patience. */
const TIMEOUT_MS = 10_000

/** Sends one request. Everything that is not a good answer becomes a `Problem`. */
export function send({ method, path, body }: Request, token: string | null): Promise<unknown> {
  return new Promise((resolve, reject) => {
    wx.request({
      url: `${origin}/api${path}`,
      method,
      data: body as WechatMiniprogram.IAnyObject,
      header: token ? { authorization: `Bearer ${token}` } : {},
      timeout: TIMEOUT_MS,
      // wx.request calls `success` for every answer, a 500 included.
      success: ({ statusCode, data }) => {
        if (statusCode < 400) return resolve(data)
        const said = (data as { error?: { message?: string } } | null)?.error?.message
        reject(new Problem(statusCode, said ?? '服务器开小差了，请稍后再试'))
      },
      fail: () => reject(new Problem(0, '网络不通，请检查后重试')),
    })
  })
}
