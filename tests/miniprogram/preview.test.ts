import { cpSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { desk, shot } from '../support/browser.ts'
import { openPhone } from '../support/miniprogram.ts'
import { SAMPLE, serveApp, useSample } from '../support/preview.ts'

const sample = useSample()
const { onPhone } = sample

describe('a list page', () => {
  it('shows what wx.request brought, and needs less than a megabyte for that', () =>
    onPhone(async ({ see, page, screenshot }) => {
      await see('亲子阅读')
      // The time of the first screen is the benchmark's matter; what it must load does not depend on the machine.
      const bytes = await page.evaluate<number>(
        "performance.getEntriesByType('resource').reduce((sum, it) => sum + it.decodedBodySize, 0)",
      )
      expect(bytes).toBeLessThan(1_000_000)
      await screenshot('preview-home')
    }))

  it('runs WXS: types are names, getRegExp is there, modules are required', () =>
    onPhone(async ({ see }) => {
      await see('陈老师 · Object · 就绪1')
      await see('第12周')
      await see('余 3 位')
    }))

  it('keeps styles apart: a component from its page, a page from the other pages', () =>
    onPhone(async ({ page, see, tap }) => {
      await see('亲子阅读')
      const style = (selector: string, property: string) =>
        page
          .locator(selector)
          .filter({ visible: true })
          .first()
          .evaluate((it, name) => getComputedStyle(it).getPropertyValue(name), property)
      expect(await style('wx-view.heading', 'font-size')).toBe('16.64px')
      expect(await style('wx-view[class*="--title"]', 'font-size')).toBe('17.68px')
      await tap(page.locator('.mp-tabs button').nth(1))
      await see('第几张')
      expect(await style('wx-view.title', 'color')).toBe('rgb(31, 122, 84)')
      await tap(page.locator('.mp-tabs button').first())
      expect(await style('wx-view.heading', 'color')).not.toBe('rgb(31, 122, 84)')
    }))

  it('filters by a typed word and by a tag in a horizontal scroll-view', () =>
    onPhone(async ({ page, see, tap }) => {
      await tap(page.locator('wx-input input').first())
      await page.keyboard.type('亲子')
      await see('可预约（2）')
      await page.locator('wx-input input').first().fill('')
      await see('可预约（6）')
      await tap(page.locator('.kinds').getByText('数学'))
      await see('可预约（1）')
      const scrolls = await page
        .locator('.kinds')
        .filter({ visible: true })
        .first()
        .evaluate(async (it: HTMLElement) => {
          let count = 0
          it.addEventListener('scroll', () => count++)
          it.style.width = '100px'
          it.scrollLeft = 40
          await new Promise((resolve) => setTimeout(resolve, 300))
          return count
        })
      // The browser's own, and the one a page listens to.
      expect(scrolls).toBe(2)
    }))

  it('refreshes when a finger pulls it down', () =>
    onPhone(async ({ page, drag, see }) => {
      await see('亲子阅读')
      await drag([
        [200, 300],
        [200, 340],
        [200, 400],
        [200, 480],
      ])
      await see('已刷新')
      await page.locator('.mp-toast').waitFor({ state: 'detached' })
    }))
})

describe('a form page', () => {
  const options = { page: 'pages/detail/detail?id=4' }

  it('opens with its query, sets its title, and goes back to a list that kept its state', () =>
    onPhone(async ({ page, see, tap }) => {
      await tap(page.locator('.kinds').getByText('心理'))
      await tap('心理健康')
      await page.locator('.mp-bar').getByText('心理健康').waitFor()
      await tap(page.getByLabel('返回'))
      await see('可预约（1）')
      await tap('心理健康')
      await see('课程信息')
      await page.goBack()
      await see('可预约（1）')
    }))

  it('warns by a toast that a component shows', () =>
    onPhone(async ({ see, tap }) => {
      await tap('提交预约')
      await see('请填写家长姓名')
    }, options))

  it('sends every kind of field and tells the page that opened it', () =>
    onPhone(async ({ page, see, tap, screenshot }) => {
      await tap('心理健康')
      await see('课程信息')
      await tap(page.locator('wx-input input').filter({ visible: true }).first())
      await page.keyboard.type('王女士')
      await tap(page.locator('wx-input[name=phone] input'))
      await page.keyboard.type('13800000000')
      await tap(page.locator('wx-switch'))
      await tap('周一')
      await tap('爸爸')
      await tap(page.locator('textarea'))
      await page.keyboard.type('第一次来')
      await see('4/100')
      await screenshot('preview-form')
      await tap('提交预约')
      await see('预约成功')
      const said = await page.locator('#result, wx-view.muted.field').last().innerText()
      expect(JSON.parse(said.slice(said.indexOf('{')))).toEqual({
        parent: '王女士',
        phone: '13800000000',
        remind: false,
        days: ['mon', 'tue'],
        who: 'father',
        day: '2026-02-28',
        note: '第一次来',
      })
      await tap('知道了')
      await page.getByText('知道了').waitFor({ state: 'hidden' })
      await tap(page.getByLabel('返回'))
      await see('刚约了 心理健康')
    }))

  it('picks from a list, a date with its bounds, and a TDesign picker', () =>
    onPhone(async ({ page, see, tap, screenshot }) => {
      const sheet = page.locator('.mp-picker')
      await tap('科目：语文')
      // Confirmed while the wheel is still turning: what was tapped is chosen.
      await tap(sheet.getByText('英语'))
      await tap(sheet.getByText('确定'))
      await see('科目：英语')

      await tap('日期：2026-02-28')
      await expect.poll(() => sheet.locator('.mp-wheel').nth(2).locator('div').count()).toBe(28)
      await tap(sheet.getByText('3月', { exact: true }))
      await expect.poll(() => sheet.locator('.mp-wheel').nth(2).locator('div').count()).toBe(31)
      await screenshot('preview-picker')
      await tap(sheet.getByText('确定'))
      await see('日期：2026-03-28')

      await tap('上课学员')
      await page.waitForTimeout(500)
      // What is fixed in a page stays in the page: the bar above is not covered.
      const cover = await page.locator('.t-overlay').filter({ visible: true }).first().boundingBox()
      expect(cover).toMatchObject({ x: 0, y: 44, width: 390, height: 800 })
      await tap('小红（6 岁）')
      await page.waitForTimeout(500)
      await tap(page.getByText('确定').filter({ visible: true }))
      await see('小红（6 岁）')
    }, options))

  it('uploads a chosen picture once the person has agreed', () =>
    onPhone(async ({ page, see, tap }) => {
      const dialog = page.waitForEvent('filechooser')
      await tap('上传请假条图片')
      await tap(page.locator('.mp-modal').getByText('同意', { exact: true }))
      await (await dialog).setFiles(`${SAMPLE}/images/tab.png`)
      await see(/已上传 \d+ 字节/)
    }, options))
})

describe('a tab page', () => {
  const options = { page: 'pages/mine/mine' }

  it('switches by the tab bar, with its badge', () =>
    onPhone(async ({ page, see, tap, screenshot }) => {
      await tap(page.locator('.mp-tabs').getByText('我的'))
      await see(/zhang-login-\d+/)
      expect(await page.locator('.mp-tabs em').innerText()).toBe('3')
      await screenshot('preview-mine')
    }))

  it('swipes, reaches the bottom once, and scrolls back up', () =>
    onPhone(async ({ page, see, drag, tap }) => {
      await see('第几张')
      await drag([
        [300, 220],
        [200, 222],
        [120, 222],
      ])
      const line = page.locator('.t-cell').filter({ hasText: '第几张' })
      await expect.poll(() => line.innerText()).toContain('2')
      await page.locator('.mp-scroll').evaluate((it) => it.scrollTo(0, it.scrollHeight))
      await expect.poll(() => page.locator('.t-cell').filter({ hasText: '触底' }).innerText()).toContain('1')
      await page.locator('.t-cell').filter({ hasText: '返回顶部' }).dispatchEvent('click')
      await tap(page.locator('.t-cell').filter({ hasText: '返回顶部' }))
      await expect.poll(() => page.locator('.mp-scroll').evaluate((it) => it.scrollTop)).toBe(0)
    }, options))

  it('asks before it signs out', () =>
    onPhone(async ({ page, see, tap }) => {
      await tap('记住')
      await see('记住了')
      await tap('退出登录')
      await see('确定退出登录？')
      await tap(page.locator('.mp-modal').getByText('确定', { exact: true }))
      await see('没有')
    }, options))

  it('keeps what one phone stored from the other phone in the same browser', () =>
    onPhone(async ({ page, see, tap }) => {
      await tap('记住')
      await page.goto(`${sample.server().origin}/preview/?as=li#/pages/mine/mine`)
      await page.reload()
      await see('没有')
      await page.goto(`${sample.server().origin}/preview/?as=zhang#/pages/mine/mine`)
      await page.reload()
      await see('记住了')
    }, options))

  it('gets a phone number and a subscription from the WeChat simulator', () =>
    onPhone(async ({ see, tap, screenshot }) => {
      await tap('一键绑定手机号')
      await see('zhang-phone')
      await tap('订阅提醒')
      await screenshot('preview-subscribe')
      await tap('允许')
      await see('订阅 accept')
      expect(sample.server().subscribed).toContainEqual({ as: 'zhang', templateIds: ['letter'] })
    }, options))

  it('shares from the capsule', () =>
    onPhone(async ({ page, see, tap, screenshot }) => {
      await see('亲子阅读')
      await tap(page.getByLabel('更多'))
      await tap('发送给朋友')
      await see('一起来上课')
      await screenshot('preview-share')
      await tap(page.locator('.mp-consent').getByText('发送', { exact: true }))
      await see('已发送')
    }))
})

describe('a page of a sub-package', () => {
  it('draws a signature where the finger is, on a page that lies on its side', () =>
    onPhone(
      async ({ page, see, drag, tap, screenshot }) => {
        await see('已写 0 笔')
        // The page is turned: down on the display is to the right on the page.
        await drag([
          [250, 200],
          [250, 300],
          [250, 500],
        ])
        await see('已写 1 笔')
        const ink = await page.locator('wx-canvas canvas').evaluate((it) => {
          const sheet = it as HTMLCanvasElement
          const { width, data } = sheet.getContext('2d')!.getImageData(0, 0, sheet.width, sheet.height)
          const drawn = Array.from(data.keys()).filter((at) => at % 4 === 3 && data[at]! > 128)
          const xs = drawn.map((at) => ((at - 3) / 4) % width)
          const ys = drawn.map((at) => Math.floor((at - 3) / 4 / width))
          return {
            left: Math.min(...xs),
            right: Math.max(...xs),
            top: Math.min(...ys),
            bottom: Math.max(...ys),
          }
        })
        expect(ink).toMatchObject({ left: 200, right: 499 })
        expect(ink.bottom - ink.top).toBeLessThan(8)
        await tap('完成')
        await page.locator('.picture img').waitFor()
        await screenshot('preview-sign')
      },
      { page: 'packages/tools/pages/sign/sign' },
    ))

  it('plays a video and reports its time', () =>
    onPhone(
      async ({ see, tap, page, screenshot }) => {
        await tap('开始播放')
        await see('播放中，有进度')
        await tap('暂停播放')
        await see('已暂停，有进度')
        expect(await page.locator('wx-video .line').isVisible()).toBe(false)
        await tap('开始播放')
        await see('已播完')
        await screenshot('preview-media')
      },
      { page: 'packages/tools/pages/media/media' },
    ))

  it('moves what wx.createAnimation says', () =>
    onPhone(
      async ({ page, see }) => {
        await see(/很长的通知/)
        const moved = () =>
          page.locator('.t-notice-bar__content').evaluate((it) => (it as HTMLElement).style.transform)
        await expect.poll(moved).toMatch(/translateX\(-\d/)
      },
      { page: 'packages/tools/pages/media/media' },
    ))

  it('lets no script through rich-text', () =>
    onPhone(
      async ({ page, see }) => {
        await see('粗体')
        const html = await page.locator('wx-rich-text').innerHTML()
        expect(html).toBe('<p>正文<b>粗体</b></p>')
      },
      { page: 'packages/tools/pages/media/media' },
    ))
})

it('fails loudly, in red, on a wx.* that it does not know', async () => {
  const phone = await openPhone(sample.browser(), sample.server().origin, {
    as: 'zhang',
    page: 'packages/tools/pages/media/media',
  })
  await phone.tap('用一个没有的接口')
  await phone.page
    .locator('.mp-failure')
    .getByText('wx.startSoterAuthentication is not in the preview')
    .first()
    .waitFor()
  await expect(phone.close()).rejects.toThrow('wx.startSoterAuthentication is not in the preview')
})

it('lets people choose whose phone it is, and shows it in a frame on a desk screen', async () => {
  const context = await desk(sample.browser())
  const page = await context.newPage()
  await page.goto(`${sample.server().origin}/preview/#/pages/detail/detail?id=2`)
  await page.getByText('张三妈妈').waitFor()
  await shot(page, 'preview-chooser')
  await page.getByText('李四爸爸').click()
  const inside = page.frameLocator('iframe')
  await inside.getByText('课程信息').waitFor()
  await page.waitForTimeout(300)
  await shot(page, 'preview-frame')
  expect(await inside.locator('body').evaluate(() => innerWidth)).toBe(390)
  await inside.getByLabel('首页').click()
  await inside.getByText('亲子阅读', { exact: true }).waitFor()
  expect(page.url()).toContain('?as=li#/pages/home/home')
  await page.getByText('以其他人身份打开').click()
  await page.getByText('打开谁的手机？').waitFor()
  await context.close()
})

it('loads every other component when one cannot be loaded', async () => {
  const broken = `${sample.work}/broken`
  cpSync(SAMPLE, broken, { recursive: true })
  writeFileSync(`${broken}/components/course-card/course-card.ts`, "throw new Error('this card is broken')")
  const server = await serveApp(broken, `${sample.work}/broken-built`)

  const phone = await openPhone(sample.browser(), server.origin, { as: 'zhang' })
  await phone.see('可预约（6）')
  await phone.see(/components\/course-card\/course-card: Error: this card is broken/)
  await expect(phone.close()).rejects.toThrow('this card is broken')
  server.close()
})
