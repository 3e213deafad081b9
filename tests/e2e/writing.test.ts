import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import * as letters from '#contract/letters'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { hashPassword } from '../../server/modules/accounts/sign-in/service.ts'
import { LetterModel } from '../../server/modules/letters/model.ts'
import { refreshAllKeys } from '../../server/modules/org/families/search/service.ts'
import { pasteInto, shot } from '../support/browser.ts'
import { makePdf, makePhoto } from '../support/films.ts'
import { buildBranch, buildGuardian, buildStaff, buildStudent } from '../support/build.ts'
import { buildClass } from '../support/letters.ts'
import { PASSWORD, useStage } from './stage.ts'

const stage = useStage()
const { world } = stage

async function scene() {
  const here = await buildClass(world)
  const passwordHash = await hashPassword(PASSWORD)
  await PersonModel.updateOne({ _id: here.office }, { loginName: 'shiyan', passwordHash })
  const consent = { version: 1, isGiven: true, at: new Date() }
  const { openId } = world.simulator().control.identity({ as: '张三妈妈' })
  await PersonModel.updateOne({ _id: here.mother }, { demoAs: '张三妈妈', wxOpenId: openId, consent })
  await refreshAllKeys(world.deps())
  return here
}

async function signIn() {
  const page = await stage.stranger()
  page.setDefaultTimeout(20_000)
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.goto(`${world.origin()}/admin/`)
  await page.getByLabel('账号').fill('shiyan')
  await page.getByLabel('密码', { exact: true }).fill(PASSWORD)
  await button(page, '登录').click()
  await page.getByRole('link', { name: '家长信', exact: true }).click()
  return page
}

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true })
const body = (page: Page) => page.getByRole('textbox', { name: '正文' })
const SOON = { timeout: 15_000 }
const saved = (page: Page) => page.getByText(/已存为草稿/).waitFor()

/** The server does what it is asked; its answer is held back, as on a slow line, until the order to arrive. */
async function holdBack(page: Page, method: string, path: string) {
  let arrive = () => {}
  const told = new Promise<void>((resolve) => (arrive = resolve))
  await page.route(path, async (route) => {
    if (route.request().method() !== method) return route.fallback()
    const response = await route.fetch()
    await told
    await route.fulfill({ response })
  })
  return () => arrive()
}

const WORD = `<html><body><!--StartFragment-->
<p class=MsoNormal><b>尊敬的家长</b>：<o:p></o:p></p><h1>安排</h1>
<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>·<span>&nbsp;&nbsp; </span></span>早上八点到校</p>
<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>·<span>&nbsp; </span></span>带<span style="font-weight:700">水杯</span></p>
<table><tr><td>集合</td><td>8:00</td></tr></table>
<p><a href="https://evil.example.com/x">报名</a>，<a href="https://www.moe.gov.cn/a">看这里</a><script>window.pwned=1</script><img src="https://evil.example.com/x.png" onerror="window.pwned=1"></p>
<!--EndFragment--></body></html>`

