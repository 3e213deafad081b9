import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import * as z from 'zod'
import { ERR, WeChatError, WeChatUnreachable } from './errors.ts'
import { createTokens } from './token.ts'
import { type Answer, createWire } from './wire.ts'

export interface WechatOptions {
  /** `https://api.weixin.qq.com`, or the simulator on loopback. */
  baseUrl: string
  appId: string
  secret: string
  redis: Redis
  log: Logger
  timeoutMs?: number
  /** Which release of the mini-program a message or a code opens. */
  release?: 'release' | 'trial' | 'develop'
}

export interface SubscribeMessage {
  openId: string
  templateId: string
  /** Template key → text that has passed `fit`. */
  data: Record<string, string>
  /** Page of the mini-program that a tap on the message opens, with its query. */
  page?: string
}

export interface QrCodeRequest {
  /** At most 32 characters, no `%`, no Chinese: a short ticket. */
  scene: string
  page: string
  widthPixels?: number
}

export type Scene = 'profile' | 'comment' | 'forum' | 'social'

export interface TextCheck {
  /** WeChat wants a person who has opened the mini-program in the last two hours. */
  openId: string
  scene: Scene
  text: string
}

export interface PictureCheck {
  openId: string
  scene: Scene
  /** A link that WeChat can open; at most 10 MB. */
  url: string
}

export type WechatClient = ReturnType<typeof createWechatClient>

const SCENES: Record<Scene, number> = { profile: 1, comment: 2, forum: 3, social: 4 }
const STATES = { release: 'formal', trial: 'trial', develop: 'developer' } as const

const sessionAnswer = z.object({ openid: z.string().min(1), unionid: z.optional(z.string()) })
const phoneAnswer = z.object({
  phone_info: z.object({
    purePhoneNumber: z.string().min(1),
    countryCode: z.coerce.string(),
    watermark: z.object({ appid: z.string() }),
  }),
})
const sentAnswer = z.object({ msgid: z.coerce.string() })
const tracedAnswer = z.object({ trace_id: z.string().min(1) })
const checkAnswer = z.object({
  result: z.object({ suggest: z.enum(['pass', 'review', 'risky']), label: z.number() }),
})

/** WeChat's server interface, as far as this product needs it. Throws `WeChatError` or `WeChatUnreachable`. */
export function createWechatClient(options: WechatOptions) {
  const { appId, secret, release = 'release' } = options
  const wire = createWire(options)
  const tokens = createTokens({ ...options, wire })

  return {
    code2Session,
    getPhoneNumber,
    sendSubscribeMessage,
    getUnlimitedQrCode,
    msgSecCheck,
    mediaCheckAsync,
  }

  /** Who holds the phone that made this login code. The session key ends here: sessions are our own. */
  async function code2Session(code: string) {
    const path = '/sns/jscode2session'
    const query = { appid: appId, secret, js_code: code, grant_type: 'authorization_code' }
    const { openid, unionid } = body(path, await wire.ask({ path, query }), sessionAnswer)
    return { openId: openid, unionId: unionid ?? null }
  }

  /** The number behind a code that the phone-number button gave. */
  async function getPhoneNumber(code: string) {
    const path = '/wxa/business/getuserphonenumber'
    const { phone_info } = body(path, await authorised(path, { code }), phoneAnswer)
    // A code of another mini-program must not sign anybody in here.
    if (phone_info.watermark.appid !== appId) throw new WeChatError(path, ERR.badCode, 'code of another app')
    return { phone: phone_info.purePhoneNumber, countryCode: phone_info.countryCode }
  }

  /** One template message to one person. Uses up one consent of that person. Answers WeChat's number of it. */
  async function sendSubscribeMessage({ openId, templateId, data, page: opens }: SubscribeMessage) {
    const path = '/cgi-bin/message/subscribe/send'
    const answer = await authorised(path, {
      touser: openId,
      template_id: templateId,
      // Pages are named from the root without a slash here, with one inside the mini-program.
      page: opens?.replace(/^\//, ''),
      data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, { value }])),
      miniprogram_state: STATES[release],
      lang: 'zh_CN',
    })
    const { msgid } = body(path, answer, sentAnswer)
    return { messageId: msgid }
  }

  /** The picture of a mini-program code, as many as one likes. */
  async function getUnlimitedQrCode({ scene, page, widthPixels = 430 }: QrCodeRequest): Promise<Buffer> {
    const path = '/wxa/getwxacodeunlimit'
    const answer = await authorised(path, {
      scene,
      page,
      width: widthPixels,
      env_version: release,
      // Pages of a trial or development version are not public yet; WeChat would refuse them.
      check_path: release === 'release',
    })
    if ('json' in answer) throw new WeChatUnreachable(path, 'an answer without a picture', true)
    return answer.bytes
  }

  /** What WeChat thinks of a text that other people will see. At most 2,500 characters. */
  async function msgSecCheck({ openId, scene, text }: TextCheck) {
    const path = '/wxa/msg_sec_check'
    const question = { version: 2, openid: openId, scene: SCENES[scene], content: text }
    const { result } = body(path, await authorised(path, question), checkAnswer)
    return { verdict: result.suggest, label: result.label }
  }

  /** Asks WeChat to look at a picture. It answers with a number, and pushes its word about it within half an hour. */
  async function mediaCheckAsync({ openId, scene, url }: PictureCheck): Promise<string> {
    const path = '/wxa/media_check_async'
    const question = { version: 2, openid: openId, scene: SCENES[scene], media_url: url, media_type: 2 }
    return body(path, await authorised(path, question), tracedAnswer).trace_id
  }

  async function authorised(path: string, question: object): Promise<Answer> {
    const token = await tokenFor(path)
    const ask = (access_token: string) => wire.ask({ path, query: { access_token }, body: question })
    try {
      return await ask(token)
    } catch (error) {
      if (!(error instanceof WeChatError) || !isTokenError(error)) throw error
      tokens.refuse(token)
      return await ask(await tokenFor(path))
    }
  }

  async function tokenFor(path: string) {
    try {
      return await tokens.current()
    } catch (error) {
      // However the token failed, the question itself never left: it is safe to ask again later.
      const why = error instanceof Error ? error.message : 'unknown'
      throw new WeChatUnreachable(path, `no access token (${why})`, false)
    }
  }
}

function isTokenError({ errcode }: WeChatError) {
  return (ERR.badToken as readonly number[]).includes(errcode)
}

function body<T>(path: string, answer: Answer, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse('json' in answer ? answer.json : null)
  if (!parsed.success) throw new WeChatUnreachable(path, 'an answer of an unknown shape', true)
  return parsed.data
}
