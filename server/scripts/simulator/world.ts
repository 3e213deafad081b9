import { createHash, randomBytes } from 'node:crypto'
import { DEMO_TEMPLATES, type Template } from './templates.ts'

/** A person with a phone, made up on demand: the same name is the same person on every machine. */
export interface Identity {
  as: string
  openId: string
  phone: string | null
  visitedAt: number
}

/** A message that WeChat would have put on somebody's phone. */
export interface Delivered {
  messageId: string
  at: string
  as: string
  openId: string
  templateId: string
  title: string
  fields: { key: string; label: string; value: string }[]
  page: string
  state: string
}

/** One request to the simulated WeChat, for tests that count. */
export interface Call {
  at: string
  path: string
  errcode: number
  body: unknown
}

/** The next `times` requests (to `path`, or any) go wrong in this way. */
export interface Fault {
  path?: string | undefined
  times: number
  errcode?: number | undefined
  /** An HTTP status with a gateway's page instead of an answer. */
  status?: number | undefined
  latencyMs?: number | undefined
  /** Nothing is answered before. */
  until?: Promise<void> | undefined
  /** The request is carried out, and the connection breaks before the answer. */
  isLost?: boolean | undefined
}

interface Code {
  kind: 'login' | 'phone'
  as: string
  appId: string
  madeAt: number
  isUsed: boolean
}

export interface WorldOptions {
  appId: string
  secret: string
  appName?: string
  templates?: Template[]
  now?: () => number
}

export const DEFAULT_LIMITS = {
  tokensPerMinute: 10_000,
  refreshesPerDay: 20,
  sessionsPerMinutePerPerson: 100,
  messagesPerDay: 10_000_000,
  qrCodesPerMinute: 5_000,
  checksPerMinute: 4_000,
}

export type World = ReturnType<typeof createWorld>

const CODE_MINUTES = 5
const CALLS_KEPT = 20_000

/** Everything the simulated WeChat remembers. In memory: a restart forgets it, as a simulator may. */
export function createWorld({
  appId,
  secret,
  appName = '家长学校',
  templates,
  now = Date.now,
}: WorldOptions) {
  const identities = new Map<string, Identity>()
  const byOpenId = new Map<string, Identity>()
  const codes = new Map<string, Code>()
  const quotas = new Map<string, number>()
  const tallies = new Map<string, number>()
  const world = {
    appId,
    secret,
    appName,
    now,
    templates: new Map((templates ?? Object.values(DEMO_TEMPLATES)).map((it) => [it.id, it])),
    limits: { ...DEFAULT_LIMITS },
    /** How long a message takes on WeChat's side; longer makes collisions on one person likely. */
    sendMs: 2,
    /** Pages that the released version lacks. */
    unreleasedPages: new Set<string>(),
    delivered: [] as Delivered[],
    calls: [] as Call[],
    faults: [] as Fault[],
    identity,
    identities: () => [...identities.values()],
    byOpenId: (openId: unknown) => byOpenId.get(String(openId)),
    mint,
    redeem,
    quota: (openId: string, templateId: string) => quotas.get(`${openId} ${templateId}`) ?? 0,
    addQuota(openId: string, templateId: string, change: number) {
      quotas.set(`${openId} ${templateId}`, Math.max(0, world.quota(openId, templateId) + change))
    },
    exceeds,
    note(call: Call) {
      world.calls.push(call)
      if (world.calls.length > CALLS_KEPT) world.calls.shift()
    },
  }
  return world

  function identity(as: string): Identity {
    const known = identities.get(as)
    if (known) return known
    const openId = `o${createHash('sha256').update(as).digest('base64url').slice(0, 27)}`
    const fresh: Identity = { as, openId, phone: null, visitedAt: 0 }
    identities.set(as, fresh)
    byOpenId.set(openId, fresh)
    return fresh
  }

  function mint(kind: Code['kind'], as: string, codeAppId = appId) {
    const code = randomBytes(16).toString('hex')
    codes.set(code, { kind, as: identity(as).as, appId: codeAppId, madeAt: now(), isUsed: false })
    return code
  }

  /** Five minutes, once, for the app it was made for. */
  function redeem(kind: Code['kind'], text: unknown): Identity | 'unknown' | 'used' {
    const code = typeof text === 'string' ? codes.get(text) : undefined
    if (code?.kind !== kind || code.appId !== appId) return 'unknown'
    if (code.isUsed) return 'used'
    if (now() - code.madeAt > CODE_MINUTES * 60_000) return 'unknown'
    code.isUsed = true
    return identity(code.as)
  }

  /** Counts one more of `what` in this minute or day and tells whether that is too many. */
  function exceeds(what: string, per: 'minute' | 'day', limit: number) {
    const window = Math.floor(now() / (per === 'minute' ? 60_000 : 86_400_000))
    const key = `${what} ${per} ${window}`
    const count = (tallies.get(key) ?? 0) + 1
    tallies.set(key, count)
    return count > limit
  }
}
