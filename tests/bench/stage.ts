import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { startMongo, withDatabase } from '../../server/infra/engines/mongo.ts'
import { freePort, startBeside } from '../../server/infra/engines/process.ts'
import { startRedis } from '../../server/infra/engines/redis.ts'
import type { Say } from '../../server/infra/engines/setup.ts'

/** Engines, folder and settings of one run; nothing of it is left afterwards. */
export async function openStage(say: Say) {
  const folder = await mkdtemp(join(tmpdir(), 'jiaxiao-bench-'))
  const redis = await startRedis({ folder: join(folder, 'redis'), say, keep: false })
  const mongo = await startMongo({ folder: join(folder, 'mongo'), say, cacheGB: 1 })
  const stops = [mongo.stop, redis.stop]
  await keepNothing(redis.url)
  const env = {
    NODE_ENV: 'production',
    ORIGIN: 'http://127.0.0.1',
    MONGO_URL: withDatabase(mongo.url, 'bench'),
    REDIS_URL: redis.url,
    DATA_DIR: join(folder, 'app'),
    FIELD_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    INDEX_KEY: randomBytes(32).toString('base64'),
    AUDIT_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    BADGE_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    WX_APP_ID: `wx${randomBytes(8).toString('hex')}`,
    WX_APP_SECRET: randomBytes(16).toString('hex'),
    WX_PUSH_TOKEN: randomBytes(16).toString('hex'),
    WX_PUSH_AES_KEY: randomBytes(32).toString('base64').slice(0, 43),
  }
  return {
    env,
    async serve(args: string[], itsEnv = env) {
      const { origin, stop } = await startServer(args, itsEnv)
      stops.unshift(stop)
      return origin
    },
    close: async () => {
      for (const stop of stops) await stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A Redis without room for anything: every dashboard is counted, none comes from the cache. */
async function keepNothing(url: string) {
  const redis = new Redis(url)
  await redis.config('SET', 'maxmemory', '1')
  redis.disconnect()
}

/** A server in a process of its own, once it answers. */
export async function startServer(args: string[], env: Record<string, string>) {
  const port = await freePort()
  const server = await startBeside(process.execPath, args, { env: { ...env, PORT: String(port) } })
  const origin = `http://127.0.0.1:${port}`
  const left = server.ended.then(() => {
    throw new Error(`${args.join(' ')} ended:\n${server.output()}`)
  })
  await Promise.race([answers(origin), left])
  left.catch(() => undefined)
  return { origin, stop: server.stop }
}

async function answers(origin: string) {
  for (let tries = 0; tries < 300; tries++) {
    const response = await fetch(origin).catch(() => null)
    await response?.body?.cancel()
    if (response) return
    await sleep(100)
  }
  throw new Error(`${origin} did not answer within 30 s`)
}
