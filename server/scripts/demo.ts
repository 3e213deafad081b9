import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { releaseFolder } from '../infra/engines/mongo.ts'
import { onLeave, type Running, startBeside } from '../infra/engines/process.ts'
import { lacksSpace, SetupError } from '../infra/engines/setup.ts'
import { type Build, buildIfStale, BUILDS } from './demo-builds.ts'
import { busy, checkPlace, type DemoPlace, originOf, wipe } from './demo-place.ts'
import { seedOnce } from './demo-seed.ts'
import { setStage } from './demo-stage.ts'

/** `npm run demo`: the whole product with a demo city in one terminal. Ctrl-C takes all of it down again. */
const say = (line: string) => void process.stdout.write(`${line}\n`)
const begun = performance.now()
const running: Pick<Running, 'stop'>[] = []
let leaving = false

const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(1)} 秒`

async function stopAll() {
  leaving = true
  for (let last = running.pop(); last; last = running.pop()) await last.stop()
}

onLeave(async () => {
  say('\n正在停止……')
  await stopAll()
  say('已全部停止，数据保留着，下次启动还在。')
})

async function demo() {
  const { reset } = readArguments()
  const place = await checkPlace(process.env)
  say('家长学校平台 · 演示')
  if (reset) {
    refuseToResetOthers()
    await releaseFolder(join(place.folder, 'mongo'), say)
    await wipe(place)
    say('✓ 旧的演示数据已清除')
  }

  const settings = await timed('启动数据库与微信模拟器', () => setStage(place, { say, started }))
  await Promise.all([seedOnce(settings, !process.env.MONGO_URL, say), ...BUILDS.map(build)])
  await timed('启动服务器', () => startServer(place, settings))
  say(links(originOf(place)))
}

async function timed<T>(name: string, work: () => Promise<T>): Promise<T> {
  const since = performance.now()
  const result = await work()
  say(`✓ ${name}（${seconds(since)}）`)
  return result
}

async function build(it: Build) {
  const since = performance.now()
  if (await buildIfStale(it)) say(`✓ ${it.name}（${seconds(since)}）`)
}

function readArguments() {
  try {
    return parseArgs({ options: { reset: { type: 'boolean', default: false } } }).values
  } catch (cause) {
    throw new SetupError('看不懂这个参数。可用的只有 npm run demo -- --reset：清除演示数据，从头开始。', {
      cause,
    })
  }
}

function refuseToResetOthers() {
  if (!process.env.MONGO_URL) return
  throw new SetupError('--reset 只清除本机 .data 里的演示数据，MONGO_URL 指向的数据库请自行清空。')
}

function started(name: string, thing: Pick<Running, 'stop'> & Partial<Running>) {
  running.push(thing)
  void thing.ended?.then(() => {
    if (!leaving) void fail(new SetupError(`${name} 意外停止了，演示已结束。`))
  })
}

async function startServer({ folder, port, host }: DemoPlace, settings: Record<string, string>) {
  const since = performance.now()
  const log = createWriteStream(join(folder, 'demo.log'))
  const server = await startBeside(process.execPath, ['server/main.ts', '--role=all'], {
    env: settings,
    listen: (chunk) => void log.write(chunk),
    patience: 12_000,
  })
  running.push(server)
  let ended = false
  void server.ended.then(() => {
    ended = true
  })

  const address = `http://${host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host}:${port}/readyz`
  while (!(await isReady(address))) {
    if (ended) throw serverFailure(server.output(), port, folder)
    if (performance.now() - since > 60_000) {
      throw new SetupError(`服务器 60 秒内没有就绪，原因见 ${join(folder, 'demo.log')}。`)
    }
    await sleep(100)
  }
  void server.ended.then(() => {
    if (!leaving) void fail(serverFailure(server.output(), port, folder))
  })
}

const isReady = (address: string) =>
  fetch(address, { signal: AbortSignal.timeout(2000) }).then(
    ({ ok }) => ok,
    () => false,
  )

function serverFailure(output: string, port: number, folder: string) {
  if (output.includes('EADDRINUSE')) return new SetupError(busy(port))
  const tail = output.trim().split('\n').slice(-12).join('\n')
  return new SetupError(`服务器意外停止了，全部记录见 ${join(folder, 'demo.log')}：\n${tail}`)
}

async function fail(error: unknown) {
  await stopAll()
  if (error instanceof SetupError) say(error.message)
  else if (lacksSpace(error)) say('磁盘空间不足，请清理后重试。')
  else say(`演示没有启动成功：${error instanceof Error ? error.stack : String(error)}`)
  process.exit(1)
}

const links = (origin: string) => `
演示已就绪（共 ${seconds(begun)}），在浏览器里打开：

  ${origin}/            开始页
  ${origin}/admin/      控制台：市、区县、学校管理员和班主任
  ${origin}/preview/    家长手机：选一位家长或老师
  ${origin}/api/docs    接口说明

按 Ctrl-C 停止；npm run demo -- --reset 清除数据，从头开始。`

try {
  await demo()
} catch (error) {
  if (!leaving) await fail(error)
}
