import { expect, it } from 'vitest'
import { beginTotp, changePassword, readMe, setOwnPassword, signInWithPassword } from '#contract/accounts'
import { ENDPOINTS } from '#contract/catalogue'
import { appointStaff, readUnit } from '#contract/org'
import { resetSignIn } from '#contract/posts'
import { setPasswordByLink, setSignInRules } from '#contract/sign-in'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { buildBranch, buildStaff } from '../support/build.ts'
import { sampleInput } from '../support/sample.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
const OWN = '只有我知道的密码 2026'

async function scene() {
  const branch = await buildBranch()
  const schoolId = String(branch.school._id)
  const district = await world.as(await buildStaff(branch.district, 'district_admin'), 'staff')
  const given = { unitId: schoolId, post: 'school_admin' as const, name: '许静', phone: '13700000099' }
  const { personId, initialPassword } = await district(appointStaff, { ...given, loginName: 'xujing' })
  return { ...branch, schoolId, district, personId, first: initialPassword ?? '' }
}

const signIn = async (password: string) => {
  const { token, me } = await world.withToken(null)(signInWithPassword, { loginName: 'xujing', password })
  return { call: world.withToken(token), token, me }
}

it('asks for a password of their own before anything else, once', async () => {
  const { schoolId, first } = await scene()
  const other = await signIn(first)
  const { call, token, me } = await signIn(first)
  expect(me.mustChangePassword).toBe(true)
  await expect(call(readUnit, { unitId: schoolId })).rejects.toMatchObject({
    status: 403,
    json: { error: { code: 'password_required', message: '请先设置自己的密码，再继续使用' } },
  })

  await expect(call(setOwnPassword, { newPassword: first })).rejects.toMatchObject({ status: 400 })
  expect((await world.send(token, 'POST', '/api/me/own-password', { newPassword: '短' })).status).toBe(400)
  expect((await call(readMe, {})).mustChangePassword).toBe(true)

  await call(setOwnPassword, { newPassword: OWN })
  expect(await call(readUnit, { unitId: schoolId })).toBeTruthy()
  expect((await call(readMe, {})).mustChangePassword).toBeUndefined()
  // Whoever had come in by the same first password is out, and it opens nothing any more.
  await expect(other.call(readMe, {})).rejects.toMatchObject({ status: 401 })
  await expect(signIn(first)).rejects.toMatchObject({ status: 401 })
  expect((await signIn(OWN)).me.mustChangePassword).toBeUndefined()
  await expect(call(setOwnPassword, { newPassword: `${OWN}!` })).rejects.toMatchObject({ status: 409 })
})

it('takes one of two passwords that are set at the same moment', async () => {
  const { first } = await scene()
  const [one, two] = [await signIn(first), await signIn(first)]
  const tried = await Promise.allSettled([
    one.call(setOwnPassword, { newPassword: `${OWN} 1` }),
    two.call(setOwnPassword, { newPassword: `${OWN} 2` }),
  ])
  expect(tried.filter((it) => it.status === 'fulfilled')).toHaveLength(1)
  const winner = tried.findIndex((it) => it.status === 'fulfilled') + 1
  expect((await signIn(`${OWN} ${winner}`)).me.name).toBe('许静')
})

it('keeps every other endpoint shut, the six digits too', async () => {
  const { schoolId, district, first } = await scene()
  await district(setSignInRules, { unitId: schoolId, isTotpRequired: true })
  const { token, call } = await signIn(first)
  const open = []
  for (const { name, endpoint } of ENDPOINTS) {
    if (endpoint.access === 'public' || endpoint.access === 'guardian' || name === 'signOut') continue
    const input = sampleInput(endpoint)
    const path = endpoint.path.replace(/:(\w+)/g, (_, key: string) => String(input[key]))
    const body = endpoint.method === 'GET' ? undefined : {}
    const response = await world.send(token, endpoint.method, `/api${path}`, body)
    const { error } = (await response.json()) as { error?: { code: string } }
    if (error?.code !== 'password_required') open.push(name)
  }
  expect(open.sort()).toEqual(['readMe', 'setOwnPassword'])

  await call(setOwnPassword, { newPassword: OWN })
  // Then the rule of the unit comes into its own.
  await expect(call(readUnit, { unitId: schoolId })).rejects.toMatchObject({
    json: { error: { code: 'totp_required' } },
  })
  expect(await call(beginTotp, {})).toHaveProperty('secret')
})

it('asks nothing of who has set a password by a link or by hand', async () => {
  const { district, schoolId, personId, first } = await scene()
  const { link } = await district(resetSignIn, { unitId: schoolId, personId, what: 'password' })
  const [, secret = ''] = (link ?? '').split('#')
  await world.withToken(null)(setPasswordByLink, { link: secret, newPassword: OWN })
  const { call, me } = await signIn(OWN)
  expect(me.mustChangePassword).toBeUndefined()
  await call(changePassword, { password: OWN, newPassword: `${OWN}，又一个` })
  await expect(
    call(changePassword, { password: `${OWN}，又一个`, newPassword: `${OWN}，又一个` }),
  ).rejects.toMatchObject({ status: 400 })
  expect((await PersonModel.findById(personId).lean())?.hasFirstPassword).toBe(false)
  await expect(signIn(first)).rejects.toMatchObject({ status: 401 })
})
