import type { Agenda } from 'agenda'
import mongoose from 'mongoose'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { openAgenda } from '../../server/infra/agenda.ts'
import { startJobs } from '../../server/jobs.ts'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { ensureStaff } from '../../server/modules/accounts/service.ts'
import { hashPassword } from '../../server/modules/accounts/sign-in/service.ts'
import { ensureUnit } from '../../server/modules/org/tree/service.ts'
import { publishContent } from '../../server/scripts/publish.ts'
import { closeContexts, desk, openBrowser, shot } from '../support/browser.ts'
import { openPhone, type Phone } from '../support/miniprogram.ts'
import { useWorld } from '../support/world.ts'

export const PASSWORD = '一个很长的密码 2026'

/** Those that a story waits for, a dozen times: a list is read, a letter goes out, a message is sent, a film is looked at. */
const WAITED_FOR = ['roster.work', 'letters.tick', 'notify.dispatch', 'files.work']

/** What is waited for comes by every two seconds instead of every three to fifteen; all else keeps its pace. */
function quickened(agenda: Agenda): Agenda {
  const every = agenda.every.bind(agenda)
  agenda.every = ((interval: string | number, name: string, ...rest: []) =>
    every(WAITED_FOR.includes(name) ? '2 seconds' : interval, name, ...rest)) as Agenda['every']
  return agenda
}

/** A whole installation in one process, and a browser in front of it: what `npm run demo` starts, with an empty city. */
export function useStage(env: Record<string, string> = {}) {
  const world = useWorld({ DEMO: '1', ...env })
  let browser: Browser
  let agenda: Agenda
  const jobs: Awaited<ReturnType<typeof startJobs>>[] = []

  beforeAll(async () => {
    browser = await openBrowser()
    agenda = quickened(await openAgenda(mongoose.connection, world.deps().log, { processEvery: '2 seconds' }))
  })
  afterAll(async () => {
    // The next file goes on in this process: nothing that was begun here may live on.
    await Promise.all([...jobs.map((it) => it.stop()), agenda?.drain()])
    await closeContexts(browser)
  })

  return {
    world,
    /** Content, a city with one district, and the district's administrator. */
    async open() {
      await publishContent(world.deps(), () => undefined)
      jobs.push(await startJobs(agenda, world.deps()))
      const city = await ensureUnit({ kind: 'city', name: '云溪市', code: '360100', parent: null })
      const parent = city
      const district = await ensureUnit({ kind: 'district', name: '东湖区', code: '360101', parent })
      const passwordHash = await hashPassword(PASSWORD)
      const posts = [{ post: 'district_admin' as const, unitId: district._id, path: district.path }]
      await ensureStaff({ name: '陈立', loginName: 'donghu', passwordHash, posts }, world.now(), world.deps())
      return { city, district }
    },
    /** Somebody with this phone number can be played on the preview; nothing else is known of them. */
    async owner(as: string, phone: string) {
      const { fields } = world.deps()
      await PersonModel.create({ demoAs: as, phone: fields.seal(phone), phoneIndex: fields.index(phone) })
    },
    phone: (as: string, page?: string) => openPhone(browser, world.origin(), { as, ...(page && { page }) }),
    /** Opens a page of the mini-program as a shared card or a message would. */
    async openPage({ page }: Phone, as: string, path: string) {
      await page.goto('about:blank')
      await page.goto(`${world.origin()}/preview/?as=${encodeURIComponent(as)}#/${path}`)
    },
    async console(loginName: string) {
      const page = await (await desk(browser)).newPage()
      page.setDefaultTimeout(20_000)
      const errors: string[] = []
      page.on('pageerror', (error) => errors.push(error.message))
      await page.goto(`${world.origin()}/admin/`)
      await page.getByLabel('账号').fill(loginName)
      await page.getByLabel('密码', { exact: true }).fill(PASSWORD)
      await page.getByRole('button', { name: '登录', exact: true }).click()
      await page.getByRole('link', { name: '花名册', exact: true }).waitFor()
      return { page, errors }
    },
    /** A browser window of a stranger's. */
    stranger: async (): Promise<Page> => (await desk(browser)).newPage(),
    shot: (page: Page, name: string) => shot(page, `main-job/${name}`),
  }
}

export type Stage = ReturnType<typeof useStage>
