import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startMongo } from '../infra/engines/mongo.ts'
import { onLeave } from '../infra/engines/process.ts'
import { startRedis } from '../infra/engines/redis.ts'

/** `npm run engines`: one MongoDB and one Redis that stay up while you run single test files again and again. */
const say = (line: string) => void process.stderr.write(`${line}\n`)

const folder = await mkdtemp(join(tmpdir(), 'jiaxiao-engines-'))
const redis = await startRedis({ folder: join(folder, 'redis'), say, keep: false })
const mongo = await startMongo({ folder: join(folder, 'mongo'), say })
process.stdout.write(`export TEST_MONGO_URL='${mongo.url}'\nexport TEST_REDIS_URL='${redis.url}'\n`)
say('两个引擎已就绪，按 Ctrl-C 停止。')

onLeave(async () => {
  await Promise.all([mongo.stop(), redis.stop()])
  await rm(folder, { recursive: true, force: true })
})
