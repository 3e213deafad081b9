import { join } from 'node:path'
import type { Env } from '../env.ts'
import { holdAuditKeys } from './audit-keys.ts'
import { systemClock } from './clock.ts'
import type { Deps } from './deps.ts'
import { fieldCrypto } from './field-crypto.ts'
import { diskFiles } from './files.ts'
import { openLive } from './live/open.ts'
import { openLog } from './log.ts'
import { openMongo } from './mongo.ts'
import { openRedis } from './redis.ts'
import { openSms } from './sms/open.ts'
import { createWechatClient } from './wechat/client.ts'

/** Opens the engines and gives what the rooms need of them. `close` lets go of all of it. */
export async function openDeps(env: Env): Promise<Deps & { close: () => Promise<void> }> {
  holdAuditKeys(env.AUDIT_KEYS)
  const log = openLog(env.NODE_ENV === 'test' ? 'silent' : 'info')
  const connection = await openMongo(env.MONGO_URL)
  const redis = openRedis(env.REDIS_URL, log)
  const live = openLive(env, log)
  await redis.connect().catch(() => null)
  const fields = fieldCrypto(env.FIELD_KEYS, env.INDEX_KEY)
  return {
    env,
    log,
    clock: systemClock,
    redis,
    fields,
    files: diskFiles(join(env.DATA_DIR, 'files'), fields),
    wechat: createWechatClient({
      baseUrl: env.WX_BASE_URL,
      appId: env.WX_APP_ID,
      secret: env.WX_APP_SECRET,
      redis,
      log,
    }),
    live,
    sms: openSms(env, systemClock),
    async close() {
      await live.close?.()
      redis.disconnect()
      await connection.close()
    },
  }
}
