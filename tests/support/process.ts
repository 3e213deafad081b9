import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** A TCP port that was free a moment ago. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (!address || typeof address === 'string') throw new Error('No port')
  return address.port
}

/**
 * Everything a server process wants from its environment, with fresh keys. What Node has compiled is kept for the next one: a server
 * starts with two thirds of the work, and proofs of kills start dozens.
 */
export const processEnv = (over: Record<string, string>) => ({
  PATH: process.env.PATH ?? '',
  NODE_COMPILE_CACHE: resolve('.data/test/compiled'),
  NODE_ENV: 'development',
  ORIGIN: 'http://127.0.0.1',
  DATA_DIR: mkdtempSync(join(tmpdir(), 'jiaxiao-process-')),
  FIELD_KEYS: `k1:${randomBytes(32).toString('base64')}`,
  INDEX_KEY: randomBytes(32).toString('base64'),
  AUDIT_KEYS: `k1:${randomBytes(32).toString('base64')}`,
  BADGE_KEYS: `k1:${randomBytes(32).toString('base64')}`,
  WX_APP_ID: 'wxtest0000000001',
  WX_APP_SECRET: randomBytes(16).toString('hex'),
  WX_PUSH_TOKEN: 'push-token',
  WX_PUSH_AES_KEY: 'A'.repeat(43),
  ...over,
})

export interface ServerProcess {
  origin: string
  child: ChildProcess
  /** What it has said so far: its log, a JSON line each. */
  said: () => string
}

/** Starts the product in a process of its own and waits until it is ready. */
export async function startServer(over: Record<string, string>, role = 'web'): Promise<ServerProcess> {
  const port = await freePort()
  const child = fork('server/main.ts', [`--role=${role}`], {
    env: processEnv({ PORT: String(port), ...over }),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let text = ''
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const ended = once(child, 'exit').then(() =>
    Promise.reject(new Error(`The server did not start:\n${text}`)),
  )
  await Promise.race([once(child, 'message'), ended])
  ended.catch(() => null)
  return { origin: `http://127.0.0.1:${port}`, child, said: () => text }
}
