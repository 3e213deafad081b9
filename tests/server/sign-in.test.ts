import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import {
  beginTotp,
  bindPhone,
  changePassword,
  confirmTotp,
  listMySessions,
  readMe,
  removeTotp,
  revokeMySession,
  signInWithPassword,
  signInWithWechat,
  switchRole,
} from '#contract/accounts'
import { listMyMatches, readUnit } from '#contract/org'
import { generateSync } from 'otplib'
import { createApp } from '../../server/app.ts'
import { readEnv } from '../../server/env.ts'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { hashPassword } from '../../server/modules/accounts/sign-in/service.ts'
import { buildBranch, buildGuardian, buildStaff, buildStudent } from '../support/build.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
const PASSWORD = '一个很长的密码 2026'

async function administrator(loginName = 'donghu') {
  const { district, klass } = await buildBranch()
  const personId = await buildStaff(district, 'district_admin')
  await PersonModel.updateOne({ _id: personId }, { loginName, passwordHash: await hashPassword(PASSWORD) })
  return { personId, loginName, klass }
}

const signIn = (input: { loginName: string; password: string; totp?: string; deviceToken?: string }) =>
  world.withToken(null)(signInWithPassword, input)

const outcome = async (attempt: Promise<unknown>) =>
  attempt.then(
    () => 200,
    (error: { status: number }) => error.status,
  )

