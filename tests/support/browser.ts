import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { findChromium } from '../../server/infra/engines/chromium.ts'
import { ensureChineseFont } from '../../server/infra/engines/fonts.ts'

// A browser under test talks to us and nobody else; sandboxes and GPUs are what containers lack.
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
]

const CHINA = { locale: 'zh-CN', timezoneId: 'Asia/Shanghai' }

/** The Chromium of this process. */
let kept: Promise<Browser> | null = null

/**
 * Chromium without a window: one for all files that a process runs, as starting it takes a second. Each file has contexts of its own in it
 * and leaves none behind (`closeContexts` in `afterAll`).
 */
export async function openBrowser(): Promise<Browser> {
  if (kept && !(await kept).isConnected()) kept = null
  return (kept ??= launch())
}

export const closeContexts = (browser: Browser | undefined) =>
  Promise.all(browser?.contexts().map((it) => it.close()) ?? [])

async function launch() {
  const say = (line: string) => void process.stderr.write(`${line}\n`)
  const executablePath = await findChromium(say)
  await ensureChineseFont(say)
  const browser = await chromium.launch({ executablePath, headless: true, args: FLAGS, handleSIGTERM: false })
  process.once('SIGTERM', () => void browser.close().finally(() => process.exit()))
  return browser
}

/** A parent's phone: the size most of them hold, touch, Chinese, Shanghai's clock. */
export const phone = (browser: Browser): Promise<BrowserContext> =>
  browser.newContext({
    ...CHINA,
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    isMobile: true,
    hasTouch: true,
  })

/** The smallest desk screen that the console promises to work on. */
export const desk = (browser: Browser): Promise<BrowserContext> =>
  browser.newContext({ ...CHINA, viewport: { width: 1280, height: 800 } })

/** Pastes into the text on a page as a browser gives on what was copied elsewhere: html, or a picture by itself. */
export const pasteInto = (page: Page, html: string | null) =>
  // A string, as it runs in the browser and not here.
  page.evaluate(`(() => {
    const clipboardData = new DataTransfer()
    const html = ${JSON.stringify(html)}
    if (html === null) clipboardData.items.add(new File(['x'], '截图.png', { type: 'image/png' }))
    else clipboardData.setData('text/html', html)
    const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true })
    document.querySelector('[aria-label=正文]').dispatchEvent(event)
  })()`)

/** Keeps a picture for people to look at, `.data/shots/<name>.png`, when they have asked with `SHOTS=1`: drawing one takes up to a second. */
export async function shot(page: Page, name: string): Promise<void> {
  if (process.env.SHOTS === '1') await keepShot(page, name)
}

/** Keeps a picture whoever asked: of what went wrong. */
export async function keepShot(page: Page, name: string): Promise<string> {
  const path = join('.data', 'shots', `${name}.png`)
  await mkdir(dirname(path), { recursive: true })
  await page.screenshot({ path, animations: 'disabled' })
  return path
}
