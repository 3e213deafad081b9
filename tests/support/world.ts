import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, vi } from 'vitest'
import { client } from '#contract/call'
import { createApp } from '../../server/app.ts'
import type { Deps } from '../../server/infra/deps.ts'
import { openDeps } from '../../server/infra/open.ts'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { beginAnew } from '../../server/modules/audit/tally/service.ts'
import { openSession } from '../../server/modules/accounts/service.ts'
import { startWechatSimulator } from '../../server/scripts/simulator/wechat.ts'
import { emptyDatabase, openDatabase } from './database.ts'
import { testEnv } from './env.ts'

/** An answer that was not a success, as a client sees it. */
export interface Refused {
  status: number
  json: { error: { code: string; message: string } }
}

type Simulator = Awaited<ReturnType<typeof startWechatSimulator>>

/**
 * A running server on a database of its own, with the WeChat simulator beside it. Tests talk to it as a client would:
 * over HTTP, in contract. Everything is emptied before each test; indexes stay.
 */
export function useWorld(env: Record<string, string> = {}) {
  const startedAt = Date.now()
  let shift = 0
  let origin = ''
  let deps: (Deps & { close: () => Promise<void> }) | undefined
  let simulator: Simulator | undefined
  let stop = async () => {}

  beforeAll(async () => {
    const settings = testEnv(env)
    simulator = await startWechatSimulator({
      port: 0,
      appId: settings.WX_APP_ID,
      secret: settings.WX_APP_SECRET,
    })
    deps = await openDeps({ ...settings, WX_BASE_URL: simulator.url })
    deps.clock = { now: () => new Date(Date.now() + shift) }
    await openDatabase()
    const answer = createApp(deps).callback()
    const server = createServer((request, response) => void answer(request, response))
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    stop = async () => {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
      await simulator?.stop()
      await deps?.close()
    }
  })
  beforeEach(async () => {
    shift = 0
    await emptyRedis()
    await emptyDatabase()
    await beginAnew()
  })
  afterAll(() => stop())

  /** On a busy machine a command takes longer than the fifth of a second that a request may wait for it. */
  const emptyRedis = () => vi.waitFor(() => deps?.redis.flushdb(), { timeout: 30_000 })

  const send = async (token: string | null, method: string, path: string, body?: unknown) =>
    fetch(`${origin}${path}`, {
      method,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })

  return {
    origin: () => origin,
    deps: () => need(deps),
    emptyRedis,
    simulator: () => need(simulator),
    now: () => new Date(Date.now() + shift),
    /** Moves the server's clock; the machine's own stays. */
    pass(ms: number) {
      shift += ms
    },
    /** Sets the server's clock to an instant; it goes on from there. */
    goTo(iso: string) {
      shift = new Date(iso).getTime() - Date.now()
    },
    startedAt,
    /** One raw request, for what the contract client would never send. */
    send,
    /** A contract client with a token, or with none. */
    withToken: (token: string | null) =>
      client(async ({ method, path, body }) => {
        const response = await send(token, method, `/api${path}`, body)
        const json: unknown = await response.json()
        if (!response.ok) {
          throw Object.assign(new Error(`HTTP ${response.status} ${JSON.stringify(json)}`), {
            status: response.status,
            json,
          })
        }
        return json
      }),
    /** A token for a person that exists, in one role. */
    async tokenOf(personId: string, role: 'guardian' | 'staff') {
      if (role === 'guardian') await agree(personId)
      const { token } = await openSession(personId, { role, device: 'test' }, new Date(Date.now() + shift))
      return token
    },
    /** A contract client signed in as a person that exists. */
    async as(personId: string, role: 'guardian' | 'staff') {
      return this.withToken(await this.tokenOf(personId, role))
    },
  }
}

/** Most tests are about people who have agreed to the privacy text; those that are not take it back. */
const agree = (personId: string) =>
  PersonModel.updateOne(
    { _id: personId, consent: null },
    { consent: { version: 2, isGiven: true, at: new Date() } },
  )

export type World = ReturnType<typeof useWorld>

function need<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('The world is not open yet')
  return value
}
