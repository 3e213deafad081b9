import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from 'pino'
import { ERR, WeChatError, WeChatUnreachable } from './errors.ts'

export interface Question {
  path: string
  query?: Record<string, string>
  /** Without a body the request is a GET. */
  body?: object
}

/** WeChat answers JSON nearly always, and a picture where a picture was asked for. */
export type Answer = { json: object } | { bytes: Buffer; contentType: string }

export interface Wire {
  ask: (question: Question) => Promise<Answer>
}

interface WireOptions {
  baseUrl: string
  log: Logger
  timeoutMs?: number
}

const TRIES_WHEN_BUSY = 3

/** What people cause every day (a code tapped twice, no consent left) is no reason to warn anybody. */
const EVERYDAY: readonly number[] = [ERR.badCode, ERR.usedCode, ERR.noConsent]

/** Failures that happen before a byte of the request has left this machine. */
const NEVER_LEFT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

/**
 * One request to WeChat. Only "busy" is repeated here: WeChat says then that nothing was done.
 * Query and body hold secrets, codes and phone numbers, so the log gets the path alone.
 */
export function createWire({ baseUrl, log, timeoutMs = 5_000 }: WireOptions): Wire {
  return { ask }

  async function ask(question: Question): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await once(question)
      } catch (error) {
        const isBusy = error instanceof WeChatError && error.errcode === ERR.busy
        if (!isBusy || attempt === TRIES_WHEN_BUSY) throw report(error)
        await pause(150 * 2 ** attempt * (0.5 + Math.random()))
      }
    }
  }

  async function once({ path, query = {}, body }: Question): Promise<Answer> {
    const url = new URL(path, baseUrl)
    url.search = new URLSearchParams(query).toString()
    const answer = await fetch(url, {
      ...(body && {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    })
      .then(async (response) => ({ response, bytes: Buffer.from(await response.arrayBuffer()) }))
      .catch((error: unknown) => {
        throw unreachable(path, error)
      })
    return read(path, answer.response, answer.bytes)
  }

  function report(error: unknown) {
    if (error instanceof WeChatError) {
      const { api, errcode, errmsg, rid } = error
      log[EVERYDAY.includes(errcode) ? 'info' : 'warn']({ api, errcode, errmsg, rid }, 'WeChat refused')
    } else if (error instanceof WeChatUnreachable) {
      log.warn({ api: error.api, why: error.message }, 'WeChat not reached')
    }
    return error
  }
}

function read(path: string, response: Response, bytes: Buffer): Answer {
  if (!response.ok) throw new WeChatUnreachable(path, `HTTP ${response.status}`, true)
  const contentType = response.headers.get('content-type') ?? ''
  // Pictures and errors come under whatever content type the gateway felt like; the first byte does not lie.
  if (bytes[0] !== 0x7b) return { bytes, contentType }

  const json = parse(path, bytes)
  const { errcode, errmsg } = json as { errcode?: unknown; errmsg?: unknown }
  if (typeof errcode === 'number' && errcode !== 0) {
    throw new WeChatError(path, errcode, typeof errmsg === 'string' ? errmsg : '')
  }
  return { json }
}

function parse(path: string, bytes: Buffer): object {
  try {
    return JSON.parse(bytes.toString('utf8'), exactly as Reviver) as object
  } catch {
    throw new WeChatUnreachable(path, 'an answer that is not JSON', true)
  }
}

type Reviver = (key: string, value: unknown) => unknown

/** Message numbers have 19 digits, more than a JavaScript number holds: those stay text. */
function exactly(_key: string, value: unknown, { source }: { source?: string }) {
  return typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value) ? source : value
}

function unreachable(path: string, error: unknown) {
  const { name, cause } = error as { name?: string; cause?: { code?: string } }
  const why = cause?.code ?? name ?? 'unknown'
  return new WeChatUnreachable(path, why, !NEVER_LEFT.has(why))
}
