import { randomBytes } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readEnv } from '../../server/env.ts'
import { testMongoUrl, testRedisUrl } from './engines.ts'

/** A usable environment with keys of its own. */
export function testEnv(over: Record<string, string> = {}) {
  return readEnv({
    NODE_ENV: 'test',
    ORIGIN: 'http://127.0.0.1:3000',
    PORT: '0',
    MONGO_URL: testMongoUrl(),
    REDIS_URL: testRedisUrl(),
    DATA_DIR: mkdtempSync(join(tmpdir(), 'jiaxiao-test-')),
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
}
