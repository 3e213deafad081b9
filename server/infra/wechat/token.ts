import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import * as z from 'zod'
import type { Wire } from './wire.ts'

export interface TokenOptions {
  wire: Wire
  appId: string
  secret: string
  redis: Redis
  log: Logger
}

/** The access token that every other call carries, shared by all processes through Redis. */
export interface Tokens {
  current: () => Promise<string>
  /** WeChat did not accept this token: never offer it again. */
  refuse: (token: string) => void
}

interface Token {
  token: string
  until: number
}

const tokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() })
const sharedToken = z.object({ token: z.string(), until: z.number() })

/** One request may take 5 s; then another process may try. */
const LOCK_MS = 6_000
const POLL_MS = 100
/** WeChat hands out the next token in the last five minutes of the old one, and both work meanwhile. */
const MARGIN_SECONDS = 300

const UNLOCK = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0`

/**
 * Keeps the stable token. `force_refresh` is never used: it kills the token the other processes hold, and WeChat
 * allows it 20 times a day. Redis spares requests but is not needed: without it each process asks for itself,
 * and WeChat answers all of them with the same token.
 */
export function createTokens({ wire, appId, secret, redis, log }: TokenOptions): Tokens {
  const tokenKey = `wechat:token:${appId}`
  const lockKey = `wechat:token-lock:${appId}`
  let held: Token | null = null
  let refused: string | null = null
  let asking: Promise<Token> | null = null

  return { current, refuse }

  async function current() {
    if (held && held.until > Date.now()) return held.token
    asking ??= obtain().finally(() => {
      asking = null
    })
    held = await asking
    return held.token
  }

  function refuse(token: string) {
    refused = token
    if (held?.token === token) held = null
  }

  async function obtain(): Promise<Token> {
    const patience = Date.now() + LOCK_MS
    for (;;) {
      const shared = await readShared()
      if (shared) return shared

      const lock = randomUUID()
      const isMine = await orAlone(
        async () => (await redis.set(lockKey, lock, 'PX', LOCK_MS, 'NX')) === 'OK',
        true,
      )
      if (isMine || Date.now() > patience) {
        // Whoever held the lock a moment ago may have left the token we are about to ask for.
        return await (async () => (await readShared()) ?? fetchToken())().finally(() =>
          orAlone(() => redis.eval(UNLOCK, 1, lockKey, lock), null),
        )
      }
      await pause(POLL_MS)
    }
  }

  async function readShared(): Promise<Token | null> {
    const text = await orAlone(() => redis.get(tokenKey), null)
    const shared = text === null ? null : sharedToken.safeParse(JSON.parse(text)).data
    return shared && shared.until > Date.now() && shared.token !== refused ? shared : null
  }

  async function fetchToken(): Promise<Token> {
    const answer = await wire.ask({
      path: '/cgi-bin/stable_token',
      body: { grant_type: 'client_credential', appid: appId, secret },
    })
    const { access_token, expires_in } = tokenAnswer.parse('json' in answer ? answer.json : null)
    const seconds = Math.max(expires_in - MARGIN_SECONDS, Math.floor(expires_in / 2))
    const token = { token: access_token, until: Date.now() + seconds * 1000 }
    await orAlone(() => redis.set(tokenKey, JSON.stringify(token), 'PX', seconds * 1000), null)
    return token
  }

  async function orAlone<T>(work: () => Promise<T>, alone: T): Promise<T> {
    try {
      return await work()
    } catch (error) {
      log.warn({ err: error }, 'no Redis for the WeChat token, going on alone')
      return alone
    }
  }
}
