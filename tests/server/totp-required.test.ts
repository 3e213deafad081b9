import { expect, it } from 'vitest'
import { generateSync } from 'otplib'
import {
  beginTotp,
  changePassword,
  confirmTotp,
  readMe,
  removeTotp,
  signInWithPassword,
  signOut,
  switchRole,
} from '#contract/accounts'
import { ENDPOINTS } from '#contract/catalogue'
import { listStaff, readUnit } from '#contract/org'
import { readSignInRules, setSignInRules } from '#contract/sign-in'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { hashPassword } from '../../server/modules/accounts/sign-in/service.ts'
import type { UnitRecord } from '../../server/modules/org/tree/model.ts'
import { buildBranch, buildStaff } from '../support/build.ts'
import { sampleInput } from '../support/sample.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
const PASSWORD = '一个很长的密码 2026'

async function withPassword(unit: UnitRecord, post: 'district_admin' | 'school_admin', loginName: string) {
  const personId = await buildStaff(unit, post)
  await PersonModel.updateOne({ _id: personId }, { loginName, passwordHash: await hashPassword(PASSWORD) })
  return personId
}

const signIn = async (loginName: string, totp?: string) => {
  const { token, me } = await world.withToken(null)(signInWithPassword, {
    loginName,
    password: PASSWORD,
    totp,
  })
  return { call: world.withToken(token), token, me }
}

async function scene() {
  const branch = await buildBranch()
  const districtId = String(branch.district._id)
  const district = await world.as(await withPassword(branch.district, 'district_admin', 'donghu'), 'staff')
  const schoolAdminId = await withPassword(branch.school, 'school_admin', 'shiyan')
  return { ...branch, district, districtId, schoolId: String(branch.school._id), schoolAdminId }
}

const digitsOf = (secret: string) => generateSync({ secret, epoch: Math.floor(world.now().getTime() / 1000) })

it('leads who has no six digits to them at the next sign-in, before anything else', async () => {
  const { district, districtId, schoolId } = await scene()
  const before = await signIn('shiyan')
  await district(setSignInRules, { unitId: districtId, isTotpRequired: true })
  await district(setSignInRules, { unitId: districtId, isTotpRequired: true })
  // Who is at work is not thrown out.
  expect(await before.call(readUnit, { unitId: schoolId })).toBeTruthy()

  const { call, me } = await signIn('shiyan')
  expect(me.mustSetUpTotp).toBe(true)
  await expect(call(readUnit, { unitId: schoolId })).rejects.toMatchObject({
    status: 403,
    json: { error: { code: 'totp_required', message: '请先设置动态验证码，再继续使用' } },
  })
  await expect(call(switchRole, { role: 'staff' })).rejects.toMatchObject({ status: 403 })
  const { secret } = await call(beginTotp, {})
  await call(confirmTotp, { totp: digitsOf(secret) })
  expect(await call(readUnit, { unitId: schoolId })).toBeTruthy()
  expect((await call(readMe, {})).mustSetUpTotp).toBeUndefined()

  world.pass(60_000)
  expect((await signIn('shiyan', digitsOf(secret))).me.mustSetUpTotp).toBeUndefined()
  await expect(call(removeTotp, { password: PASSWORD })).rejects.toMatchObject({
    json: { error: { message: '您的单位规定登录要用动态验证码，不能停用' } },
  })
})

it('keeps every other endpoint shut to such a session', async () => {
  const { district, districtId } = await scene()
  await district(setSignInRules, { unitId: districtId, isTotpRequired: true })
  const { token } = await signIn('shiyan')
  const open = []
  let tried = 0
  for (const { name, endpoint } of ENDPOINTS) {
    if (endpoint.access === 'public' || endpoint.access === 'guardian') continue
    const input = sampleInput(endpoint)
    const path = endpoint.path.replace(/:(\w+)/g, (_, key: string) => String(input[key]))
    const response = await world.send(
      name === 'signOut' ? null : token,
      endpoint.method,
      `/api${path}`,
      endpoint.method === 'GET' ? undefined : {},
    )
    const { error } = (await response.json()) as { error?: { code: string } }
    tried++
    if (error?.code !== 'totp_required') open.push(name)
  }
  expect(open.sort()).toEqual(['beginTotp', 'confirmTotp', 'readMe', 'signOut'])
  expect(tried).toBeGreaterThan(60)
  await world.withToken(token)(signOut, {})
})

it('is lifted by the rank that made it or one above, not by one below', async () => {
  const { district, districtId, school, schoolId } = await scene()
  const principal = await world.as(await buildStaff(school, 'principal'), 'staff')
  const schoolAdmin = await world.as(await buildStaff(school, 'school_admin'), 'staff')
  const rules = () => schoolAdmin(readSignInRules, { unitId: schoolId })

  await principal(setSignInRules, { unitId: schoolId, isTotpRequired: true })
  expect(await rules()).toMatchObject({
    isTotpRequired: true,
    requiredBy: { unitName: school.fullName },
    abilities: { switchOn: false, switchOff: false },
  })
  await expect(
    schoolAdmin(setSignInRules, { unitId: schoolId, isTotpRequired: false }),
  ).rejects.toMatchObject({ status: 403 })
  await district(setSignInRules, { unitId: schoolId, isTotpRequired: false })
  expect(await rules()).toMatchObject({ isTotpRequired: false, accounts: 1, accountsWithoutTotp: 1 })

  // A rule from above holds below, whatever the school says.
  await district(setSignInRules, { unitId: districtId, isTotpRequired: true })
  await schoolAdmin(setSignInRules, { unitId: schoolId, isTotpRequired: false })
  expect((await rules()).isTotpRequired).toBe(true)
  expect((await signIn('shiyan')).me.mustSetUpTotp).toBe(true)
})

it('counts guesses of a password also behind the door', async () => {
  const { schoolId } = await scene()
  const { call } = await signIn('shiyan')
  const answers = []
  for (let guess = 0; guess < 6; guess++) {
    const [password, newPassword] = [`x${guess}`, '足够长的新密码 2026']
    for (const attempt of [
      () => call(removeTotp, { password }),
      () => call(changePassword, { password, newPassword }),
    ]) {
      answers.push(
        await attempt().then(
          () => 200,
          (error: { status: number }) => error.status,
        ),
      )
    }
  }
  expect(answers.filter((it) => it === 400)).toHaveLength(10)
  expect(answers.filter((it) => it === 429)).toHaveLength(2)
  // The session goes on; only the password is not asked again for a while.
  expect(await call(listStaff, { unitId: schoolId })).toBeTruthy()
})
