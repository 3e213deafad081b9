import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, it } from 'vitest'
import { signInWithPassword } from '#contract/accounts'
import { setPasswordByLink } from '#contract/sign-in'
import { processEnv } from '../support/process.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()

async function makeAdmin(args: string[]) {
  const { env } = world.deps()
  const child = spawn(process.execPath, ['server/scripts/make-admin.ts', ...args], {
    env: processEnv({ MONGO_URL: env.MONGO_URL, REDIS_URL: env.REDIS_URL }),
  })
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number]
  return { code, said }
}

it('makes a city and its first administrator, who can sign in; a taken name is refused', async () => {
  const args = ['--city', '云溪市', '--name', '周敏', '--login', 'zhoumin']
  const made = await makeAdmin(args)
  expect(made).toMatchObject({ code: 0 })
  const [, password = ''] = /：([\w-]{16})\s*$/.exec(made.said) ?? []
  const { me } = await world.withToken(null)(signInWithPassword, { loginName: 'zhoumin', password })
  expect(me.posts).toMatchObject([{ post: 'city_admin', unitName: '云溪市' }])
  expect(me.mustChangePassword).toBe(true)

  const district = ['--city', '云溪市', '--district', '东湖区', '--name', '陈立', '--login', 'donghu']
  expect(await makeAdmin(district)).toMatchObject({
    code: 0,
    said: expect.stringContaining('东湖区管理员') as string,
  })
  expect(await makeAdmin(args)).toMatchObject({
    code: 1,
    said: expect.stringContaining('已经有人用了') as string,
  })

  const forgotten = await makeAdmin(['--reset', 'zhoumin'])
  const [, link = ''] = /new-password#(\S+)/.exec(forgotten.said) ?? []
  await expect(
    world.withToken(null)(signInWithPassword, { loginName: 'zhoumin', password }),
  ).rejects.toMatchObject({ status: 401 })
  const newPassword = '市管理员的新密码 2026'
  await world.withToken(null)(setPasswordByLink, { link, newPassword })
  const back = await world.withToken(null)(signInWithPassword, {
    loginName: 'zhoumin',
    password: newPassword,
  })
  expect(back.me.name).toBe('周敏')
  expect(await makeAdmin([])).toMatchObject({ code: 1, said: expect.stringContaining('用法') as string })
}, 120_000)
