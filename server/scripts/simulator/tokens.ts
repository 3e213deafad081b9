import { randomBytes } from 'node:crypto'
import { Refused } from './refused.ts'
import type { World } from './world.ts'

interface Issued {
  token: string
  expiresAt: number
}

export type AccessTokens = ReturnType<typeof createAccessTokens>

const LIFE_MS = 7_200_000
/** The next token is issued in the last five minutes of the old one, and both work meanwhile. */
const OVERLAP_MS = 300_000

/** Stable access tokens: asking again answers the same one; only a forced refresh kills it. */
export function createAccessTokens(world: World) {
  let issued: Issued[] = []
  return { ask, check, expire, kill }

  function ask({ grant_type, appid, secret, force_refresh }: Record<string, unknown>) {
    if (world.exceeds('stable_token', 'minute', world.limits.tokensPerMinute)) throw new Refused(45011)
    if (grant_type !== 'client_credential') throw new Refused(40002)
    if (appid !== world.appId) throw new Refused(40013)
    if (secret !== world.secret) throw new Refused(40125)
    if (force_refresh === true) {
      if (world.exceeds('force_refresh', 'day', world.limits.refreshesPerDay)) throw new Refused(45009)
      issued = []
    }
    const known = issued.find(({ expiresAt }) => expiresAt - world.now() > OVERLAP_MS)
    const current = known ?? {
      token: randomBytes(384).toString('base64url'),
      expiresAt: world.now() + LIFE_MS,
    }
    if (!known) issued.push(current)
    const expires_in = Math.floor((current.expiresAt - world.now()) / 1000)
    return { access_token: current.token, expires_in }
  }

  function check(token: string | null) {
    if (!token) throw new Refused(41001)
    if (token.length < 64) throw new Refused(40014)
    const found = issued.find((it) => it.token === token)
    if (!found) throw new Refused(40001)
    if (found.expiresAt <= world.now()) throw new Refused(42001)
  }

  /** All tokens are past their time from now on: 42001. */
  function expire() {
    for (const it of issued) it.expiresAt = world.now()
  }

  /** As if somebody had reset the app's secret: 40001. */
  function kill() {
    issued = []
  }
}
