import type { Middleware } from 'koa'
import type { Logger } from 'pino'

const STATUS = {
  invalid: 400,
  unauthenticated: 401,
  /** The password was right; the six digits are still to come. */
  totp_needed: 401,
  /** Signed in, but the unit wants six digits to be set up first. */
  totp_required: 403,
  /** Signed in with a first password: one of their own comes before everything else. */
  password_required: 403,
  forbidden: 403,
  /** The post would do, but a responsible person has to agree first (条例 36). */
  approval_needed: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  unsupported: 415,
  too_many: 429,
  unavailable: 503,
} as const

export type RefusalCode = keyof typeof STATUS

/** A failure the caller can act on. Anything else that is thrown is a bug and answers 500. */
export class Refusal extends Error {
  readonly code: RefusalCode
  /** Seconds after which it may work. */
  readonly retryAfter: number | undefined

  constructor(code: RefusalCode, message: string, retryAfter?: number) {
    super(message)
    this.name = 'Refusal'
    this.code = code
    this.retryAfter = retryAfter
  }
}

/** What an engine that is away throws; the caller may try again soon. */
const AWAY = new Set([
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoServerSelectionError',
  'MongoWaitQueueTimeoutError',
  'MongoPoolClearedError',
  'MongooseServerSelectionError',
  'MaxRetriesPerRequestError',
])

/** First middleware of the app: the only place that turns a throw into a response. */
export function answerErrors(log: Logger): Middleware {
  return async (ctx, next) => {
    try {
      await next()
      if (ctx.status === 404 && (ctx.body === undefined || ctx.body === null)) {
        throw new Refusal('not_found', '没有这个地址')
      }
    } catch (error) {
      const refusal = asRefusal(error)
      if (!refusal || refusal.code === 'unavailable') {
        log.error({ err: error, method: ctx.method, path: ctx.routerPath ?? '' }, 'unexpected failure')
      }
      const retryAfter = refusal?.retryAfter
      if (retryAfter !== undefined) ctx.set('retry-after', String(Math.ceil(retryAfter)))
      ctx.status = refusal ? STATUS[refusal.code] : 500
      ctx.body = {
        error: {
          code: refusal?.code ?? 'internal',
          message: refusal?.message ?? '服务器出错了，请稍后再试',
        },
      }
    }
  }
}

function asRefusal(error: unknown): Refusal | null {
  if (error instanceof Refusal) return error
  if (!(error instanceof Error)) return null
  if (AWAY.has(error.name)) return new Refusal('unavailable', '系统正忙，请稍后再试', 3)
  return null
}
