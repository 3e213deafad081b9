import { platform } from 'node:os'
import { chromium } from 'playwright-core'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { aptInstall } from './apt.ts'
import { executable, firstOf, onPath, reachable, run, runs, type Say, SetupError } from './setup.ts'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']
const MAC = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]
const DOWNLOAD_HOST = 'https://cdn.playwright.dev/'

const MISSING =
  '没有可用的 Chromium：请安装它（Debian：apt install chromium），或用环境变量 CHROMIUM_PATH 指向可执行文件，然后重试。'

/** A Chromium for the tests in a browser: named by CHROMIUM_PATH, on PATH, fetched before, or fetched now. */
export async function findChromium(say: Say): Promise<string> {
  const named = process.env.CHROMIUM_PATH
  if (named) {
    if (await executable(named)) return named
    throw new SetupError(`CHROMIUM_PATH 指向的 ${named} 不能执行。`)
  }
  const works = (file: string | null) => (file && runs(file, '--version') ? file : null)
  const found = await firstOf(
    [
      async () => works(await onPath(...NAMES)),
      async () => (platform() === 'darwin' ? firstExecutable(MAC) : null),
      // Playwright keeps its browsers in a folder of the person, shared by all projects.
      async () => works(chromium.executablePath()),
      async () => works(await download(say)),
      async () => ((await aptInstall(say, 'chromium')) ? works(await onPath(...NAMES)) : null),
    ],
    say,
  )
  if (!found) throw new SetupError(MISSING)
  return found
}

async function firstExecutable(files: string[]) {
  for (const file of files) if (await executable(file)) return file
  return null
}

async function download(say: Say) {
  if (!(await reachable(DOWNLOAD_HOST))) return null
  say('  下载 Chromium（约 170 MB）……')
  const folder = dirname(createRequire(import.meta.url).resolve('playwright-core/package.json'))
  await run(process.execPath, [join(folder, 'cli.js'), 'install', 'chromium'], { seconds: 600 })
  return chromium.executablePath()
}
