import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { MongoClient } from 'mongodb'
import { startMongo } from '../../server/infra/engines/mongo.ts'
import { startRedis } from '../../server/infra/engines/redis.ts'

// Redis has 1024 databases here, 16 for each run (`testRedisUrl`); the first 16 stay free for this counter.
const RUNS = 63

/** Vitest's global setup: one MongoDB and one Redis for the whole run, or those that TEST_MONGO_URL and TEST_REDIS_URL name. */
export default async function setup() {
  // `npm run check` runs the walls alone, which read files only.
  if (process.env.TEST_ENGINES === 'none') return
  const borrowed = process.env.TEST_MONGO_URL && process.env.TEST_REDIS_URL
  const stop = borrowed ? async () => undefined : await startOwn()
  const run = await claimRun()
  process.env.TEST_RUN = String(run)
  return async () => {
    await forget(run)
    await stop()
  }
}

async function startOwn() {
  const say = (line: string) => void process.stderr.write(`${line}\n`)
  const folder = await mkdtemp(join(tmpdir(), 'jiaxiao-test-'))
  const redis = await startRedis({ folder: join(folder, 'redis'), say, keep: false })
  const mongo = await startMongo({ folder: join(folder, 'mongo'), say, isBrief: true })
  await keepWhatIsOld(mongo.url)
  process.env.TEST_MONGO_URL = mongo.url
  process.env.TEST_REDIS_URL = redis.url
  return async () => {
    await Promise.all([mongo.stop(), redis.stop()])
    await rm(folder, { recursive: true, force: true })
  }
}

/**
 * Tests have a clock of their own, MongoDB goes by the machine's: what a test writes on a day of last month is over by that, and would be
 * cleared away under it in whichever minute the monitor comes by.
 */
async function keepWhatIsOld(url: string) {
  const client = await MongoClient.connect(url)
  await client.db('admin').command({ setParameter: 1, ttlMonitorEnabled: false })
  await client.close()
}

/** A number that no other run on these engines holds. */
async function claimRun() {
  const redis = new Redis(process.env.TEST_REDIS_URL as string)
  try {
    return ((await redis.incr('test-runs')) % RUNS) + 1
  } finally {
    redis.disconnect()
  }
}

async function forget(run: number) {
  const client = await MongoClient.connect(process.env.TEST_MONGO_URL as string)
  try {
    const { databases } = await client.db().admin().listDatabases({ nameOnly: true })
    const ours = databases.filter(({ name }) => name.startsWith(`test_${run}_`))
    for (const { name } of ours) await client.db(name).dropDatabase()
  } finally {
    await client.close()
  }
}