it('writes a letter with everything in it, looks at it as a mother would, and sends it to her phone', async () => {
  const { klass, zhang } = await scene()
  const page = await signIn()
  await button(page, '写信').click()
  await button(page, /空白/).click()
  await page.getByPlaceholder('家长先看到的一句').fill('春游告知书')
  await body(page).click()
  await pasteInto(page, WORD)
  await page.getByText(/^粘贴时去掉了1张图片；表格变成了.*；1个链接不在可用的网站里/).waitFor()
  await page.keyboard.press('Control+End')
  await page.keyboard.press('Enter')
  await page.keyboard.type('请记得')
  await page.keyboard.press('Enter')
  await button(page, '编号').click()
  await page.keyboard.type('早睡')
  await page.keyboard.press('Enter')
  await page.keyboard.type('给')
  await button(page, '孩子').click()
  await page.keyboard.type('备药')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Enter')
  await saved(page)

  await button(page, '图片').click()
  const dialog = page.getByRole('dialog')
  await dialog
    .getByLabel('选择图片')
    .setInputFiles({ name: '操场.jpg', mimeType: 'image/jpeg', buffer: await makePhoto() })
  await dialog.getByPlaceholder(/看不清图/).fill('集合的操场')
  await dialog.getByRole('button', { name: '放进信里' }).click()
  await page.locator('.letter img[alt="集合的操场"]').waitFor()
  await page
    .getByLabel('加附件')
    .setInputFiles({ name: '须知.pdf', mimeType: 'application/pdf', buffer: makePdf() })
  await page.getByTitle('打开须知.pdf').waitFor()
  await shot(page, 'writing/compose')

  const record = async () => LetterModel.findOne().sort({ _id: -1 }).lean()
  await expect
    .poll(async () => (await record())?.body.replace(/a\/[0-9a-f]{32}/, 'a/KEY'), { timeout: 15_000 })
    .toBe(
      [
        '**尊敬的家长**：',
        '## 安排',
        '- 早上八点到校\n- 带**水杯**',
        '集合　8:00',
        '报名，[看这里](https://www.moe.gov.cn/a)',
        '请记得',
        '1. 早睡\n2. 给{{孩子}}备药',
        '![集合的操场](/media/a/KEY/picture.jpg 400x300)',
      ].join('\n\n'),
    )
  expect(await page.evaluate('window.pwned')).toBeUndefined()

  const reader = page.getByRole('combobox', { name: '以哪个孩子家为例' })
  await reader.click()
  await reader.fill('张三')
  await page.getByRole('option', { name: /张三/ }).click()
  await page.getByText('张三妈妈会读到这样的信').waitFor()
  await page.getByText(`给张三（七年级${klass.name}）`).waitFor()
  await page.getByText('爸爸', { exact: true }).click()
  await page.getByText('张三爸爸会读到这样的信').waitFor()
  await page.locator('.beside').scrollIntoViewIfNeeded()
  await shot(page, 'writing/preview')

  await button(page, '发送…').click()
  await page.getByRole('dialog').getByRole('button', { name: '立即发送' }).click()
  await page.getByText('收信家庭').waitFor()

  const sent = await record()
  const path = `packages/letter/letter/letter?id=${String(sent?._id)}&child=${String(zhang._id)}`
  const phone = await stage.phone('张三妈妈', path)
  await phone.see('集合的操场')
  await phone.screenshot('writing/phone')
  await phone.see('2.')
  await phone.tap('看这里')
  await phone.see(/已复制/)
  await phone.page.locator('wx-image img, wx-image').first().tap()
  await phone.page.locator('.mp-cover').waitFor()
  await phone.screenshot('writing/phone-picture')
  await phone.tap('关闭')
  await phone.see('须知.pdf')
  await phone.tap('须知.pdf')
  await phone.page.locator('.mp-cover iframe').waitFor()
  await phone.tap('关闭')
  // Off the line each says so, and a tap tries again.
  await phone.page.route('**/letter-files/**', (route) => route.abort())
  await phone.tap('须知.pdf')
  await phone.see('没有打开，点一下再试')
  await phone.page.unroute('**/letter-files/**')
  await phone.page.setViewportSize({ width: 320, height: 700 })
  await phone.screenshot('writing/phone-320')

  // The largest letters on the narrowest phone, and a picture that does not come at first.
  await phone.page.route('**/media/a/**', (route) => route.abort())
  await phone.page.goto('about:blank')
  const as = encodeURIComponent('张三妈妈')
  await phone.page.goto(`${world.origin()}/preview/?as=${as}&font=1.5#/${path}`)
  await phone.see('图片没有打开，点这里再试')
  expect(await phone.page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
  await phone.screenshot('writing/phone-large')
  await phone.page.unroute('**/media/a/**')
  await phone.tap('图片没有打开，点这里再试')
  await phone.see('集合的操场')
  await phone.page.getByText('图片没有打开，点这里再试').waitFor({ state: 'hidden' })
  await phone.close()
  await page.context().close()
}, 180_000)

it('loses nothing when two windows write and when the line breaks', async () => {
  const { office, school } = await scene()
  const call = await world.as(office, 'staff')
  const unitId = String(school._id)
  const draft = await call(letters.createLetter, {
    ...{ unitId, requestId: 'request-two-windows', kind: 'letter', title: '两个窗口', body: '第一版' },
    ...{ pledge: '', confirmation: 'read', dueOn: null, audience: [unitId] },
  })
  const page = await signIn()
  const address = `${world.origin()}/admin/letters/${draft.id}/edit?unitId=${unitId}`
  await page.goto(address)
  await body(page).getByText('第一版').waitFor()
  const other = await page.context().newPage()
  await other.goto(address)
  await body(other).getByText('第一版').waitFor()

  await body(page).click()
  await page.keyboard.press('Control+End')
  await page.keyboard.type('，改好了')
  await saved(page)
  await body(other).click()
  await other.keyboard.type('旧窗口')
  await other.getByText('这封信刚刚在别的窗口或由同事改过，请刷新页面，看过新的再改').waitFor()
  await shot(other, 'writing/overtaken')
  expect((await LetterModel.findById(draft.id).lean())?.body).toBe('第一版，改好了')
  await button(other, '看新的').click()
  await body(other).getByText('第一版，改好了').waitFor()
  // What was typed here lies beside the new one, can be taken back, and that taken back again.
  const beside = other.getByRole('status', { name: '我没有存上的文字' })
  await beside.getByText('旧窗口').waitFor()
  await shot(other, 'writing/beside')
  // The page's own small print has no say in it.
  const looks = "getComputedStyle(document.querySelector('[aria-label=我没有存上的文字]')).textAlign"
  expect(await other.evaluate(looks)).toBe('start')
  await beside.getByRole('button', { name: '换回我的' }).click()
  await saved(other)
  const kept = async () => (await LetterModel.findById(draft.id).lean())?.body
  await expect.poll(kept, SOON).toContain('旧窗口')
  await button(other, '还是用那一版').click()
  await expect.poll(kept, SOON).toBe('第一版，改好了')
  await button(other, '不要了').click()
  await body(other).click()
  await other.keyboard.press('Control+End')
  await other.keyboard.type('，再改')
  await saved(other)

  // The line is gone for a while: it is said, and what was typed arrives when the line is back.
  await page.reload()
  await body(page).getByText('第一版，改好了，再改').waitFor()
  await page.route('**/api/letters/**', (route) => route.abort())
  await body(page).click()
  await page.keyboard.press('Control+End')
  await page.keyboard.type('，断网时')
  await page.getByText(/还没有存上/).waitFor()
  // Far down the page it is still in sight.
  await page.setViewportSize({ width: 1280, height: 480 })
  await page.mouse.wheel(0, 9_000)
  await expect.poll(() => page.evaluate('scrollY'), SOON).toBeGreaterThan(200)
  const place = await page.getByText(/还没有存上/).boundingBox()
  const seen = `document.elementFromPoint(${(place?.x ?? 0) + 4}, ${(place?.y ?? 0) + 4})?.textContent`
  expect(await page.evaluate(seen)).toMatch(/^还没有存上/)
  await shot(page, 'writing/not-saved')
  await page.unroute('**/api/letters/**')
  await saved(page)
  expect((await LetterModel.findById(draft.id).lean())?.body).toBe('第一版，改好了，再改，断网时')
  await page.context().close()
}, 120_000)

it('comes back to the draft that was saved, by a reload, the way back and a second tab', async () => {
  await scene()
  const page = await signIn()
  await button(page, '写信').click()
  await button(page, /空白/).click()
  await page.waitForURL(/\/letters\/new\?.*begun=letter-/)
  const fresh = page.url()
  await page.getByPlaceholder('家长先看到的一句').fill('春游告知书')
  await page.waitForURL(/\/letters\/[0-9a-f]{24}\/edit/)
  const title = (where: Page) => where.getByPlaceholder('家长先看到的一句')
  await page.reload()
  await expect.poll(() => title(page).inputValue(), SOON).toBe('春游告知书')
  const other = await page.context().newPage()
  await other.goto(fresh)
  await other.waitForURL(/\/letters\/[0-9a-f]{24}\/edit/)
  await expect.poll(() => title(other).inputValue(), SOON).toBe('春游告知书')
  await other.close()

  // Left before it had saved itself: the way back leads to what the leaving has saved.
  await page.getByRole('link', { name: '家长信', exact: true }).click()
  await button(page, '写信').click()
  await button(page, /空白/).click()
  await page.waitForURL(/\/letters\/new\?.*begun=letter-/)
  await title(page).fill('运动会')
  await page.getByRole('link', { name: '家长信', exact: true }).click()
  // The phone beside the form shows the title too: left is left when the list has its address.
  await page.waitForURL(/\/letters\?/)
  await page.getByText('运动会').waitFor()
  await page.goBack()
  await page.waitForURL(/\/letters\/[0-9a-f]{24}\/edit/)
  await expect.poll(() => title(page).inputValue(), SOON).toBe('运动会')
  expect(await LetterModel.countDocuments()).toBe(2)

  // Two tabs that begin the same letter at once: one draft, and neither loses a word.
  const twins = await Promise.all([page.context().newPage(), page.context().newPage()])
  for (const twin of twins) {
    await twin.goto(fresh.replace(/begun=[\w-]+/, 'begun=letter-of-two-tabs'))
    await button(twin, /空白/).click()
  }
  await title(twins[0]).fill('这边写的')
  await saved(twins[0])
  await title(twins[1]).fill('那边写的')
  await button(twins[1], '看新的').click()
  await twins[1].getByRole('status', { name: '我没有存上的文字' }).getByText('那边写的').waitFor()
  expect(await LetterModel.countDocuments()).toBe(3)
  await page.context().close()
}, 120_000)

it('takes no key for another window’s while the first save is on its way, and says when all is saved again', async () => {
  await scene()
  const page = await signIn()
  await button(page, '写信').click()
  await button(page, /空白/).click()
  const kept = async () => (await LetterModel.findOne().lean())?.body
  let arrive = await holdBack(page, 'POST', '**/api/units/*/letters')
  await body(page).click()
  await page.keyboard.type('原来写好的话')
  await page.waitForTimeout(600)
  await page.keyboard.type('，又写了一句')
  await expect.poll(kept, SOON).toBe('原来写好的话，又写了一句')
  await page.keyboard.press('Control+z')
  await page.waitForTimeout(2_000)
  arrive()
  await saved(page)
  await expect.poll(kept, SOON).toBe('原来写好的话')
  expect(await page.getByText(/另一个窗口/).count()).toBe(0)

  // Two wait for what is on its way, the clock and the look as a parent: one of them saves.
  const sent: string[] = []
  page.on('request', (it) => it.method() === 'PUT' && sent.push(it.postData() ?? ''))
  arrive = await holdBack(page, 'PUT', '**/api/letters/*')
  await page.keyboard.type('。')
  await expect.poll(kept, SOON).toBe('原来写好的话。')
  await page.keyboard.type('再见')
  await page.waitForTimeout(2_000)
  const reader = page.getByRole('combobox', { name: '以哪个孩子家为例' })
  await reader.fill('张三')
  await page.getByRole('option', { name: /张三/ }).click()
  arrive()
  await page.getByText('张三妈妈会读到这样的信').waitFor()
  await saved(page)
  await expect.poll(kept, SOON).toBe('原来写好的话。再见')
  expect(sent.filter((it) => it.includes('再见'))).toHaveLength(1)
  await body(page).click()

  // What is typed and taken back before it was saved is as it was.
  await page.keyboard.type('多余的话')
  await page.getByText('正在保存…').waitFor()
  await page.keyboard.press('Control+z')
  await body(page).getByText('多余').waitFor({ state: 'detached' })
  await saved(page)
  await page.context().close()
}, 90_000)

it('keeps the text and the way back while it asks again whether the letter was begun elsewhere', async () => {
  await scene()
  const page = await signIn()
  await button(page, '写信').click()
  await button(page, /空白/).click()
  await page.waitForURL(/\/letters\/new\?.*begun=letter-/)
  await page.reload()
  await button(page, /空白/).click()
  // Nothing arrives: it stays at the address of a new letter.
  await page.route('**/api/units/*/letters', (route) => route.abort())
  await body(page).click()
  await page.keyboard.type('断网时写的')
  await page.getByText(/还没有存上/).waitFor()
  const arrive = await holdBack(page, 'GET', '**/api/begun-letters/*')
  const asked = page.waitForRequest('**/api/begun-letters/*')
  // Somebody comes back from another window.
  await page.evaluate("document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))")
  await asked
  expect(await body(page).innerText()).toBe('断网时写的')
  arrive()
  await body(page).click()
  await page.keyboard.press('Control+z')
  await expect.poll(() => body(page).innerText()).not.toContain('断网')
  // It asks on, also while the page is being closed.
  await page.unrouteAll({ behavior: 'ignoreErrors' })
  await page.context().close()
}, 90_000)

it('tells two children of one name in one class apart when a letter is looked at as a family', async () => {
  const { klass } = await scene()
  const other = await buildStudent(klass, { name: '张三', number: '20260009' })
  await buildGuardian(world, other, { relation: '奶奶' })
  await refreshAllKeys(world.deps())
  const page = await signIn()
  await button(page, '写信').click()
  await button(page, /空白/).click()
  await page.getByPlaceholder('家长先看到的一句').fill('春游告知书')
  await saved(page)
  const reader = page.getByRole('combobox', { name: '以哪个孩子家为例' })
  await reader.click()
  await reader.fill('张三')
  // By the keyboard alone: the second of the two.
  await page.getByRole('option', { name: `七年级${klass.name} 20260009` }).waitFor()
  await page.getByRole('option', { name: `七年级${klass.name} 20260001` }).waitFor()
  await shot(page, 'writing/namesakes')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.getByText('张三奶奶会读到这样的信').waitFor()
  await page.locator('.reader').getByText(`张三 七年级${klass.name} 20260009`).waitFor()
  await shot(page, 'writing/namesake-chosen')
  await page.context().close()
}, 90_000)

it('lets a city add a site that its letters may lead to', async () => {
  const { city } = await buildBranch()
  const passwordHash = await hashPassword(PASSWORD)
  const cityOffice = await buildStaff(city, 'city_admin', { name: '周敏' })
  await PersonModel.updateOne({ _id: cityOffice }, { loginName: 'shiyan', passwordHash })
  const page = await signIn()
  await button(page, '可用的网站').click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('mp.weixin.qq.com').waitFor()
  await dialog.getByLabel('增加一个网站').fill('网站')
  await dialog.getByText('网站只写名字，例如 zhxy.example.cn').waitFor()
  await dialog.getByLabel('增加一个网站').fill('https://zhxy.example.cn/a?b=1')
  await page.keyboard.press('Enter')
  await shot(page, 'writing/sites')
  await dialog.getByRole('button', { name: '保存' }).click()
  await page.getByText('名单存好了').waitFor()

  await button(page, '写信').click()
  await button(page, /空白/).click()
  await body(page).click()
  await page.keyboard.type('报名')
  await page.keyboard.press('Control+a')
  await page.keyboard.press('Control+k')
  const prompt = page.getByRole('dialog', { name: '链接' })
  await prompt.getByRole('textbox').fill('https://other.example.com')
  await prompt.getByText(/这个网址不在可用的网站里/).waitFor()
  await prompt.getByRole('textbox').fill('https://zhxy.example.cn/a')
  await prompt.getByRole('button', { name: '好' }).click()
  await saved(page)
  const draft = await LetterModel.findOne({ unitId: city._id }).lean()
  expect(draft?.body).toBe('[报名](https://zhxy.example.cn/a)')
  await page.context().close()
}, 120_000)

it('shows what the author fills in on the blanks of the text, and keeps the text as the template gave it', async () => {
  await scene()
  const page = await signIn()
  await button(page, '写信').click()
  await page.getByRole('button', { name: /集体活动告知书/ }).click()
  const chip = page.locator('.to-fill[data-name="地点"]')
  await chip.waitFor()
  // Opened and looked at, a template makes no draft.
  await page.waitForTimeout(2_000)
  expect(await LetterModel.countDocuments()).toBe(0)
  const place = page.getByRole('textbox', { name: '地点' })
  expect(await place.getAttribute('placeholder')).toBe('比如：市科技馆')
  await shot(page, 'writing/blanks')
  await place.fill('森林公园')
  await page.locator('.to-fill.filled[data-name="地点"][data-value="森林公园"]').waitFor()
  await saved(page)
  await shot(page, 'writing/blanks')
  await page.getByText('附上求助热线', { exact: true }).click()
  await page.getByLabel('家长手机上的样子').getByText('12356').first().waitFor()
  const draft = await LetterModel.findOne().lean()
  expect(draft?.body).toContain('地点在〔请填写：地点〕。')
  expect(draft?.body.split('\n').length).toBeGreaterThan(15)
  await page.context().close()
}, 90_000)
