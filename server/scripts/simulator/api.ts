import { setTimeout as pause } from 'node:timers/promises'
import QRCode from 'qrcode'
import type { Events } from './events.ts'
import { complaintAbout } from './limits.ts'
import { Refused } from './refused.ts'
import type { AccessTokens } from './tokens.ts'
import type { Delivered, Identity, World } from './world.ts'

export interface ApiRequest {
  method: string
  query: URLSearchParams
  body: Record<string, unknown>
}

/** JSON, or the bytes of a picture. */
export type ApiAnswer = object | Buffer

/** Newer than the types know: writes a number that JavaScript could not hold. */
const { rawJSON: rawNumber } = JSON as unknown as { rawJSON: (digits: string) => object }

type Handler = (request: ApiRequest) => ApiAnswer | Promise<ApiAnswer>

const VISIT_HOURS = 2
const STATES = ['developer', 'trial', 'formal']
/** Stands in for what WeChat's own check would find. */
const FORBIDDEN = ['赌博', '代开发票', '违规内容测试']
/** Stands in for what it would be in doubt about. */
const DOUBTFUL = ['存疑内容测试']

/** The part of api.weixin.qq.com that a parent school calls, by path. */
export function createApi(world: World, tokens: AccessTokens, events: Events): Map<string, Handler> {
  const beingSentTo = new Set<string>()
  // Nineteen digits, as WeChat's are: more than a JavaScript number holds.
  let lastTrace = 0
  let lastMessage = BigInt(Date.now()) * 1_000_000n

  const authorised = (handler: Handler): Handler => {
    return (request) => {
      tokens.check(request.query.get('access_token'))
      if (request.method !== 'POST') throw new Refused(43002)
      return handler(request)
    }
  }

  return new Map<string, Handler>([
    ['/sns/jscode2session', session],
    ['/cgi-bin/stable_token', ({ body }) => tokens.ask(body)],
    ['/wxa/business/getuserphonenumber', authorised(phone)],
    ['/cgi-bin/message/subscribe/send', authorised(send)],
    ['/wxa/getwxacodeunlimit', authorised(qrCode)],
    ['/wxa/msg_sec_check', authorised(check)],
    ['/wxa/media_check_async', authorised(checkPicture)],
  ])

  function session({ query }: ApiRequest) {
    if (query.get('appid') !== world.appId) throw new Refused(40013)
    if (query.get('secret') !== world.secret) throw new Refused(40125)
    if (query.get('grant_type') !== 'authorization_code') throw new Refused(40002)
    const person = redeemed('login', query.get('js_code'))
    if (world.exceeds(person.openId, 'minute', world.limits.sessionsPerMinutePerPerson))
      throw new Refused(45011)
    person.visitedAt = world.now()
    return { openid: person.openId, session_key: Buffer.from(`session of ${person.as}`).toString('base64') }
  }

  function phone({ body }: ApiRequest) {
    const person = redeemed('phone', body.code)
    const number = person.phone ?? ''
    return {
      errcode: 0,
      errmsg: 'ok',
      phone_info: {
        phoneNumber: number,
        purePhoneNumber: number,
        countryCode: '86',
        watermark: { timestamp: Math.floor(world.now() / 1000), appid: world.appId },
      },
    }
  }

  function redeemed(kind: 'login' | 'phone', code: unknown): Identity {
    const person = world.redeem(kind, code)
    if (person === 'unknown') throw new Refused(40029)
    if (person === 'used') throw new Refused(40163)
    return person
  }

  async function send({ body }: ApiRequest) {
    const person = world.byOpenId(body.touser)
    if (!person) throw new Refused(40003)
    if (beingSentTo.has(person.openId)) throw new Refused(43108)
    beingSentTo.add(person.openId)
    try {
      await pause(world.sendMs)
      return { errcode: 0, errmsg: 'ok', msgid: rawNumber(deliver(person, body)) }
    } finally {
      beingSentTo.delete(person.openId)
    }
  }

  function deliver(person: Identity, body: Record<string, unknown>) {
    const message = compose(person, body)
    if (world.exceeds('send', 'day', world.limits.messagesPerDay)) throw new Refused(45009)
    if (world.quota(person.openId, message.templateId) < 1) throw new Refused(43101)
    world.addQuota(person.openId, message.templateId, -1)
    world.delivered.push(message)
    events.sent(person, message)
    return message.messageId
  }

  function compose(person: Identity, body: Record<string, unknown>): Delivered {
    const template = world.templates.get(String(body.template_id))
    if (!template) throw new Refused(40037)
    const page = typeof body.page === 'string' ? body.page : ''
    if (world.unreleasedPages.has(page.split('?')[0] ?? '')) throw new Refused(41030)
    const state = typeof body.miniprogram_state === 'string' ? body.miniprogram_state : 'formal'
    if (!STATES.includes(state)) throw new Refused(47001)

    const data = (body.data ?? {}) as Record<string, { value?: unknown } | undefined>
    const strange = Object.keys(data).find((key) => !template.fields.some((field) => field.key === key))
    if (strange) throw new Refused(47003, `argument invalid! data.${strange} is not of this template`)
    const fields = template.fields.map(({ key, label }) => {
      const value = data[key]?.value
      const complaint = complaintAbout(key, value)
      if (complaint) throw new Refused(47003, complaint)
      return { key, label, value: String(value) }
    })
    return {
      messageId: String(++lastMessage),
      at: new Date(world.now()).toISOString(),
      as: person.as,
      openId: person.openId,
      templateId: template.id,
      title: template.title,
      fields,
      page,
      state,
    }
  }

  async function qrCode({ body }: ApiRequest) {
    if (world.exceeds('qrcode', 'minute', world.limits.qrCodesPerMinute)) throw new Refused(45011)
    const { scene, page = '', width = 430, check_path = true } = body
    if (typeof scene !== 'string' || !/^[\w!#$&'()*+,/:;=?@~.-]{1,32}$/.test(scene)) {
      throw new Refused(40169, 'invalid length for scene, or the data is not json string')
    }
    if (check_path !== false && world.unreleasedPages.has(String(page))) throw new Refused(41030)
    if (typeof width !== 'number' || width < 280 || width > 1280) throw new Refused(40097, 'invalid args')
    return QRCode.toBuffer(`${String(page)}?scene=${encodeURIComponent(scene)}`, { width, margin: 2 })
  }

  function checkPicture({ body }: ApiRequest) {
    const person = visitor(body.openid)
    const { media_url, media_type, scene, version } = body
    if (typeof media_url !== 'string' || !/^https?:/.test(media_url) || version !== 2)
      throw new Refused(40097, 'invalid args')
    if (![1, 2].includes(Number(media_type)) || ![1, 2, 3, 4].includes(Number(scene)))
      throw new Refused(40097, 'invalid args')
    const traceId = `trace-${++lastTrace}`
    // Which pictures are harmful is told by their address here; the word about each follows after the answer.
    const suggest = /risky|review/.exec(media_url)?.[0] ?? 'pass'
    events.looked(person, { traceId, suggest, isOldShape: media_url.includes('old-shape') })
    return { errcode: 0, errmsg: 'ok', trace_id: traceId }
  }

  function visitor(openId: unknown) {
    const person = world.byOpenId(openId)
    if (!person) throw new Refused(40003)
    if (world.now() - person.visitedAt > VISIT_HOURS * 3_600_000) throw new Refused(61010)
    return person
  }

  function check({ body }: ApiRequest) {
    if (world.exceeds('check', 'minute', world.limits.checksPerMinute)) throw new Refused(45011)
    visitor(body.openid)
    const { content, scene, version } = body
    if (typeof content !== 'string' || content.length > 2500 || version !== 2)
      throw new Refused(40097, 'invalid args')
    if (![1, 2, 3, 4].includes(Number(scene))) throw new Refused(40097, 'invalid args')
    const isRisky = FORBIDDEN.some((word) => content.includes(word))
    const isDoubtful = DOUBTFUL.some((word) => content.includes(word))
    const suggest = isRisky ? 'risky' : isDoubtful ? 'review' : 'pass'
    const result = { suggest, label: suggest === 'pass' ? 100 : 20006 }
    return {
      errcode: 0,
      errmsg: 'ok',
      result,
      detail: [{ strategy: 'content_model', errcode: 0, ...result }],
    }
  }
}
