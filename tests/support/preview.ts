import { rmSync } from 'node:fs'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, vi } from 'vitest'
import { bundlePreview } from '../../miniprogram/preview/compile/bundle.ts'
import { buildMiniprogram } from '../../miniprogram/tools/build.ts'
import { serveSample } from '../miniprogram/fixtures/server.ts'
import { keepShot, openBrowser } from './browser.ts'
import { openPhone, type Phone, type PhoneOptions } from './miniprogram.ts'

export const SAMPLE = 'tests/miniprogram/fixtures/app'

/** Builds a mini-program and its preview into `work`, and serves it with the sample's backend. */
export async function serveApp(sources: string, work: string) {
  await buildMiniprogram({ from: sources, to: `${work}/app`, origin: '' })
  await bundlePreview({ app: `${work}/app`, sources, to: `${work}/preview` })
  return serveSample(`${work}/preview`)
}

/** The sample app in a browser, for all tests of a file. */
export function useSample() {
  const work = `.data/preview-test-${process.pid}`
  vi.setConfig({ testTimeout: 60_000 })
  let browser: Browser | undefined
  let server: Awaited<ReturnType<typeof serveSample>> | undefined

  beforeAll(async () => {
    server = await serveApp(SAMPLE, work)
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    server?.close()
    rmSync(work, { recursive: true, force: true })
  })

  const started = <T>(it: T | undefined): T => {
    if (!it) throw new Error('The sample has not started')
    return it
  }
  return {
    work,
    browser: () => started(browser),
    server: () => started(server),
    /** Runs a story on one phone; anything red on it fails the test. */
    onPhone: async (story: (phone: Phone) => Promise<void>, options: Partial<PhoneOptions> = {}) => {
      const phone = await openPhone(started(browser), started(server).origin, { as: 'zhang', ...options })
      try {
        await story(phone)
      } catch (error) {
        await keepShot(phone.page, 'preview-failed')
        throw new Error([(error as Error).message, ...phone.failures()].join('\n'), { cause: error })
      }
      await phone.close()
    },
  }
}
