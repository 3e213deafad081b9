import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type * as Contract from '../../miniprogram/contract.ts'
import type * as Api from '../../miniprogram/services/api.ts'
import { answer, opened, refuse, usePhone } from '../support/phone.ts'

let phone: ReturnType<typeof usePhone>
let api: typeof Api
let contract: typeof Contract

beforeEach(async () => {
  phone = usePhone()
  api = await import('../../miniprogram/services/api.ts')
  contract = await import('../../miniprogram/contract.ts')
  const { session } = await import('../../miniprogram/services/session.ts')
  session.adopt(opened('token') as never)
})
afterEach(() => vi.unstubAllGlobals())

it('puts names of the path into the path and the rest into the body', async () => {
  const id = 'b'.repeat(24)
  void api.call(contract.answerMatch, { guardianshipId: id, isMine: true })

  expect(await phone.next()).toMatchObject({
    path: `POST /me/matches/${id}`,
    data: { isMine: true },
    timeout: 10_000,
  })
})

it('shows the field’s own sentence before anything is sent', async () => {
  const asking = api.call(contract.askToJoin, {
    code: 'ABC234',
    studentName: ' ',
    guardianName: '王芳',
    relation: '妈妈',
  })

  await expect(asking).rejects.toMatchObject({ status: 400, message: '请填写孩子姓名' })
  expect(phone.asked).toEqual([])
})

it('takes the server’s sentence for what went wrong', async () => {
  const reading = api.call(contract.readClassByCode, { code: 'ABC234' })
  refuse(await phone.next(), 404, '没有这个班级码')

  await expect(reading).rejects.toMatchObject({ status: 404, message: '没有这个班级码' })
})

it.each([
  ['a gateway’s page', 502, '<html>Bad Gateway</html>', '服务器开小差了，请稍后再试'],
  ['nothing', 500, null, '服务器开小差了，请稍后再试'],
])('has a sentence of its own when the answer is %s', async (_, status, data, message) => {
  const reading = api.call(contract.listMyMatches, {})
  answer(await phone.next(), status, data)

  await expect(reading).rejects.toMatchObject({ status, message })
})

it('asks for an update when it cannot read the answer', async () => {
  const reading = api.call(contract.listMyMatches, {})
  answer(await phone.next(), 200, { hello: 1 })

  const error: unknown = await reading.catch((it: unknown) => it)
  expect(api.explain(error)).toBe('读不懂服务器的回答，请更新小程序后再试')
})

it('asks public things without a session', async () => {
  void api.call(contract.signInWithWechat, { code: 'code' })

  expect(await phone.next()).toMatchObject({ path: 'POST /sign-in/wechat', token: undefined })
})

it('says who asks where everybody may ask and each gets their own, and opens no session for it', async () => {
  void api.call(contract.listHelpLines, {})
  expect(await phone.next()).toMatchObject({ path: 'GET /help-lines', token: 'token' })

  const { session } = await import('../../miniprogram/services/session.ts')
  session.leave()
  void api.call(contract.listHelpLines, {})
  expect(await phone.next()).toMatchObject({ path: 'GET /help-lines', token: undefined })
  expect(phone.login).not.toHaveBeenCalled()
})
