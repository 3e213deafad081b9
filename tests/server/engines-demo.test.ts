import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { alive, freePort } from '../../server/infra/engines/process.ts'
import { demoSecrets, requireSpace } from '../../server/scripts/demo-place.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'demo-test-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

it('says which port is busy and starts nothing', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as { port: number }

  const demo = await runDemo([], { PORT: String(port), DEMO_DIR: join(folder, 'busy') })
  other.close()

  expect(demo).toEqual({
    code: 1,
    output: `端口 ${port} 已被占用：请先停掉占用它的程序，或换一个端口，例如 PORT=${port + 1} npm run demo。\n`,
  })
  expect(await readdir(folder)).not.toContain('busy')
})

it.each<[string, string[], NodeJS.ProcessEnv, string]>([
  ['a port that is none', [], { PORT: '70000' }, 'PORT=70000 不是有效的端口号'],
  ['an argument it does not know', ['--rest'], {}, '看不懂这个参数'],
  ['a folder it cannot make', [], { DEMO_DIR: 'package.json/data' }, '不能在这里建立数据目录'],
  ['a reset of somebody else’s database', ['--reset'], { MONGO_URL: 'mongodb://127.0.0.1:1/' }, '请自行清空'],
  ['a MongoDB that is not there', [], { MONGO_URL: 'mongodb://127.0.0.1:1/' }, '连不上 MONGO_URL'],
  ['a Redis that is not there', [], { REDIS_URL: 'redis://127.0.0.1:1' }, '连不上 REDIS_URL'],
])('answers %s with one sentence', async (_, args, env, sentence) => {
  const { code, output } = await runDemo(args, { PORT: '39173', DEMO_DIR: join(folder, 'wrong'), ...env })
  expect(code).toBe(1)
  expect(output).toContain(sentence)
  expect(output).not.toMatch(/^\s+at /m)
})

it('refuses to begin on a disk that is nearly full', async () => {
  await expect(requireSpace(folder, 1e9)).rejects.toThrow('磁盘空间不足')
})

it('draws its secrets once, for the owner’s eyes only', async () => {
  const place = { folder, host: '127.0.0.1', port: 3000 }
  const first = await demoSecrets(place)
  expect(await demoSecrets(place)).toEqual(first)
  expect(await demoSecrets({ ...place, folder: await mkdtemp(join(folder, 'other-')) })).not.toEqual(first)
  expect((await stat(join(folder, 'demo.env'))).mode & 0o777).toBe(0o600)
  expect(await readFile(join(folder, 'demo.env'), 'utf8')).toContain('FIELD_KEYS=')
})

it('comes up whole, keeps its data, and leaves nothing behind on Ctrl-C', { timeout: 300_000 }, async () => {
  const place = { PORT: String(await freePort()), DEMO_DIR: join(folder, 'whole') }
  for (const isFirst of [true, false]) {
    const demo = startDemo([], place)
    await vi.waitFor(() => expect(demo.output() || demo.child.exitCode).toContain('演示已就绪'), {
      timeout: 140_000,
      interval: 200,
    })
    const origin = `http://localhost:${place.PORT}`
    const answers = await Promise.all(
      ['/', '/admin/', '/preview/', '/api/docs', '/readyz'].map((path) => fetch(origin + path)),
    )
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    expect(demo.output().includes('演示城市')).toBe(isFirst)
    const mongod = Number(await readFile(join(place.DEMO_DIR, 'mongo', 'mongod.lock'), 'utf8'))

    demo.child.kill('SIGINT')

    expect(await demo.code).toBe(0)
    expect(alive(mongod)).toBe(false)
    await expect(fetch(origin)).rejects.toThrow()
  }
})

async function runDemo(args: string[], env: NodeJS.ProcessEnv) {
  const demo = startDemo(args, env)
  return { code: await demo.code, output: demo.output() }
}

function startDemo(args: string[], env: NodeJS.ProcessEnv) {
  const { MONGO_URL: _mongo, REDIS_URL: _redis, NODE_ENV: _mode, ...outer } = process.env
  const child = spawn(process.execPath, ['server/scripts/demo.ts', ...args], {
    env: { ...outer, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const code = once(child, 'close').then(([it]) => it as number | null)
  return { child, code, output: () => output }
}
