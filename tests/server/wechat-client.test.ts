import { Redis } from 'ioredis'
import jsqr from 'jsqr'
import pino from 'pino'
import { PNG } from 'pngjs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openRedis } from '../../server/infra/redis.ts'
import { createWechatClient, type WechatOptions } from '../../server/infra/wechat/client.ts'
import { type WeChatError, WeChatUnreachable } from '../../server/infra/wechat/errors.ts'
import { DEMO_TEMPLATES } from '../../server/scripts/simulator/templates.ts'
import { startWechatSimulator } from '../../server/scripts/simulator/wechat.ts'

const app = { appId: 'wxtest0000000001', secret: 's'.repeat(32) }
const SEND = '/cgi-bin/message/subscribe/send'
const TOKEN = '/cgi-bin/stable_token'

/** Everything the client logs, to show that no secret is in it. */
let logged = ''
const log = pino({ level: 'trace' }, { write: (line: string) => void (logged += line) })
const redis = openRedis(process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379', log)

let time = 0
/** An address where nobody listens any more. */
let nobody = ''
let simulator: Awaited<ReturnType<typeof startWechatSimulator>>
const client = (over: Partial<WechatOptions> = {}) =>
  createWechatClient({ baseUrl: simulator.url, ...app, redis, log, ...over })

beforeAll(async () => {
  await redis.connect()
  const closed = await startWechatSimulator({ port: 0, ...app })
  nobody = closed.url
  await closed.stop()
})
afterAll(() => redis.disconnect())
beforeEach(async () => {
  logged = ''
  time = Date.now()
  await redis.del(`wechat:token:${app.appId}`, `wechat:token-lock:${app.appId}`)
  simulator = await startWechatSimulator({ port: 0, ...app, now: () => time })
})
afterEach(() => simulator.stop())

const template = DEMO_TEMPLATES.letter ?? { id: '' }
const message = (openId: string) => ({
  openId,
  templateId: template.id,
  data: {
    thing1: '开学前，给家长的一封信',
    thing2: '第一中学',
    thing3: '张三',
    thing4: '请在11月25日前签收',
  },
  page: '/pages/letters/letter?id=1',
})
const ofCode = (errcode: number): unknown => expect.objectContaining({ name: 'WeChatError', errcode })

describe('code2Session', () => {
  it('tells who holds the phone, and keeps the session key to itself', async () => {
    const code = simulator.control.loginCode({ as: '张三妈妈' })
    const { openId } = simulator.control.identity({ as: '张三妈妈' })
    await expect(client().code2Session(code)).resolves.toEqual({ openId, unionId: null })
  })

  it('refuses a code that was used', async () => {
    const code = simulator.control.loginCode({ as: '张三妈妈' })
    await client().code2Session(code)
    await expect(client().code2Session(code)).rejects.toEqual(ofCode(40163))
  })

  it.each<[string, () => string]>([
    ['nobody made', () => 'no-such-code'],
    ['of another app', () => simulator.control.loginCode({ as: '张三妈妈', appId: 'wxother' })],
    ['of the phone-number button', () => phoneCode()],
    ['older than five minutes', () => late(simulator.control.loginCode({ as: '张三妈妈' }))],
  ])('refuses a code %s', async (_, code) => {
    await expect(client().code2Session(code())).rejects.toEqual(ofCode(40029))
  })

  it.each([
    ['app', { appId: 'wxwrong' }, 40013],
    ['secret', { secret: 'x'.repeat(32) }, 40125],
  ])('reports a wrong %s', async (_, over, errcode) => {
    await expect(client(over).code2Session('any')).rejects.toEqual(ofCode(errcode))
  })

  it('reports a person who signs in too often', async () => {
    simulator.control.world.limits.sessionsPerMinutePerPerson = 1
    await client().code2Session(simulator.control.loginCode({ as: '张三妈妈' }))
    await expect(client().code2Session(simulator.control.loginCode({ as: '张三妈妈' }))).rejects.toEqual(
      ofCode(45011),
    )
  })
})

const late = (code: string) => {
  time += 5 * 60_000 + 1
  return code
}
const phoneCode = () => {
  simulator.control.identity({ as: '张三妈妈', phone: '13800000001' })
  return simulator.control.phoneCode({ as: '张三妈妈' })
}

describe('getPhoneNumber', () => {
  it('answers the number once', async () => {
    const code = phoneCode()
    await expect(client().getPhoneNumber(code)).resolves.toEqual({ phone: '13800000001', countryCode: '86' })
    await expect(client().getPhoneNumber(code)).rejects.toEqual(ofCode(40163))
  })

  it.each<[string, () => string]>([
    [
      'of another app',
      () => (phoneCode(), simulator.control.phoneCode({ as: '张三妈妈', appId: 'wxother' })),
    ],
    ['of the sign-in', () => simulator.control.loginCode({ as: '张三妈妈' })],
    ['older than five minutes', () => late(phoneCode())],
  ])('refuses a code %s', async (_, code) => {
    await expect(client().getPhoneNumber(code())).rejects.toEqual(ofCode(40029))
  })
})

describe('sendSubscribeMessage', () => {
  const consenting = (as = '张三妈妈') => {
    simulator.control.answerPopup({ as, templateIds: [template.id] })
    return simulator.control.identity({ as }).openId
  }

  it('puts one message on the phone for one accepted tap', async () => {
    const openId = consenting()
    await client().sendSubscribeMessage(message(openId))
    expect(simulator.control.delivered({ as: '张三妈妈' })).toMatchObject([
      { title: '家长信提醒', page: 'pages/letters/letter?id=1', state: 'formal', fields: { length: 4 } },
    ])
    await expect(client().sendSubscribeMessage(message(openId))).rejects.toEqual(ofCode(43101))
  })

  it('sends nothing to a person who said no', async () => {
    simulator.control.answerPopup({ as: '张三妈妈', templateIds: [template.id], accept: false })
    const { openId } = simulator.control.identity({ as: '张三妈妈' })
    await expect(client().sendSubscribeMessage(message(openId))).rejects.toEqual(ofCode(43101))
  })

  it('names the field that breaks its type, and uses up no consent', async () => {
    const good = message(consenting())
    const long = { ...good, data: { ...good.data, thing3: '长'.repeat(21) } }
    const failure = await client()
      .sendSubscribeMessage(long)
      .catch((error: unknown) => error)
    expect(failure).toEqual(ofCode(47003))
    expect((failure as WeChatError).errmsg).toContain('thing3')
    expect((failure as WeChatError).rid).toMatch(/^[0-9a-f]{8}-/)
    await client().sendSubscribeMessage(good)
  })

  it.each([
    ['a missing field', { thing1: '一', thing2: '二', thing3: '三' }],
    ['an empty field', { thing1: '一', thing2: '二', thing3: '三', thing4: '' }],
    [
      'a field of another template',
      { thing1: '一', thing2: '二', thing3: '三', thing4: '四', time5: '15:01' },
    ],
  ])('is refused with %s', async (_, data) => {
    await expect(client().sendSubscribeMessage({ ...message(consenting()), data })).rejects.toEqual(
      ofCode(47003),
    )
  })

  it('is refused for an unknown person, template or page', async () => {
    const openId = consenting()
    simulator.control.world.unreleasedPages.add('pages/letters/letter')
    await expect(client().sendSubscribeMessage(message('oNobody'))).rejects.toEqual(ofCode(40003))
    await expect(client().sendSubscribeMessage({ ...message(openId), templateId: 'T' })).rejects.toEqual(
      ofCode(40037),
    )
    await expect(client().sendSubscribeMessage(message(openId))).rejects.toEqual(ofCode(41030))
  })

  it('is refused while another message goes to the same person', async () => {
    const openId = consenting()
    consenting()
    simulator.control.world.sendMs = 50
    const sender = client()
    const both = await Promise.allSettled([1, 2].map(() => sender.sendSubscribeMessage(message(openId))))
    expect(
      both.map((it) => (it.status === 'fulfilled' ? 'sent' : (it.reason as WeChatError).errcode)).sort(),
    ).toEqual([43108, 'sent'])
  })

  it('reports a spent day quota', async () => {
    simulator.control.world.limits.messagesPerDay = 0
    await expect(client().sendSubscribeMessage(message(consenting()))).rejects.toEqual(ofCode(45009))
  })

  it('never repeats a message that may have arrived', async () => {
    const openId = consenting()
    simulator.control.breakNext({ path: SEND, times: 1, isLost: true })
    await expect(client().sendSubscribeMessage(message(openId))).rejects.toMatchObject({
      maybeReceived: true,
    })
    expect(simulator.control.calls(SEND)).toHaveLength(1)
    expect(simulator.control.delivered()).toHaveLength(1)
  })
})

describe('getUnlimitedQrCode', () => {
  it('is a picture that a phone reads', async () => {
    const picture = await client().getUnlimitedQrCode({ scene: 'c=AB12CD34', page: 'pages/join/join' })
    const { data, width, height } = PNG.sync.read(picture)
    expect(jsqr.default(new Uint8ClampedArray(data), width, height)?.data).toBe(
      'pages/join/join?scene=c%3DAB12CD34',
    )
  })

  it.each([
    ['Chinese', '三年级二班'],
    ['a percent sign', 'a%b'],
    ['33 characters', 'x'.repeat(33)],
  ])('is refused for a scene with %s', async (_, scene) => {
    await expect(client().getUnlimitedQrCode({ scene, page: 'pages/join/join' })).rejects.toEqual(
      ofCode(40169),
    )
  })

  it('reports the minute quota', async () => {
    simulator.control.world.limits.qrCodesPerMinute = 0
    await expect(client().getUnlimitedQrCode({ scene: 'a', page: 'p' })).rejects.toEqual(ofCode(45011))
  })
})

describe('msgSecCheck', () => {
  const check = (text: string) =>
    client().msgSecCheck({
      openId: simulator.control.identity({ as: '李老师' }).openId,
      scene: 'forum',
      text,
    })
  const visit = () => client().code2Session(simulator.control.loginCode({ as: '李老师' }))

  it('lets good text pass and catches the other', async () => {
    await visit()
    await expect(check('明天带水壶')).resolves.toMatchObject({ verdict: 'pass' })
    await expect(check('违规内容测试')).resolves.toMatchObject({ verdict: 'risky' })
  })

  it('needs a person who was here in the last two hours', async () => {
    await visit()
    time += 2 * 3_600_000 + 1
    await expect(check('明天带水壶')).rejects.toEqual(ofCode(61010))
  })
})

describe('the access token', () => {
  const use = (it = client()) => it.getUnlimitedQrCode({ scene: 'a', page: 'p' })
  const fetched = () => simulator.control.calls(TOKEN).length

  it('is fetched once, however many calls and processes need it at the same time', async () => {
    const processes = [client(), client(), client()]
    await Promise.all(processes.flatMap((it) => [use(it), use(it), use(it)]))
    expect(fetched()).toBe(1)
  })

  it('is kept in Redis five minutes less than it lives', async () => {
    await use()
    const left = await redis.pttl(`wechat:token:${app.appId}`)
    expect(left).toBeGreaterThan(6_890_000)
    expect(left).toBeLessThanOrEqual(6_900_000)
  })

  it('is never refreshed by force', async () => {
    await use()
    simulator.control.killTokens()
    await use()
    expect(simulator.control.calls(TOKEN).map((it) => it.body)).toEqual(
      [1, 2].map(() => ({ grant_type: 'client_credential', appid: app.appId, secret: app.secret })),
    )
  })

  it.each<[string, number, () => void]>([
    ['no longer known', 40001, () => simulator.control.killTokens()],
    ['out of date', 42001, () => simulator.control.expireTokens()],
    [
      'malformed',
      40014,
      () => simulator.control.breakNext({ path: '/wxa/getwxacodeunlimit', times: 1, errcode: 40014 }),
    ],
  ])('that is %s is replaced once, and the call repeated once', async (_, errcode, spoil) => {
    const it = client()
    await use(it)
    spoil()
    await use(it)
    expect(simulator.control.calls('/wxa/getwxacodeunlimit').map((call) => call.errcode)).toEqual([
      0,
      errcode,
      0,
    ])
    // A process that still reads the refused token from Redis must not be stuck with it either.
    await use()
  })

  it('is not chased for ever', async () => {
    simulator.control.breakNext({ path: '/wxa/getwxacodeunlimit', times: 9, errcode: 40001 })
    await expect(use()).rejects.toEqual(ofCode(40001))
    expect(simulator.control.calls('/wxa/getwxacodeunlimit')).toHaveLength(2)
  })

  it('waits for the process that is fetching it', async () => {
    simulator.control.breakNext({ path: TOKEN, times: 1, latencyMs: 400 })
    await Promise.all([use(client()), use(client())])
    expect(fetched()).toBe(1)
  })

  it('works without Redis, each process for itself', async () => {
    const gone = new Redis(1, '127.0.0.1', {
      maxRetriesPerRequest: 1,
      enableOfflineQueue: false,
      connectTimeout: 200,
      lazyConnect: true,
      retryStrategy: () => null,
    })
    gone.on('error', () => {})
    const it = client({ redis: gone })
    await use(it)
    await use(it)
    expect(fetched()).toBe(1)
    gone.disconnect()
  })

  it('that cannot be had leaves the message unsent for certain', async () => {
    simulator.control.breakNext({ path: TOKEN, times: 1, errcode: 40164 })
    await expect(client().sendSubscribeMessage(message('oA'))).rejects.toMatchObject({ maybeReceived: false })
    expect(simulator.control.calls(SEND)).toHaveLength(0)
  })
})

describe('when WeChat is in trouble', () => {
  const path = '/sns/jscode2session'
  const signIn = (it = client()) => it.code2Session(simulator.control.loginCode({ as: '张三妈妈' }))

  it('asks again when it is busy', async () => {
    simulator.control.breakNext({ path, times: 2, errcode: -1 })
    await signIn()
    expect(simulator.control.calls(path).map((it) => it.errcode)).toEqual([-1, -1, 0])
  })

  it('gives up when it stays busy', async () => {
    simulator.control.breakNext({ path, times: 9, errcode: -1 })
    await expect(signIn()).rejects.toEqual(ofCode(-1))
    expect(simulator.control.calls(path)).toHaveLength(3)
  })

  it.each([
    ['a gateway page', { status: 502 }, true],
    ['a lost answer', { isLost: true }, true],
    ['no answer in time', { latencyMs: 400 }, true],
  ])('says so after %s', async (_, fault, maybeReceived) => {
    simulator.control.breakNext({ path, times: 1, ...fault })
    const failure = await signIn(client({ timeoutMs: 150 })).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(WeChatUnreachable)
    expect(failure).toMatchObject({ maybeReceived })
  })

  it('knows that nothing was sent when nobody listens', async () => {
    const failure = await signIn(client({ baseUrl: nobody })).catch((error: unknown) => error)
    expect(failure).toMatchObject({ name: 'WeChatUnreachable', maybeReceived: false })
  })
})

it('logs no code, token, secret, phone number or session key', async () => {
  const code = simulator.control.loginCode({ as: '张三妈妈' })
  const number = phoneCode()
  await client().code2Session(code)
  await client()
    .code2Session(code)
    .catch(() => null)
  await client().getPhoneNumber(number)
  await client()
    .getPhoneNumber(number)
    .catch(() => null)
  simulator.control.breakNext({ times: 1, isLost: true })
  await client()
    .code2Session('lost-code')
    .catch(() => null)
  await client({ baseUrl: nobody })
    .code2Session('unheard-code')
    .catch(() => null)

  const token = String(
    (JSON.parse((await redis.get(`wechat:token:${app.appId}`)) ?? '{}') as { token?: string }).token,
  )
  expect(token.length).toBeGreaterThanOrEqual(512)
  expect(logged).toContain('WeChat refused')
  const secrets = [code, number, token, app.secret, '13800000001', 'lost-code', 'unheard-code', 'session_key']
  expect(secrets.filter((it) => logged.includes(it))).toEqual([])
})
