import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startRedis } from '../../server/infra/engines/redis.ts'
import { type ServerProcess, startServer } from '../support/process.ts'
import { testMongoUrl } from '../support/engines.ts'

type Redis = Awaited<ReturnType<typeof startRedis>>

const folder = mkdtempSync(join(tmpdir(), 'jiaxiao-away-'))
const say = () => undefined
let redis: Redis
let server: ServerProcess

beforeAll(async () => {
  redis = await startRedis({ folder, say, keep: false })
  server = await startServer({ MONGO_URL: testMongoUrl(), REDIS_URL: redis.url })
})
afterAll(async () => {
  server.child.kill('SIGKILL')
  await redis.stop()
})

async function timed(path: string, init?: RequestInit) {
  const begun = performance.now()
  const response = await fetch(`${server.origin}${path}`, init)
  const body = (await response.json()) as { error?: { message: string }; engines?: object }
  return { status: response.status, ms: performance.now() - begun, body }
}

const signIn = () =>
  timed('/api/sign-in/password', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ loginName: 'nobody', password: 'wrong' }),
  })

it('answers while Redis is away, lets nobody in without its count, and recovers by itself (R8)', async () => {
  expect((await timed('/readyz')).status).toBe(200)
  expect((await signIn()).status).toBe(401)
  await redis.stop()

  const ready = await timed('/readyz')
  expect(ready).toMatchObject({ status: 503, body: { engines: { mongodb: true, redis: false } } })
  // Reading who one is needs no Redis; guessing passwords does, and is refused rather than let through.
  const waits = []
  for (let attempt = 0; attempt < 9; attempt++) {
    const [me, refused] = [await timed('/api/me'), await signIn()]
    expect([me.status, refused.status]).toEqual([401, 503])
    waits.push(me.ms, refused.ms)
  }
  // The middle one: a busy machine may make a single request wait.
  expect(waits.sort((a, b) => a - b)[9]).toBeLessThan(500)

  redis = await startRedis({ folder, say, keep: false, port: Number(new URL(redis.url).port) })
  const back = performance.now()
  while ((await timed('/readyz')).status !== 200) {
    if (performance.now() - back > 5_000) throw new Error('Not ready again after five seconds')
    await new Promise((done) => setTimeout(done, 50))
  }
  expect((await signIn()).status).toBe(401)
})
