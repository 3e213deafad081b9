// Plain JavaScript without dependencies: the only file here that may meet an old Node (18 or later) and an empty node_modules.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statfsSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const bin = join(root, 'node_modules', '.bin')
const localNode = join(bin, 'node')

const SCRIPTS = {
  demo: ['server/scripts/demo.ts'],
  dev: ['server/scripts/dev.ts'],
  test: ['server/scripts/test.ts'],
  'test:full': ['server/scripts/test.ts', '--full'],
  watch: ['node_modules/vitest/vitest.mjs', 'watch', '--config', 'tests/vitest.config.ts'],
  check: ['server/scripts/check.ts'],
  engines: ['server/scripts/engines.ts'],
  seed: ['server/scripts/seed.ts'],
  'make-admin': ['server/scripts/make-admin.ts'],
  'verify-audit': ['server/scripts/verify-audit.ts'],
  'verify-copies': ['server/scripts/verify-copies.ts'],
  'verify-badge': ['server/scripts/verify-badge.ts'],
  'self-check': ['server/scripts/self-check.ts'],
  docs: ['server/scripts/docs.ts'],
  bench: ['tests/bench/main.ts'],
}

const UNREACHABLE =
  /ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|E(NET|HOST)UNREACH|ERR_SOCKET_TIMEOUT|CONNECT_TIMEOUT/
const OFFLINE =
  '连不上 npm 的软件源，依赖包没有装上：请检查网络或 npm 的 registry 设置后重试（离线但有缓存时，可先运行 npm ci --offline）。'

const say = (line) => process.stderr.write(`${line}\n`)

const stop = (sentence) => {
  say(sentence)
  process.exit(1)
}

/** PATH without our own binaries: npm replaces them while it installs. */
const outerPath = () =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder && !folder.endsWith(join('node_modules', '.bin')))
    .join(delimiter)

const npm = (...args) =>
  spawnSync('npm', args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, PATH: outerPath() },
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
  })

checkNode()
process.chdir(root)
if (!installed()) await install()
checkLocalNode()
runScript(process.argv[2], process.argv.slice(3))

function checkNode() {
  const [major = 0] = process.versions.node.split('.').map(Number)
  if (major < 18) stop(`需要 Node.js 18 或更高版本，现在是 ${process.versions.node}：请升级 Node.js 后重试。`)
}

/** Whether node_modules holds what package-lock.json asks for; npm writes its own list last, so half an install shows. */
function installed() {
  const list = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(list)) return false
  try {
    const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
    const present = JSON.parse(readFileSync(list, 'utf8')).packages
    return Object.entries(wanted).every(
      ([path, { version, optional }]) => path === '' || optional || present[path]?.version === version,
    )
  } catch {
    return false
  }
}

async function install() {
  if (npm('--version').status !== 0) stop('没有找到 npm：请安装 npm（通常随 Node.js 一起提供）后重试。')
  requireSpace(2)
  say('正在安装依赖包（首次约需一两分钟）……')
  const started = Date.now()
  const passed = () => Math.round((Date.now() - started) / 1000)
  const clock = setInterval(() => say(`  还在安装，已过 ${passed()} 秒……`), 20_000)
  // On a dead network npm asks for every package in turn and takes minutes to give up.
  if (!(await registryAnswers())) stop(OFFLINE)
  const child = spawn('npm', ['ci', '--include=dev', '--prefer-offline', '--loglevel=error'], {
    cwd: root,
    env: { ...process.env, PATH: outerPath() },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let output = ''
  child.stderr.on('data', (chunk) => (output += chunk))
  const status = await new Promise((resolve) => child.on('error', resolve).on('close', resolve))
  clearInterval(clock)
  if (status !== 0) stop(explain(output))
  say(`依赖包已装好（${passed()} 秒）。`)
}

async function registryAnswers() {
  const setting = (name) => npm('config', 'get', name).stdout.trim()
  // Through a proxy only npm itself can find out.
  const proxies = [process.env.HTTPS_PROXY, process.env.https_proxy, setting('proxy'), setting('https-proxy')]
  if (proxies.some((proxy) => proxy && proxy !== 'null')) return true
  return fetch(setting('registry'), { method: 'HEAD', signal: AbortSignal.timeout(10_000) }).then(
    () => true,
    // Any answer counts, also one whose certificate only npm has been told to trust.
    ({ name, cause }) => name !== 'TimeoutError' && !UNREACHABLE.test(cause?.code),
  )
}

function requireSpace(gigabytes) {
  const { bavail, bsize } = statfsSync(root)
  const free = (bavail * bsize) / 1024 ** 3
  if (free < gigabytes) {
    stop(`磁盘空间不足：只剩 ${free.toFixed(1)} GB，至少需要 ${gigabytes} GB，请清理后重试。`)
  }
}

function explain(output) {
  if (/ENOSPC|no space left/i.test(output)) return '安装依赖包时磁盘已满，请清理后重试。'
  if (/EACCES|EPERM/.test(output)) return `没有权限写入 ${root}：请检查目录的属主后重试。`
  if (UNREACHABLE.test(output)) return OFFLINE
  return `依赖包没有装上：\n${output.trim().split('\n').slice(-12).join('\n')}`
}

/** The package `node` fetches its binary in an install script, which npm may have been told to skip. */
function checkLocalNode() {
  const works = () => {
    const { status, stdout } = spawnSync(localNode, ['--version'], { encoding: 'utf8' })
    return status === 0 && Number(/^v(\d+)/.exec(stdout)?.[1]) >= 24
  }
  if (works()) return
  say('正在准备 Node.js 24……')
  const { stderr } = npm('rebuild', 'node', '--ignore-scripts=false', '--loglevel=error')
  if (works()) return
  stop(
    `项目自带的 Node.js 24 没有装上：请运行 npm rebuild node --ignore-scripts=false 查看原因。\n${(stderr ?? '').trim()}`.trim(),
  )
}

function runScript(name, args) {
  const script = SCRIPTS[name]
  if (!script) stop(`没有名为 ${name} 的命令，可用：${Object.keys(SCRIPTS).join('、')}。`)

  // The fourth channel closes when we die, so the script notices even a kill -9 (`onLeave`).
  const child = spawn(localNode, [...script, ...args], {
    cwd: root,
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` },
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => stop(`无法启动 Node.js 24：${error.message}`))
  child.on('close', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)))
}
