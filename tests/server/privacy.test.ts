import { Writable } from 'node:stream'
import { expect, it } from 'vitest'
import { bindPhone, signInWithPassword, signInWithWechat } from '#contract/accounts'
import { GuardianshipModel } from '../../server/modules/org/families/model.ts'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { openLog } from '../../server/infra/log.ts'
import { buildBranch, buildListedGuardian, buildStudent } from '../support/build.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
const PHONE = '13812345678'
const SECRETS = /1[3-9]\d{9}|\d{17}[\dXx]|[0-9a-f]{24}\.[\w-]{43}|\bat \/|node_modules|密码是/

it('keeps phones out of the database in the clear', async () => {
  const { klass } = await buildBranch()
  await buildListedGuardian(world, await buildStudent(klass), PHONE)
  const stored = JSON.stringify([await GuardianshipModel.find().lean(), await PersonModel.find().lean()])
  expect(stored).not.toContain(PHONE)
})

it('says nothing private in a refusal, whatever goes wrong (S13)', async () => {
  const call = world.withToken(null)
  const { control } = world.simulator()
  control.identity({ as: '甲', phone: PHONE })
  const { token } = await call(signInWithWechat, { code: control.loginCode({ as: '甲' }) })
  const attempts = [
    () => call(signInWithPassword, { loginName: PHONE, password: 'secret-secret' }),
    () => call(signInWithWechat, { code: `${PHONE}-wrong` }),
    () => world.withToken(token)(bindPhone, { code: 'wrong' }),
  ]
  for (const attempt of attempts) {
    const error = await attempt().then(
      () => null,
      (it: { json: unknown }) => it,
    )
    expect(JSON.stringify(error?.json)).not.toMatch(SECRETS)
  }
  const unknown = await world.send(null, 'GET', `/api/units/${PHONE}`)
  expect(await unknown.text()).not.toMatch(SECRETS)
})

it('writes no phone, token, code or password into a log (S13)', () => {
  let lines = ''
  const sink = new Writable({
    write(chunk: Buffer, _, done) {
      lines += chunk.toString()
      done()
    },
  })
  const log = openLog('info', sink)
  const token = `${'a'.repeat(24)}.${'b'.repeat(43)}`
  log.info(
    { phone: PHONE, person: { phone: PHONE, token }, req: { headers: { authorization: `Bearer ${token}` } } },
    'x',
  )
  log.error({ err: new Error(`E11000 duplicate key: { phone: "${PHONE}" }`) }, 'unexpected')
  log.warn({ password: 'p', totp: '123456', code: 'c0de' }, 'sign-in')
  expect(lines.split('\n').filter(Boolean)).toHaveLength(3)
  expect(lines).not.toMatch(/13812345678|b{43}|123456|c0de|"p"/)
})
