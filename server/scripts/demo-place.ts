import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdir, readFile, rm, statfs, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { SetupError } from '../infra/engines/setup.ts'

/** The folders that `--reset` empties. Fetched engines are kept elsewhere and stay. */
const DATA = ['mongo', 'redis', 'app', 'demo.env', 'demo.log']

/** Measured with the demo city in it: MongoDB 0.5 GB with its journal, files and logs below 0.1 GB. */
const GIGABYTES = 1

/** Everything the demo needs to know about where it runs, checked before anything is started. */
export interface DemoPlace {
  folder: string
  host: string
  port: number
}

export async function checkPlace(env: NodeJS.ProcessEnv): Promise<DemoPlace> {
  const port = Number(env.PORT || 3000)
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new SetupError(`PORT=${env.PORT} 不是有效的端口号，请换成 1024 到 65535 之间的数字。`)
  }
  const place = { folder: env.DEMO_DIR || '.data', host: env.HOST || '127.0.0.1', port }
  await requirePort(place)
  await mkdir(place.folder, { recursive: true }).catch((cause: unknown) => {
    throw new SetupError(`不能在这里建立数据目录 ${place.folder}：请检查目录的属主。`, { cause })
  })
  await requireSpace(place.folder, GIGABYTES)
  return place
}

/** The address that people type; a machine reached from outside is told its own by ORIGIN. */
export const originOf = ({ port }: DemoPlace) => process.env.ORIGIN || `http://localhost:${port}`

export const busy = (port: number) =>
  `端口 ${port} 已被占用：请先停掉占用它的程序，或换一个端口，例如 PORT=${port + 1} npm run demo。`

async function requirePort({ host, port }: DemoPlace) {
  const server = createServer().listen(port, host)
  try {
    await once(server, 'listening')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'EADDRINUSE') throw new SetupError(busy(port), { cause })
    if (code === 'EACCES') {
      throw new SetupError(`没有权限使用端口 ${port}，请换成 1024 以上的端口。`, { cause })
    }
    throw new SetupError(`不能在 ${host} 的端口 ${port} 上提供服务（${code}）。`, { cause })
  } finally {
    server.close()
  }
}

export async function requireSpace(folder: string, gigabytes: number) {
  const { bavail, bsize } = await statfs(folder)
  const free = (bavail * bsize) / 1024 ** 3
  if (free >= gigabytes) return
  throw new SetupError(`磁盘空间不足：只剩 ${free.toFixed(1)} GB，至少需要 ${gigabytes} GB，请清理后重试。`)
}

export async function wipe({ folder }: DemoPlace) {
  for (const name of DATA) await rm(join(folder, name), { recursive: true, force: true })
}

/** Keys and secrets of this demo, drawn at its first start: none is the same on two machines, none stands in the code. */
export async function demoSecrets({ folder }: DemoPlace): Promise<Record<string, string>> {
  const file = join(folder, 'demo.env')
  const kept = await readFile(file, 'utf8').catch(() => null)
  const before = kept ? (parseEnv(kept) as Record<string, string>) : {}
  // A demo of an earlier release keeps what it has and is given what has been added since.
  const secrets: Record<string, string> = {
    FIELD_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    INDEX_KEY: randomBytes(32).toString('base64'),
    AUDIT_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    BADGE_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    WX_APP_ID: `wx${randomBytes(8).toString('hex')}`,
    WX_APP_SECRET: randomBytes(16).toString('hex'),
    WX_PUSH_TOKEN: randomBytes(16).toString('hex'),
    // WeChat's EncodingAESKey: 43 characters that stand for 32 bytes.
    WX_PUSH_AES_KEY: randomBytes(32).toString('base64').slice(0, 43),
    ...before,
  }
  const lines = Object.entries(secrets).map(([name, value]) => `${name}='${value}'\n`)
  await writeFile(file, lines.join(''), { mode: 0o600 })
  await chmod(file, 0o600)
  return secrets
}
