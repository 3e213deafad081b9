import { afterEach, expect, it, vi } from 'vitest'
import { answer, cutOff, opened, person, refuse, usePhone } from '../support/phone.ts'

afterEach(() => vi.unstubAllGlobals())

async function start() {
  const phone = usePhone()
  const { readMe } = await import('../../miniprogram/contract.ts')
  const { call, Problem } = await import('../../miniprogram/services/api.ts')
  const { session } = await import('../../miniprogram/services/session.ts')
  return { phone, readMe, call, Problem, session }
}

it('signs in by WeChat when something is first asked, and not before', async () => {
  const { phone, readMe, call } = await start()
  expect(phone.login).not.toHaveBeenCalled()

  const reading = call(readMe, {})
  const signIn = await phone.next()
  expect(signIn).toMatchObject({ path: 'POST /sign-in/wechat', data: { code: 'code-1' }, token: undefined })
  answer(signIn, 200, opened('first'))
  const asked = await phone.next()
  expect(asked).toMatchObject({ path: 'GET /me', token: 'first' })
  answer(asked, 200, person())

  await expect(reading).resolves.toMatchObject({ name: '张三妈妈' })
})

it('shares one sign-in between calls made at the same moment', async () => {
  const { phone, readMe, call } = await start()

  const readings = [call(readMe, {}), call(readMe, {}), call(readMe, {})]
  answer(await phone.next(), 200, opened('first'))
  for (let at = 0; at < 3; at++) answer(await phone.next(), 200, person())

  await Promise.all(readings)
  expect(phone.login).toHaveBeenCalledTimes(1)
})

it('renews a session that ran out once, and repeats what was asked', async () => {
  const { phone, readMe, call, session } = await start()
  session.adopt(opened('old') as never)

  const reading = call(readMe, {})
  refuse(await phone.next(), 401, '请先登录')
  answer(await phone.next(), 200, opened('new'))
  const again = await phone.next()
  expect(again).toMatchObject({ path: 'GET /me', token: 'new' })
  answer(again, 200, person())

  await expect(reading).resolves.toMatchObject({ name: '张三妈妈' })
})

it('does not sign in over and over when the new session is refused as well', async () => {
  const { phone, readMe, call, session } = await start()
  session.adopt(opened('old') as never)

  const reading = call(readMe, {})
  refuse(await phone.next(), 401, '请先登录')
  answer(await phone.next(), 200, opened('new'))
  refuse(await phone.next(), 401, '账号已停用')

  await expect(reading).rejects.toMatchObject({ status: 401, message: '账号已停用' })
  expect(phone.login).toHaveBeenCalledTimes(1)
})

it('keeps a newer session when a late answer refuses the older one', async () => {
  const { phone, readMe, call, session } = await start()
  session.adopt(opened('old') as never)

  const reading = call(readMe, {})
  const first = await phone.next()
  session.adopt(opened('new') as never)
  refuse(first, 401, '请先登录')
  const again = await phone.next()
  expect(again.token).toBe('new')
  answer(again, 200, person())

  await reading
  expect(phone.login).not.toHaveBeenCalled()
})

it('brings a teacher back to the teacher’s side', async () => {
  const { phone, readMe, call, session } = await start()
  const staff = { role: 'staff', canSwitchRole: true }
  session.adopt(opened('old', staff) as never)

  const reading = call(readMe, {})
  refuse(await phone.next(), 401, '请先登录')
  answer(await phone.next(), 200, opened('as-guardian', { canSwitchRole: true }))
  const switching = await phone.next()
  expect(switching).toMatchObject({ path: 'POST /me/role', data: { role: 'staff' }, token: 'as-guardian' })
  answer(switching, 200, opened('as-staff', staff))
  const again = await phone.next()
  expect(again.token).toBe('as-staff')
  answer(again, 200, person(staff))

  await expect(reading).resolves.toMatchObject({ role: 'staff' })
})

it('signs nobody in again who has signed out, until they ask for it', async () => {
  const { phone, readMe, call, session } = await start()
  session.adopt(opened('old') as never)
  session.leave()

  await expect(call(readMe, {})).rejects.toMatchObject({ status: 401, message: '请先登录' })
  expect(phone.login).not.toHaveBeenCalled()

  const opening = session.open({ asked: true })
  answer(await phone.next(), 200, opened('new'))
  await expect(opening).resolves.toBe('new')
})

it('knows who was here when it is started again', async () => {
  const { phone, session } = await start()
  session.adopt(opened('kept') as never)

  vi.resetModules()
  const again = await import('../../miniprogram/services/session.ts')
  const { me } = await import('../../miniprogram/services/store.ts')

  expect(again.session.token()).toBe('kept')
  expect(me.get()?.name).toBe('张三妈妈')
  expect(phone.asked).toEqual([])
})

it('forgets a remembered person whose shape an update has changed', async () => {
  const { phone } = await start()
  phone.storage.set('me', { personId: 1, name: '张三妈妈' })

  vi.resetModules()
  const { me } = await import('../../miniprogram/services/store.ts')

  expect(me.get()).toBeNull()
})

it('says in one sentence that the network is gone', async () => {
  const { phone, readMe, call, session } = await start()
  session.adopt(opened('old') as never)

  const reading = call(readMe, {})
  cutOff(await phone.next())

  await expect(reading).rejects.toMatchObject({ status: 0, message: '网络不通，请检查后重试' })
})
