import { afterAll, beforeAll, expect, it } from 'vitest'
import { DEMO_TEMPLATE_IDS } from '../../server/scripts/simulator/templates.ts'
import { startWechatSimulator } from '../../server/scripts/simulator/wechat.ts'

const app = { appId: 'wxtest0000000001', secret: 's'.repeat(32) }
const letterId = DEMO_TEMPLATE_IDS.letter ?? ''
let simulator: Awaited<ReturnType<typeof startWechatSimulator>>
beforeAll(async () => {
  simulator = await startWechatSimulator({ port: 0, ...app })
})
afterAll(() => simulator.stop())

async function order(method: string, path: string, body?: unknown) {
  const response = await fetch(`${simulator.url}/simulator/${path}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { status: response.status, json: (await response.json()) as Record<string, unknown> }
}
const api = async (path: string, body: object) =>
  (await (
    await fetch(`${simulator.url}${path}`, { method: 'POST', body: JSON.stringify(body) })
  ).json()) as Record<string, unknown>

const tokenOf = async () =>
  String(
    (
      await api('/cgi-bin/stable_token', {
        grant_type: 'client_credential',
        appid: app.appId,
        secret: app.secret,
      })
    ).access_token,
  )

it('plays a person by name: the same name is the same person everywhere', async () => {
  const first = await order('POST', 'identities', { as: '张三妈妈', phone: '13800000001' })
  const again = await order('POST', 'identities', { as: '张三妈妈' })
  const other = await startWechatSimulator({ port: 0, ...app })
  expect(again.json).toEqual(first.json)
  expect(other.control.identity({ as: '张三妈妈' }).openId).toBe(first.json.openId)
  expect(first.json.openId).toMatch(/^o[\w-]{27}$/)
  await other.stop()
})

it('shows what arrived, for one phone and for all, on a page without a script', async () => {
  const as = '<b>王五</b>妈妈'
  expect((await order('POST', 'subscriptions', { as, templateIds: [letterId] })).json).toEqual({
    [letterId]: 'accept',
  })
  const sent = await api(`/cgi-bin/message/subscribe/send?access_token=${await tokenOf()}`, {
    touser: simulator.control.identity({ as }).openId,
    template_id: letterId,
    page: 'pages/letters/letter',
    data: Object.fromEntries(
      ['thing1', 'thing2', 'thing3', 'thing4'].map((key) => [key, { value: '春游 & 秋游' }]),
    ),
  })
  expect(sent).toMatchObject({ errcode: 0 })

  expect((await order('GET', `messages?as=${encodeURIComponent(as)}`)).json).toMatchObject({
    total: 1,
    messages: [{ as, title: '家长信提醒' }],
  })
  expect((await order('GET', 'messages?as=nobody')).json).toMatchObject({ total: 0 })
  const page = await (await fetch(`${simulator.url}/`)).text()
  expect(page).toContain('春游 &amp; 秋游')
  expect(page).not.toMatch(/<b>王五|<script/)
})

it('breaks on order and is mended on order', async () => {
  await order('POST', 'faults', { path: '/cgi-bin/stable_token', times: 5, errcode: 45011 })
  expect(await api('/cgi-bin/stable_token', {})).toMatchObject({ errcode: 45011 })
  await order('DELETE', 'faults')
  expect((await tokenOf()).length).toBeGreaterThanOrEqual(512)
})

it.each<[string, string, unknown, number]>([
  ['a phone code without a phone', 'phone-codes', { as: '没有手机的人' }, 409],
  ['an unknown template', 'subscriptions', { as: '张三妈妈', templateIds: ['T'] }, 409],
  ['four templates at once', 'subscriptions', { as: '张三妈妈', templateIds: Array(4).fill(letterId) }, 400],
  ['nobody', 'login-codes', {}, 400],
  ['a wrong phone', 'identities', { as: '张三妈妈', phone: '123' }, 400],
])('refuses %s', async (_, path, body, status) => {
  expect((await order('POST', path, body)).status).toBe(status)
})

it.each<[string, number, (token: string) => Promise<Record<string, unknown>>]>([
  ['no token', 41001, () => api('/wxa/msg_sec_check', {})],
  ['a token that is none', 40014, () => api('/wxa/msg_sec_check?access_token=abc', {})],
  ['a token of long ago', 40001, () => api(`/wxa/msg_sec_check?access_token=${'x'.repeat(512)}`, {})],
  [
    'GET where POST belongs',
    43002,
    async (token) =>
      (await (await fetch(`${simulator.url}/wxa/msg_sec_check?access_token=${token}`)).json()) as Record<
        string,
        unknown
      >,
  ],
  [
    'a body that is not JSON',
    47001,
    async (token) =>
      (await (
        await fetch(`${simulator.url}/wxa/msg_sec_check?access_token=${token}`, { method: 'POST', body: '{' })
      ).json()) as Record<string, unknown>,
  ],
])('answers as WeChat does to %s', async (_, errcode, ask) => {
  const answer = await ask(await tokenOf())
  expect(answer).toMatchObject({ errcode })
  expect(answer.errmsg).toMatch(/ rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$/)
})

it('answers at most twenty forced refreshes a day, and each kills the token before', async () => {
  const order = { grant_type: 'client_credential', appid: app.appId, secret: app.secret, force_refresh: true }
  const answers: Record<string, unknown>[] = []
  for (let n = 0; n < 21; n++) answers.push(await api('/cgi-bin/stable_token', order))
  expect(answers.filter((it) => it.access_token)).toHaveLength(20)
  expect(answers.at(-1)).toMatchObject({ errcode: 45009 })
  const killed = String(answers[0]?.access_token)
  expect(await api(`/wxa/msg_sec_check?access_token=${killed}`, {})).toMatchObject({ errcode: 40001 })
})
