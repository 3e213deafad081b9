import { beforeEach, describe, expect, it } from 'vitest'
import { listMySubscriptions } from '#contract/notify'
import { signPush } from '../../server/infra/wechat/push.ts'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { encryptPush } from '../../server/scripts/simulator/events.ts'
import { DEMO_TEMPLATE_IDS } from '../../server/scripts/simulator/templates.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld({ WX_TEMPLATES: JSON.stringify(DEMO_TEMPLATE_IDS) })
const templateId = DEMO_TEMPLATE_IDS.letter ?? ''
const HOUR_MS = 3_600_000

/** As WeChat signs it; who does not know the token signs with another. */
const addressFor = (encrypted: string, token = world.deps().env.WX_PUSH_TOKEN) => {
  const [timestamp, nonce] = ['1714112445', '415670741']
  const msg_signature = signPush([token, timestamp, nonce, encrypted])
  return `/api/wechat/push?${new URLSearchParams({ timestamp, nonce, msg_signature }).toString()}`
}

const post = (body: string | ReadableStream, over: RequestInit = {}) =>
  fetch(world.origin() + addressFor('AAAA'), {
    method: 'POST',
    headers: { 'content-type': 'text/xml' },
    body,
    ...over,
  })

describe('what a stranger sends to the address of the pushes', () => {
  it('is refused when it is too large, whichever way it says how large it is', async () => {
    const large = `<xml><Encrypt>${'A'.repeat(70_000)}</Encrypt></xml>`
    expect((await post(large)).status).toBe(413)
    // In pieces, without a length.
    const pieces = new Blob([large]).stream()
    expect((await post(pieces, { duplex: 'half' })).status).toBe(413)
    const json = { Encrypt: 'A'.repeat(300_000) }
    expect((await world.send(null, 'POST', addressFor('AAAA'), json)).status).toBe(413)
  })

  it.each([
    [
      'an entity of its own',
      '<!DOCTYPE xml [<!ENTITY a SYSTEM "file:///etc/hosts">]><xml><Encrypt>&a;</Encrypt></xml>',
    ],
    ['tags that it never closes', `<xml><Encrypt>${'<a>'.repeat(21_000)}`],
    ['tags in tags in tags', `<xml>${'<a>'.repeat(9_000)}${'</a>'.repeat(9_000)}</xml>`],
  ])('is refused with %s, and others are answered beside it', async (_, body) => {
    const [response, health] = await Promise.all([post(body), fetch(`${world.origin()}/healthz`)])
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { error: { message: '内容的格式不对' } },
    ])
    expect(health.status).toBe(200)
  })

  it('is refused when it is signed with another token, and changes nothing', async () => {
    const { env } = world.deps()
    const openId = 'o-somebody'
    const message = event(openId, 'subscribe_msg_popup_event', 'accept', world.now())
    const Encrypt = encryptPush(env.WX_PUSH_AES_KEY, message, env.WX_APP_ID)
    const person = await PersonModel.create({ name: '张三妈妈', wxOpenId: openId })
    const response = await world.send(null, 'POST', addressFor(Encrypt, 'another'), { Encrypt })
    expect(response.status).toBe(403)
    const call = await world.as(String(person._id), 'guardian')
    const { subscriptions } = await call(listMySubscriptions, {})
    expect(subscriptions.find((it) => it.kind === 'letter')?.left).toBe(0)
  })
})

function event(openId: string, Event: string, answer: string, at: Date) {
  const CreateTime = String(Math.floor(at.getTime() / 1000))
  return JSON.stringify({
    ...{ ToUserName: 'gh_1', FromUserName: openId, CreateTime, MsgType: 'event', Event },
    List: { TemplateId: templateId, SubscribeStatusString: answer, PopupScene: '0' },
  })
}

describe('a push that somebody has overheard', () => {
  const openId = 'o-mother'
  let call: Awaited<ReturnType<typeof world.as>>
  beforeEach(async () => {
    const { _id } = await PersonModel.create({ name: '张三妈妈', wxOpenId: openId })
    call = await world.as(String(_id), 'guardian')
  })
  const left = async () =>
    (await call(listMySubscriptions, {})).subscriptions.find((it) => it.kind === 'letter')?.left
  const push = async (message: string) => {
    const { env } = world.deps()
    const Encrypt = encryptPush(env.WX_PUSH_AES_KEY, message, env.WX_APP_ID)
    expect((await world.send(null, 'POST', addressFor(Encrypt), { Encrypt })).status).toBe(200)
  }
  const yes = () => event(openId, 'subscribe_msg_popup_event', 'accept', world.now())
  const no = () => event(openId, 'subscribe_msg_change_event', 'reject', world.now())

  it('gives nothing more, and takes back nothing that was allowed since', async () => {
    const first = no()
    await push(first)
    world.pass(HOUR_MS)
    const allowed = yes()
    await push(allowed)
    expect(await left()).toBe(1)
    await push(first)
    await push(allowed)
    expect(await left()).toBe(1)

    world.pass(HOUR_MS)
    await push(no())
    await push(allowed)
    expect(await left()).toBe(0)
  })

  it('counts no more than once, also when many were pushed since', async () => {
    const first = yes()
    await push(first)
    for (let tap = 1; tap <= 24; tap++) {
      world.pass(HOUR_MS)
      await push(yes())
    }
    expect(await left()).toBe(25)
    await push(first)
    expect(await left()).toBe(25)
  })
})