describe('the console', () => {
  it('opens with the right password and with no other, and tells a stranger nothing', async () => {
    const { loginName } = await administrator()
    const { me, token } = await signIn({ loginName, password: PASSWORD })
    expect(me.posts).toMatchObject([{ post: 'district_admin' }])
    expect(token).toMatch(/^[0-9a-f]{24}\.[\w-]{43}$/)

    const wrong = signIn({ loginName, password: 'x' }).catch((error: { json: unknown }) => error.json)
    const nobody = signIn({ loginName: 'nobody', password: 'x' }).catch(
      (error: { json: unknown }) => error.json,
    )
    expect(await wrong).toEqual(await nobody)
  })

  it('tries at most ten passwords a quarter of an hour, and leaves a device that is known alone (S8)', async () => {
    const { loginName } = await administrator()
    const { deviceToken } = await signIn({ loginName, password: PASSWORD })
    const answers = []
    for (let guess = 0; guess < 14; guess++)
      answers.push(await outcome(signIn({ loginName, password: `x${guess}` })))
    expect(answers.filter((it) => it === 401)).toHaveLength(10)
    expect(answers.slice(10)).toEqual([429, 429, 429, 429])

    // The true password from a stranger's device waits, too; the owner's own device does not.
    expect(await outcome(signIn({ loginName, password: PASSWORD }))).toBe(429)
    expect(await outcome(signIn({ loginName, password: PASSWORD, deviceToken }))).toBe(200)
  })

  it('limits one address over many accounts', async () => {
    await administrator()
    const answers = []
    for (let at = 0; at < 64; at++)
      answers.push(await outcome(signIn({ loginName: `name${at}`, password: 'x' })))
    expect(answers.filter((it) => it === 401)).toHaveLength(60)
  }, 60_000)

  it('asks for six digits once they are set up, and takes each of them once', async () => {
    const { loginName } = await administrator()
    const first = await signIn({ loginName, password: PASSWORD })
    const call = world.withToken(first.token)
    const { secret, uri } = await call(beginTotp, {})
    expect(uri).toMatch(/^otpauth:\/\/totp\//)
    const digits = () => generateSync({ secret, epoch: Math.floor(world.now().getTime() / 1000) })
    await expect(call(confirmTotp, { totp: '000000' })).rejects.toMatchObject({ status: 400 })
    await call(confirmTotp, { totp: digits() })

    await expect(signIn({ loginName, password: PASSWORD })).rejects.toMatchObject({
      json: { error: { code: 'totp_needed' } },
    })
    world.pass(60_000)
    const used = digits()
    expect(await outcome(signIn({ loginName, password: PASSWORD, totp: used }))).toBe(200)
    expect(await outcome(signIn({ loginName, password: PASSWORD, totp: used }))).toBe(401)
    await call(removeTotp, { password: PASSWORD })
    expect(await outcome(signIn({ loginName, password: PASSWORD }))).toBe(200)
  })

  it('signs other devices out when the password changes', async () => {
    const { loginName } = await administrator()
    const [one, two] = [
      await signIn({ loginName, password: PASSWORD }),
      await signIn({ loginName, password: PASSWORD }),
    ]
    await world.withToken(one.token)(changePassword, {
      password: PASSWORD,
      newPassword: '另一个很长很长的密码 2026',
    })
    expect(await outcome(world.withToken(two.token)(readMe, {}))).toBe(401)
    expect(await outcome(world.withToken(one.token)(readMe, {}))).toBe(200)
    expect(await outcome(signIn({ loginName, password: PASSWORD }))).toBe(401)
  })
})

describe('sessions', () => {
  it('lists devices and ends one at once', async () => {
    const { personId } = await administrator()
    const call = await world.as(personId, 'staff')
    const lost = await world.as(personId, 'staff')
    const { sessions } = await call(listMySessions, {})
    const other = sessions.find((it) => !it.isCurrent)
    await call(revokeMySession, { sessionId: other?.sessionId ?? '' })
    expect(await outcome(lost(readMe, {}))).toBe(401)
  })

  it('refuses tokens that are forged, altered, borrowed or out of date (S10)', async () => {
    const { personId } = await administrator()
    const token = await world.tokenOf(personId, 'staff')
    const [id = '', secret = ''] = token.split('.')
    const other = await world.tokenOf((await administrator('second')).personId, 'staff')
    const none = Buffer.from('{"alg":"none"}').toString('base64url')
    const claims = Buffer.from(JSON.stringify({ sub: personId, role: 'staff' })).toString('base64url')
    const forged = [
      `${none}.${claims}.`,
      `${none}.${claims}.c2ln`,
      `${id}.${secret.slice(0, -1)}${secret.endsWith('A') ? 'B' : 'A'}`,
      `${other.split('.')[0] ?? ''}.${secret}`,
      `${id}.`,
      id,
      '',
    ]
    for (const it of forged) expect([it, await outcome(world.withToken(it)(readMe, {}))]).toEqual([it, 401])
    expect(await outcome(world.withToken(token)(readMe, {}))).toBe(200)
    world.pass(8 * 86_400_000)
    expect(await outcome(world.withToken(token)(readMe, {}))).toBe(401)
  })

  it('takes a post away at once', async () => {
    const { personId } = await administrator()
    const call = await world.as(personId, 'staff')
    await PersonModel.updateOne({ _id: personId }, { 'posts.0.to': new Date(0) })
    expect((await call(readMe, {})).posts).toEqual([])
    await expect(call(switchRole, { role: 'staff' })).rejects.toMatchObject({ status: 403 })
  })

  it('lets a teacher who is a parent be one or the other, with a new token each time', async () => {
    const { personId, klass } = await administrator()
    await buildGuardian(world, await buildStudent(klass), { personId })
    await PersonModel.updateOne({ _id: personId }, { wxOpenId: 'o-teacher' })
    const before = await world.tokenOf(personId, 'guardian')
    const switched = await world.withToken(before)(switchRole, { role: 'staff' })
    expect(switched.me).toMatchObject({ role: 'staff', children: [] })
    expect(await outcome(world.withToken(before)(readMe, {}))).toBe(401)
  })
})

it('believes the proxy about the address, not what the caller wrote before it', async () => {
  const deps = world.deps()
  const app = createApp({ ...deps, env: { ...deps.env, NODE_ENV: 'production' } })
  const seen: string[] = []
  app.middleware.unshift(async (ctx, next) => {
    seen.push(ctx.ip)
    await next()
  })
  const answer = app.callback()
  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await fetch(`http://127.0.0.1:${port}/healthz`, { headers: { 'x-forwarded-for': '1.2.3.4, 203.0.113.7' } })
  server.close()
  expect(seen).toEqual(['203.0.113.7'])
})

it('never turns a password into a parent: that door is WeChat alone', async () => {
  const { personId, loginName, klass } = await administrator()
  await buildGuardian(world, await buildStudent(klass), { personId })
  const { token } = await signIn({ loginName, password: PASSWORD })
  await expect(world.withToken(token)(switchRole, { role: 'guardian' })).rejects.toMatchObject({
    status: 403,
  })
  // Nor by way of a session that was only switched.
  const again = await world.withToken(token)(switchRole, { role: 'staff' })
  await expect(world.withToken(again.token)(switchRole, { role: 'guardian' })).rejects.toMatchObject({
    status: 403,
  })
})

it('shows a teacher who is a parent one side at a time, whatever is asked', async () => {
  const { klass, district } = await buildBranch()
  const own = await buildStudent(klass, { name: '自己的孩子' })
  const personId = await buildGuardian(world, own)
  await PersonModel.updateOne(
    { _id: personId },
    {
      $push: {
        posts: { post: 'school_admin', unitId: district._id, path: district.path, from: new Date(0) },
      },
    },
  )
  const parent = await world.as(personId, 'guardian')
  const staff = await world.as(personId, 'staff')
  const unitId = String(klass._id)
  expect((await parent(readMe, {})).posts).toEqual([])
  expect((await staff(readMe, {})).children).toEqual([])
  expect(await outcome(parent(readUnit, { unitId }))).toBe(403)
  expect(await outcome(staff(listMyMatches, {}))).toBe(403)
  expect(await outcome(parent(listMyMatches, {}))).toBe(200)
  expect(await outcome(staff(readUnit, { unitId }))).toBe(200)
})

describe('WeChat codes (S9)', () => {
  const redeem = (code: string) => world.withToken(null)(signInWithWechat, { code })

  it('takes a code once, within five minutes, and from our own mini-program only', async () => {
    const { control } = world.simulator()
    const foreign = control.loginCode({ as: '甲', appId: 'wxother0000000001' })
    expect(await outcome(redeem(foreign))).toBe(401)
    const code = control.loginCode({ as: '甲' })
    expect([await outcome(redeem(code)), await outcome(redeem(code))]).toEqual([200, 401])
    const before = control.calls('/sns/jscode2session').length
    await outcome(redeem(control.loginCode({ as: '甲' })))
    expect(control.calls('/sns/jscode2session').length - before).toBe(1)
  })

  it('brings a teacher with a staff phone to the account of the staff list', async () => {
    const { district } = await buildBranch()
    const staffId = await buildStaff(district, 'district_admin')
    const { fields } = world.deps()
    const phone = '13700000001'
    await PersonModel.updateOne(
      { _id: staffId },
      { phone: fields.seal(phone), phoneIndex: fields.index(phone) },
    )
    const { control } = world.simulator()
    control.identity({ as: '乙', phone })
    const { token } = await redeem(control.loginCode({ as: '乙' }))
    const bound = await world.withToken(token)(bindPhone, { code: control.phoneCode({ as: '乙' }) })
    expect(bound.me).toMatchObject({ personId: staffId, canSwitchRole: true })
    expect(await outcome(world.withToken(token)(readMe, {}))).toBe(401)
  })
})

describe('the demo door', () => {
  it('does not exist without DEMO=1', async () => {
    for (const path of ['/api/demo/people', '/demo/people', '/demo/wx/login?as=x', '/preview/']) {
      expect([path, (await world.send(null, 'GET', path)).status]).toEqual([path, 404])
    }
    expect((await world.send(null, 'POST', '/api/demo/sign-in', { as: '市管理员' })).status).toBe(404)
  })

  it('cannot be opened in production', () => {
    const { env } = world.deps()
    const production = {
      ORIGIN: env.ORIGIN,
      MONGO_URL: env.MONGO_URL,
      REDIS_URL: env.REDIS_URL,
      DATA_DIR: env.DATA_DIR,
      FIELD_KEYS: `k1:${Buffer.alloc(32).toString('base64')}`,
      INDEX_KEY: Buffer.alloc(32).toString('base64'),
      AUDIT_KEYS: `a1:${Buffer.alloc(32).toString('base64')}`,
      BADGE_KEYS: `b1:${Buffer.alloc(32).toString('base64')}`,
      WX_APP_ID: env.WX_APP_ID,
      WX_APP_SECRET: env.WX_APP_SECRET,
      WX_PUSH_TOKEN: env.WX_PUSH_TOKEN,
      WX_PUSH_AES_KEY: env.WX_PUSH_AES_KEY,
    }
    expect(readEnv(production).DEMO).toBe(false)
    expect(() => readEnv({ ...production, DEMO: '1' })).toThrow(/never run in production/)
    expect(() => readEnv({ ...production, INDEX_KEY: undefined })).toThrow(/INDEX_KEY/)
  })
})
