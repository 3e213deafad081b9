import { randomBytes } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readEnv } from '../../server/env.ts'

/** The database of this worker on the engines of this run. */
export function testMongoUrl(name: string) {
  const base = process.env.TEST_MONGO_URL
  if (!base) throw new Error('TEST_MONGO_URL is not set: run the tests through npm')
  const url = new URL(base)
  url.pathname = `/${name}`
  return url.href
}

/** A usable environment with keys of its own. */
export function testEnv(over: Record<string, string> = {}) {
  const worker = process.env.VITEST_POOL_ID ?? '0'
  const redis = new URL(process.env.TEST_REDIS_URL ?? '')
  redis.pathname = `/${Number(worker) % 16}`
  return readEnv({
    NODE_ENV: 'test',
    ORIGIN: 'http://127.0.0.1:3000',
    PORT: '0',
    MONGO_URL: testMongoUrl(`test_${worker}`),
    REDIS_URL: redis.href,
    DATA_DIR: mkdtempSync(join(tmpdir(), 'jiaxiao-test-')),
    FIELD_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    INDEX_KEY: randomBytes(32).toString('base64'),
    WX_APP_ID: 'wxtest0000000001',
    WX_APP_SECRET: randomBytes(16).toString('hex'),
    WX_PUSH_TOKEN: 'push-token',
    WX_PUSH_AES_KEY: 'A'.repeat(43),
    ...over,
  })
}
