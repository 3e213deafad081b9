import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import type { Env } from '../env.ts'
import type { Clock } from './clock.ts'
import type { FieldCrypto } from './field-crypto.ts'
import type { FileStore } from './files.ts'
import type { LiveProvider } from './live/provider.ts'
import type { SmsProvider } from './sms/provider.ts'
import type { WechatClient } from './wechat/client.ts'

/** What the rooms are given at boot; services take the part they need as their last parameter. */
export interface Deps {
  env: Env
  log: Logger
  clock: Clock
  redis: Redis
  fields: FieldCrypto
  files: FileStore
  wechat: WechatClient
  live: LiveProvider
  /** Null where the installation pays for no text messages. */
  sms: SmsProvider | null
}
