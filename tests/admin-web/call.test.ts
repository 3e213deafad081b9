import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { changePassword, readMe, signInWithPassword } from '#contract/accounts'
import { openBrowser } from './browser'

/** What the server will say next, and what it was asked last. */
let answer = { status: 200, body: '{}' }
let asked: { authorization: string | undefined } = { authorization: undefined }
const server = createServer((request, response) => {
  asked = { authorization: request.headers.authorization }
  response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body)
})
let origin = ''

beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
beforeEach(() => openBrowser(() => origin))
afterEach(() => vi.unstubAllGlobals())
afterAll(() => server.close())

const open = async () => {
  vi.resetModules()
  return {
    ...(await import('../../admin-web/src/api/call')),
    ...(await import('../../admin-web/src/session/token')),
  }
}
const refusal = (status: number, code: string, message: string) => {
  answer = { status, body: JSON.stringify({ error: { code, message } }) }
}
const me = {
  personId: 'a'.repeat(24),
  name: '王建国',
  role: 'staff',
  maskedPhone: null,
  posts: [],
  children: [],
  matchesWaiting: 0,
  joinsWaiting: 0,
  canSwitchRole: false,
  hasTotp: false,
}

describe('call', () => {
  it('asks as the signed-in person and hands back what passes the contract', async () => {
    const { call, remember } = await open()
    remember('a-token')
    answer = { status: 200, body: JSON.stringify({ ...me, riskLevel: 'red' }) }

    const reply = await call(readMe, {})

    expect(asked.authorization).toBe('Bearer a-token')
    expect(reply).not.toHaveProperty('riskLevel')
  })

  it('passes on what the server refused, in its own words', async () => {
    const { call } = await open()
    refusal(429, 'too_many', '试的次数太多了，请5分钟后再试')

    await expect(call(readMe, {})).rejects.toMatchObject({
      code: 'too_many',
      status: 429,
      message: '试的次数太多了，请5分钟后再试',
    })
  })

  it('ends the session here when the server has ended it, and says so once', async () => {
    const { call, remember, token, farewell } = await open()
    remember('an-old-token')
    refusal(401, 'unauthenticated', '请先登录')

    await expect(call(readMe, {})).rejects.toMatchObject({ code: 'unauthenticated' })

    expect(token.value).toBeNull()
    expect(farewell.value).toBe('登录已失效，请重新登录')
    expect(localStorage.getItem('session')).toBeNull()
  })

  it('keeps the session when only a code is missing', async () => {
    const { call, remember, token } = await open()
    remember('a-token')
    refusal(401, 'totp_needed', '请输入动态验证码')

    await expect(call(signInWithPassword, { loginName: 'wang', password: 'x' })).rejects.toMatchObject({
      code: 'totp_needed',
    })
    expect(token.value).toBe('a-token')
  })

  it('does not let a late refusal of the last session end the new one', async () => {
    const { call, remember, token } = await open()
    remember('an-old-token')
    refusal(401, 'unauthenticated', '请先登录')

    const late = call(readMe, {})
    remember('a-new-token')

    await expect(late).rejects.toMatchObject({ code: 'unauthenticated' })
    expect(token.value).toBe('a-new-token')
  })

  it('tells what is wrong with a form in Chinese before anything is sent', async () => {
    const { call } = await open()
    await expect(call(changePassword, { password: 'x', newPassword: 'short' })).rejects.toMatchObject({
      code: 'invalid',
      message: '新密码至少10位',
    })
  })

  it.each([
    ['an answer outside the contract', 200, '{"hello":1}', '读不懂服务器的回答，请刷新页面后再试'],
    ['an answer that is no JSON', 200, '<html>', '读不懂服务器的回答，请刷新页面后再试'],
    ['a gateway that answers for the server', 502, '<html>', '服务器暂时没有响应，请稍后再试'],
  ])('has a sentence for %s', async (_, status, body, message) => {
    const { call } = await open()
    answer = { status, body }
    await expect(call(readMe, {})).rejects.toMatchObject({ message })
  })

  it('has a sentence for a dead network', async () => {
    const { call } = await open()
    openBrowser(() => 'http://127.0.0.1:1')
    await expect(call(readMe, {})).rejects.toMatchObject({
      code: 'offline',
      message: '网络不通，请检查后再试',
    })
  })

  it('stops asking when nobody waits any more, without calling it a problem', async () => {
    const { call, Problem } = await open()
    const waiting = new AbortController()
    const asking = call(readMe, {}, { signal: waiting.signal })
    waiting.abort()
    await expect(asking).rejects.not.toBeInstanceOf(Problem)
  })
})
