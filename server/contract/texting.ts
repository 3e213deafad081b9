import * as z from 'zod/mini'
import { done, endpoint, instant, objectId } from './endpoint.ts'

const fen = z
  .int('请填写金额，单位是分')
  .check(z.gte(0, '金额不能小于0'), z.lte(100_000_000, '金额太大了，最多100万元'))

/** What a city pays for: text messages to those WeChat does not reach. */
export const textSetting = z.object({
  isOn: z.boolean(),
  letters: z.enum(['all', 'sign'], '请选择哪些信可以发短信'),
  /** Which letters may use it for their first message already: none, urgent ones, or also those whose author has chosen it. */
  first: z.optional(z.enum(['none', 'urgent', 'chosen'], '请选择第一次提醒要不要发短信')),
  signName: z.string().check(z.trim(), z.maxLength(20, '短信签名最多20个字')),
  template: z.string().check(z.trim(), z.maxLength(40, '模板编号最多40个字')),
  priceFen: fen.check(z.gte(1, '每条短信至少1分')),
  dailyFen: fen,
  monthlyFen: fen,
})
export type TextSetting = z.infer<typeof textSetting>

export const readTextSetting = endpoint({
  access: 'staff',
  summary: '短信：本市的设置，用掉的钱，送到了多少',
  method: 'GET',
  path: '/units/:unitId/texting',
  input: z.strictObject({ unitId: objectId }),
  reply: z.object({
    /** The installation has a provider; without one nothing can be switched on. */
    isAvailable: z.boolean(),
    setting: textSetting,
    changedBy: z.string(),
    changedAt: z.nullable(instant),
    spent: z.object({
      todayFen: z.int(),
      monthFen: z.int(),
      delivered: z.int(),
      sent: z.int(),
      failed: z.int(),
    }),
  }),
})

export const saveTextSetting = endpoint({
  access: 'staff',
  summary: '改本市的短信设置：开关、签名、模板、每天和每月最多花多少钱',
  method: 'PUT',
  path: '/units/:unitId/texting',
  input: z.strictObject({ unitId: objectId, ...textSetting.shape }),
  reply: done,
})

export const readMyTexting = endpoint({
  access: 'guardian',
  summary: '微信找不到我时，会不会给我发短信',
  method: 'GET',
  path: '/me/texting',
  input: z.strictObject({}),
  reply: z.object({ isOffered: z.boolean(), isWanted: z.boolean() }),
})

export const chooseMyTexting = endpoint({
  access: 'guardian',
  summary: '要不要短信提醒：退订，或重新要',
  method: 'PUT',
  path: '/me/texting',
  input: z.strictObject({ isWanted: z.boolean('请选择要或不要') }),
  reply: done,
})
