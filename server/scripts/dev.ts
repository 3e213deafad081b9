import { watch } from 'node:fs'
import { createInterface } from 'node:readline'
import { PassThrough } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { onLeave, type Running, startBeside } from '../infra/engines/process.ts'
import { SetupError } from '../infra/engines/setup.ts'
import { checkPlace, originOf } from './demo-place.ts'
import { seedOnce } from './demo-seed.ts'
import { setStage } from './demo-stage.ts'

/** `npm run dev`: the demo city with every part rebuilt or restarted as its sources change, in one terminal. */
const CONSOLE_PORT = 5173
const say = (line: string) => void process.stdout.write(`${line}\n`)
const running: Pick<Running, 'stop'>[] = []
const started = (_name: string, thing: Pick<Running, 'stop'>) => void running.push(thing)

onLeave(async () => {
  say('\n正在停止……')
  for (let last = running.pop(); last; last = running.pop()) await last.stop()
})

try {
  await dev()
} catch (error) {
  say(error instanceof SetupError ? error.message : String(error instanceof Error ? error.stack : error))
  for (let last = running.pop(); last; last = running.pop()) await last.stop()
  process.exit(1)
}

async function dev() {
  const place = await checkPlace(process.env)
  const settings = await setStage(place, { say, started })
  await seedOnce(settings, !process.env.MONGO_URL, say)

  await part('服务器', process.execPath, ['--watch-preserve-output', '--watch', 'server/main.ts'], settings)
  await part('控制台', 'vite', ['--config', 'admin-web/vite.config.ts', '--port', String(CONSOLE_PORT)], {
    API_ORIGIN: `http://127.0.0.1:${place.port}`,
  })
  const rebuild = onceAtATime(buildPreview)
  await rebuild()
  for (const folder of ['miniprogram', 'server/contract']) {
    watch(folder, { recursive: true }, () => void rebuild())
  }
  say(`\n开始页 ${originOf(place)}/ · 控制台 http://localhost:${CONSOLE_PORT}/admin/ · 按 Ctrl-C 停止。`)
}

/** Starts one part and shows each line it prints with its name before it. */
async function part(name: string, file: string, args: string[], env: NodeJS.ProcessEnv = {}) {
  const output = new PassThrough()
  createInterface({ input: output }).on('line', (line) => say(`[${name}] ${line}`))
  const child = await startBeside(file, args, { env, listen: (chunk) => void output.write(chunk) })
  running.push(child)
  return child
}

async function buildPreview() {
  for (const script of ['build:miniprogram', 'build:preview']) {
    const child = await part('小程序', 'npm', ['run', '--silent', script])
    const code = await child.ended
    running.splice(running.indexOf(child), 1)
    if (code !== 0) return
  }
}

/** Saving ten files starts one build, and a change during a build starts the next one after it. */
function onceAtATime(work: () => Promise<void>) {
  let busy = false
  let again = false
  return async function go() {
    again = true
    if (busy) return
    busy = true
    while (again) {
      // An editor that saves a file touches it more than once.
      await sleep(150)
      again = false
      await work()
    }
    busy = false
  }
}
