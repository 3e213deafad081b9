import type { Env } from '../../env.ts'
import type { Clock } from '../clock.ts'
import { aliyunSms } from './aliyun.ts'
import type { SmsProvider } from './provider.ts'
import { tencentSms } from './tencent.ts'

/** The provider this installation pays for; null where it pays for none. */
export function openSms(env: Env, clock: Clock): SmsProvider | null {
  const { SMS_PROVIDER: name, SMS_KEY_ID: keyId, SMS_KEY_SECRET: keySecret } = env
  if (!name || !keyId || !keySecret) return null
  const secrets = {
    ...{ keyId, keySecret },
    appId: env.SMS_APP_ID ?? '',
    region: env.SMS_REGION,
    baseUrl: env.SMS_BASE_URL,
  }
  return name === 'aliyun' ? aliyunSms(secrets, clock) : tencentSms(secrets, clock)
}
