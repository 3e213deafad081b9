import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { findMongod, joinMongo, startMongo } from '../../server/infra/engines/mongo.ts'
import { alive, freePort } from '../../server/infra/engines/process.ts'
import { joinRedis, startRedis } from '../../server/infra/engines/redis.ts'
import { firstOf, SetupError } from '../../server/infra/engines/setup.ts'
import { testDatabase, testMongoUrl, testRedisUrl } from '../support/engines.ts'

let folder = ''
const say = () => undefined

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'engines-test-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

it('gives every test worker a database that takes transactions', async () => {
  const client = await MongoClient.connect(testMongoUrl())
  try {
    expect(client.db().databaseName).toBe(testDatabase())
    await client.withSession((session) =>
      session.withTransaction(() => client.db().collection('things').insertOne({ n: 1 }, { session })),
    )
    expect(await client.db().collection('things').countDocuments()).toBe(1)
    await client.db().collection('things').drop()
  } finally {
    await client.close()
  }
})

it('gives every test worker a Redis of its own', async () => {
  const redis = new Redis(testRedisUrl())
  try {
    await redis.flushdb()
    await redis.set('a', '1')
    expect(await redis.dbsize()).toBe(1)
  } finally {
    redis.disconnect()
  }
})

it('keeps the data of MongoDB from one start to the next, on whatever port', async () => {
  const place = { folder: join(folder, 'kept'), say, cacheGB: 0.25 }
  const first = await startMongo(place)
  await withMongo(first.url, (client) => client.db('demo').collection('things').insertOne({ kept: true }))
  await first.stop()

  const second = await startMongo(place)
  const found = await withMongo(second.url, (client) => client.db('demo').collection('things').findOne())
  await second.stop()

  expect(found).toMatchObject({ kept: true })
  expect(alive(first.pid)).toBe(false)
})

it('keeps what Redis holds when it is asked to', async () => {
  const place = { folder: join(folder, 'redis'), say, keep: true }
  const first = await startRedis(place)
  const before = new Redis(first.url)
  await before.set('session', 'kept')
  before.disconnect()
  await first.stop()

  const second = await startRedis(place)
  const after = new Redis(second.url)
  expect(await after.get('session')).toBe('kept')
  after.disconnect()
  await second.stop()
})

it('leaves nothing running when the process that started the engines is killed', async () => {
  const parent = startParent(join(folder, 'orphans'))
  const { mongo, redis } = await parent.engines
  expect([alive(mongo), alive(redis)]).toEqual([true, true])

  parent.child.kill('SIGKILL')

  await vi.waitFor(() => expect([alive(mongo), alive(redis)]).toEqual([false, false]), { timeout: 15_000 })
})

it('takes its folder back from a mongod that was left behind', async () => {
  const place = { folder: join(folder, 'left'), say, cacheGB: 0.25 }
  await mkdir(place.folder)
  const port = String(await freePort())
  const args = ['--dbpath', place.folder, '--port', port, '--bind_ip', '127.0.0.1', '--replSet', 'other']
  const left = spawn(await findMongod(say), args, { detached: true, stdio: 'ignore' })
  const locked = async () => expect(await readFile(join(place.folder, 'mongod.lock'), 'utf8')).not.toBe('')
  await vi.waitFor(locked, { timeout: 15_000 })

  const next = await startMongo(place)

  expect(alive(left.pid as number)).toBe(false)
  await next.stop()
})

it('does not touch the mongod of somebody who is still there', async () => {
  const place = { folder: join(folder, 'taken'), say, cacheGB: 0.25 }
  const first = await startMongo(place)
  await expect(startMongo(place)).rejects.toThrow(`正在被进程 ${process.pid} 使用`)
  expect(alive(first.pid)).toBe(true)
  await first.stop()
})

it.each([
  ['a MongoDB that is not there', () => joinMongo('mongodb://127.0.0.1:1/'), '连不上 MONGO_URL'],
  ['a Redis that is not there', () => joinRedis('redis://127.0.0.1:1'), '连不上 REDIS_URL'],
])('names %s', async (_, join, sentence) => {
  await expect(join()).rejects.toThrow(sentence)
})

it('tries one way after the other and takes the first that leads somewhere', async () => {
  const said: string[] = []
  const found = await firstOf(
    [
      async () => null,
      async () => {
        throw new Error('closed')
      },
      async () => '/usr/bin/third',
      async () => '/usr/bin/fourth',
    ],
    (line) => said.push(line),
  )
  expect(found).toBe('/usr/bin/third')
  expect(said.join()).toContain('closed')
})

it('stops with a sentence when the disk is full, for no other way would fare better', async () => {
  const full = Object.assign(new Error('write'), { code: 'ENOSPC' })
  const never = vi.fn(async () => '/never')
  await expect(firstOf([() => Promise.reject(full), never], say)).rejects.toThrow(SetupError)
  expect(never).not.toHaveBeenCalled()
})

it('finds a free port', async () => {
  expect(await freePort()).toBeGreaterThan(1023)
})

async function withMongo<T>(url: string, work: (client: MongoClient) => Promise<T>) {
  const client = await MongoClient.connect(url)
  try {
    return await work(client)
  } finally {
    await client.close()
  }
}

/** A process of its own that starts both engines and prints their pids. */
function startParent(place: string) {
  const url = (name: string) => new URL(`../../server/infra/engines/${name}.ts`, import.meta.url).href
  const script = `
    const { startMongo } = await import('${url('mongo')}')
    const { startRedis } = await import('${url('redis')}')
    const say = () => undefined
    const mongo = await startMongo({ folder: '${place}/mongo', say, cacheGB: 0.25 })
    const redis = await startRedis({ folder: '${place}/redis', say, keep: false })
    console.log(JSON.stringify({ mongo: mongo.pid, redis: redis.pid }))`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const engines = once(child.stdout, 'data').then(
    ([line]) => JSON.parse(String(line)) as { mongo: number; redis: number },
  )
  return { child, engines }
}
