import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { MongoClient } from 'mongodb'
import { startMongo } from '../../server/infra/engines/mongo.ts'
import { type Running, startBeside } from '../../server/infra/engines/process.ts'
import { startRedis } from '../../server/infra/engines/redis.ts'

/** A MongoDB and a Redis of one's own, to be killed without a word and started again on the same port and folder. */
export async function openMortalEngines() {
  const folder = await mkdtemp(join(tmpdir(), 'jiaxiao-faults-'))
  const say = () => undefined
  const mongo = await startMongo({ folder: join(folder, 'mongo'), say })
  const redis = await startRedis({ folder: join(folder, 'redis'), say, keep: false })
  const running: Record<'mongo' | 'redis', Running> = { mongo, redis }
  const [mongod = '', ...args] = orderOf(mongo.pid)
  const again = {
    mongo: () => startBeside(mongod, args, { patience: 20_000 }),
    redis: () =>
      startRedis({ folder: join(folder, 'redis'), say, keep: false, port: Number(new URL(redis.url).port) }),
  }

  /** As a power cut does it. Back when it answers again. */
  async function kill(which: 'mongo' | 'redis') {
    process.kill(running[which].pid, 'SIGKILL')
    await running[which].ended
    running[which] = await again[which]()
    if (which === 'mongo') await untilWritable(mongo.url)
  }

  async function close() {
    await running.redis.stop()
    await running.mongo.stop()
    await rm(folder, { recursive: true, force: true })
  }

  return { mongoUrl: mongo.url, redisUrl: redis.url, folder, kill, close }
}

/** The words a process was started with. */
const orderOf = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean)

async function untilWritable(url: string) {
  for (let tries = 0; tries < 300; tries++) {
    const client = new MongoClient(url, { serverSelectionTimeoutMS: 500, directConnection: false })
    const hello = await client
      .db('admin')
      .command({ hello: 1 })
      .catch(() => null)
    await client.close()
    if (hello?.isWritablePrimary) return
    await sleep(100)
  }
  throw new Error('mongod did not come back')
}
