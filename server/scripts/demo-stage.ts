import { join } from 'node:path'
import { joinMongo, startMongo, withDatabase } from '../infra/engines/mongo.ts'
import type { Running } from '../infra/engines/process.ts'
import { joinRedis, startRedis } from '../infra/engines/redis.ts'
import type { Say } from '../infra/engines/setup.ts'
import { type DemoPlace, demoSecrets, originOf } from './demo-place.ts'
import { DEMO_TEMPLATE_IDS } from './simulator/templates.ts'
import { startWechatSimulator } from './simulator/wechat.ts'

/** Whoever runs a stage: is told of each thing that has started, and stops them in the end, the last one first. */
export interface Director {
  say: Say
  started: (name: string, thing: Pick<Running, 'stop'> & Partial<Running>) => void
}

/** Starts what the server stands on (engines, simulated WeChat) and answers the environment for it. */
export async function setStage(
  place: DemoPlace,
  { say, started }: Director,
): Promise<Record<string, string>> {
  const { MONGO_URL, REDIS_URL } = process.env
  const secrets = await demoSecrets(place)

  const redis = REDIS_URL
    ? await joinRedis(REDIS_URL)
    : await startRedis({ folder: join(place.folder, 'redis'), say, keep: true })
  started('Redis', redis)
  const mongo = MONGO_URL
    ? await joinMongo(MONGO_URL)
    : await startMongo({ folder: join(place.folder, 'mongo'), say })
  started('MongoDB', mongo)
  const wechat = await startWechat(place, secrets)
  started('微信模拟器', wechat)

  return {
    ...secrets,
    NODE_ENV: 'development',
    DEMO: '1',
    HOST: place.host,
    PORT: String(place.port),
    ORIGIN: originOf(place),
    MONGO_URL: MONGO_URL ?? withDatabase(mongo.url, 'jiaxiao_demo'),
    REDIS_URL: redis.url,
    DATA_DIR: join(place.folder, 'app'),
    WX_BASE_URL: wechat.url,
    WX_TEMPLATES: JSON.stringify(DEMO_TEMPLATE_IDS),
  }
}

const startWechat = ({ port }: DemoPlace, secrets: Record<string, string>) =>
  startWechatSimulator({
    port: 0,
    appId: secrets.WX_APP_ID ?? '',
    secret: secrets.WX_APP_SECRET ?? '',
    pushUrl: `http://127.0.0.1:${port}/api/wechat/push`,
    pushToken: secrets.WX_PUSH_TOKEN ?? '',
    pushAesKey: secrets.WX_PUSH_AES_KEY ?? '',
  })
