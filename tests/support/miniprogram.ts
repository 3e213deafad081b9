import type { Browser, Locator, Page } from 'playwright-core'
import { phone, shot } from './browser.ts'

export interface PhoneOptions {
  /** Whose WeChat it is. */
  as: string
  /** A page of the app with its query, `pages/home/home?id=1`; else the first. */
  page?: string
}

export interface Phone {
  page: Page
  /** Taps what shows this text, or what a locator finds. */
  tap: (target: string | Locator) => Promise<void>
  /** What shows this text now. */
  see: (text: string | RegExp) => Promise<void>
  /** Draws a finger over the screen. */
  drag: (points: [x: number, y: number][]) => Promise<void>
  /** Keeps a picture under .data/shots/ for people to look at, when they asked for some (`SHOTS=1`). */
  screenshot: (name: string) => Promise<void>
  /** Everything that went wrong since the last call: uncaught errors, the console's errors, unknown wx.* */
  failures: () => string[]
  /** Closes the phone, and throws when anything went wrong on it. */
  close: () => Promise<void>
}

/** Opens the mini-program's preview on a phone of its own: other storage, other identity, real touch. */
export async function openPhone(
  browser: Browser,
  origin: string,
  { as, page: path }: PhoneOptions,
): Promise<Phone> {
  const context = await phone(browser)
  const page = await context.newPage()
  // A story waits for what it expects to see; how busy the machine is does not make it fail.
  page.setDefaultTimeout(20_000)
  let failed: string[] = []
  page.on('pageerror', (error) => failed.push(error.stack ?? error.message))
  page.on('console', (message) => {
    // A refusal of the server is the app's to handle; the browser mentions it all the same.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      failed.push(message.text())
  })
  await page.goto(`${origin}/preview/?as=${encodeURIComponent(as)}${path ? `#/${path}` : ''}`)
  await page.locator('wx-page').first().waitFor()

  const failures = () => {
    const now = failed
    failed = []
    return now
  }
  const visible = (text: string | RegExp) => page.getByText(text).filter({ visible: true }).first()
  return {
    page,
    tap: async (target) => {
      if (typeof target !== 'string') return target.tap()
      await visible(target).waitFor()
      // A button 同意 beside a sentence that ends in 同意吗: the button is meant.
      const exact = page.getByText(target, { exact: true }).filter({ visible: true })
      await ((await exact.count()) > 0 ? exact.first() : visible(target)).tap()
    },
    see: (text) => visible(text).waitFor(),
    drag: async (points) => {
      const devtools = await context.newCDPSession(page)
      const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', point?: [number, number]) =>
        devtools.send('Input.dispatchTouchEvent', {
          type,
          touchPoints: point ? [{ x: point[0], y: point[1] }] : [],
        })
      await send('touchStart', points[0])
      for (const point of points.slice(1)) await send('touchMove', point)
      await send('touchEnd')
      await devtools.detach()
    },
    screenshot: (name) => shot(page, name),
    failures,
    close: async () => {
      await context.close()
      const said = failures()
      if (said.length > 0) throw new Error(`The phone of ${as} reports:\n${said.join('\n')}`)
    },
  }
}
