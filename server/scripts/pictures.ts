import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import exceljs from 'exceljs'
import type { Browser, Page } from 'playwright-core'
import { desk, openBrowser } from '../../tests/support/browser.ts'
import { openPhone, type Phone } from '../../tests/support/miniprogram.ts'
import { keep } from './picture-frame.ts'

// Takes the pictures of README and guide again: `npm run pictures -- http://localhost:3000`, against a demo that has
// just been started with `npm run demo -- --reset`. It plays the story of one family; names of pictures may be added to take only those.

const [, , origin = 'http://localhost:3000', ...only] = process.argv
const PHONE = 300
const DESK = 980
const SETTLED_MS = 1_200
/** So long a toast lies over the page. */
const TOAST_MS = 2_000

const browser = await openBrowser()
const shots = new Map<string, Buffer>()

/** A screenshot for later, once pictures have loaded and movements have ended. */
async function take(page: Page, name: string) {
  await page.waitForTimeout(SETTLED_MS)
  shots.set(name, await page.screenshot({ animations: 'disabled' }))
}

function shot(name: string): Buffer {
  const found = shots.get(name)
  if (!found) throw new Error(`There is no shot ${name}`)
  return found
}

async function picture(name: string, parts: { of: string; width?: number; caption?: string }[]) {
  if (only.length > 0 && !only.includes(name)) return
  const bytes = await keep(
    browser,
    name,
    parts.map(({ of, width = PHONE, caption = '' }) => ({ png: shot(of), width, caption })),
  )
  console.log(`${name}.webp, ${Math.round(bytes / 1000)} kB`)
}

const tab = (phone: Phone, name: string) =>
  phone.tap(phone.page.getByText(name, { exact: true }).filter({ visible: true }).last())

const tapOn = (phone: Phone, text: RegExp) =>
  phone.tap(phone.page.getByText(text).filter({ visible: true }).first())

/** Types into a field that says what belongs there. */
const type = (phone: Phone, field: RegExp, text: string) =>
  phone.page.getByPlaceholder(field).locator('input, textarea').fill(text)

/** Back to a page that shows this, once it has slid into its place. */
async function back(phone: Phone, text: string) {
  await phone.page.goBack()
  await phone.see(text)
  await phone.page.waitForTimeout(SETTLED_MS)
}

/** From the first screen to the door. */
async function signIn(phone: Phone) {
  await phone.tap('加入孩子的班级')
  await phone.see('微信手机号登录')
}

async function mother() {
  const phone = await openPhone(browser, origin, { as: '张三妈妈' })
  await signIn(phone)
  await take(phone.page, 'welcome')
  await phone.tap('微信手机号登录')
  await phone.see('七年级2班')
  await take(phone.page, 'match')
  await phone.tap('是的')
  await phone.see('八年级1班')
  await phone.page.waitForTimeout(SETTLED_MS)
  await phone.tap('是的')
  await phone.see('今天要做的事')
  await take(phone.page, 'home')
  return phone
}

async function letter(phone: Phone) {
  await tab(phone, '信件')
  await phone.see(/给家长的一封信/)
  await take(phone.page, 'letters')
  await tapOn(phone, /给家长的一封信/)
  await phone.see('我已阅读并确认')
  await take(phone.page, 'letter')
  await phone.tap('我已阅读并确认')
  await phone.see('点了确认')
  await phone.page.waitForTimeout(TOAST_MS)
  await phone.page.getByText('点了确认').first().scrollIntoViewIfNeeded()
  await take(phone.page, 'confirmed')
  await back(phone, '待办')
}

async function course(phone: Phone) {
  await tab(phone, '课程')
  await phone.see('必修')
  await take(phone.page, 'courses')
  await tapOn(phone, /头两个月怎么陪/)
  await phone.see('第1课，共8课')
  await take(phone.page, 'film')
  await back(phone, '必修')
  await tapOn(phone, /孩子关上了房门/)
  await phone.see('第4课，共8课')
  await take(phone.page, 'lesson')
  await back(phone, '必修')
}

async function call(phone: Phone) {
  await tab(phone, '预约')
  await phone.see('16:00–16:15')
  await take(phone.page, 'times')
  await phone.tap('16:20–16:35')
  await phone.see('想聊的事')
  await phone.tap('作息')
  await take(phone.page, 'topic')
  await phone.tap(
    phone.page.locator('wx-button').getByText('预约', { exact: true }).filter({ visible: true }).first(),
  )
  await phone.see('约好了')
  await take(phone.page, 'booked')
}

/** A parent whose number is in no roster asks with the code of the class. */
async function newcomer(code: string) {
  const phone = await openPhone(browser, origin, { as: '新来的家长' })
  await signIn(phone)
  await phone.tap('用班级码加入')
  await type(phone, /6到8位/, code)
  await phone.see('孩子姓名')
  await type(phone, /和学校登记的一样/, '王小雨')
  await phone.tap('妈妈')
  await type(phone, /请填真实姓名/, '周晓云')
  await take(phone.page, 'code')
  await phone.tap('提交申请')
  await phone.see('等待同意')
  await take(phone.page, 'waiting')
  await phone.close()
}

async function openConsole(as: string, path: string) {
  const context = await desk(browser)
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  await page.goto(`${origin}/admin/sign-in?as=${encodeURIComponent(as)}`)
  await page.locator('nav.nav').waitFor()
  const place = page.getByRole('navigation', { name: '主导航' }).getByText(path, { exact: true })
  await place.click()
  return page
}

async function teacher() {
  const phone = await openPhone(browser, origin, { as: '李老师' })
  await signIn(phone)
  await phone.tap('微信手机号登录')
  await phone.see('谁读了')
  await take(phone.page, 'teacher')
  await phone.tap('写通知')
  await type(phone, /明天体育课/, '各位家长：明天升旗，请让孩子穿好校服，七点四十以前到校。')
  await take(phone.page, 'notice')
  await back(phone, '谁读了')
  await tapOn(phone, /给家长的一封信/)
  await phone.see('复制这些姓名')
  await take(phone.page, 'readers')
  await back(phone, '我的班')
  await tab(phone, '预约')
  await take(phone.page, 'visits')
  await phone.tap('开放预约时间')
  await phone.see('几点到几点')
  await phone.tap('周四')
  await take(phone.page, 'slots')
  await phone.close()
}

/** A list with one mistake, only checked and then given up: nothing of it is written. */
async function roster() {
  const folder = await mkdtemp(join(tmpdir(), 'pictures-'))
  try {
    const book = new exceljs.Workbook()
    const sheet = book.addWorksheet('花名册')
    sheet.addRow(['学校', '年级', '班级', '学号', '学生姓名', '家长姓名', '与孩子的关系', '家长手机号'])
    for (let at = 1; at <= 40; at++) {
      const phone = at === 17 ? '1380000' : `1990001${String(at).padStart(4, '0')}`
      sheet.addRow([
        '云溪市实验中学',
        '七年级',
        '2班',
        `9${String(at).padStart(3, '0')}`,
        '示例学生',
        '',
        '妈妈',
        phone,
      ])
    }
    const file = join(folder, '七年级2班花名册.xlsx')
    await book.xlsx.writeFile(file)
    const page = await openConsole('实验中学管理员', '花名册')
    await page.getByText('导入花名册', { exact: true }).first().click()
    await page.locator('input[type=file]').setInputFiles(file)
    await page.getByText('上传并检查').click()
    await page.getByText('确认写入').waitFor({ timeout: 60_000 })
    await take(page, 'import')
    await page.getByText('放弃', { exact: true }).first().click()
    await page.getByRole('button', { name: '放弃' }).last().click()
    await page.context().close()
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function overview() {
  const page = await openConsole('东湖区管理员', '概览')
  await page.getByText('激活率').first().waitFor()
  await take(page, 'overview')
  await page.context().close()
}

async function compose() {
  const page = await openConsole('实验中学管理员', '家长信')
  await page.getByText('写信', { exact: true }).first().click()
  await page.getByText('空白信', { exact: true }).waitFor()
  await page.getByText('新学期开始了').first().click()
  await page.getByLabel('正文').first().waitFor()
  await take(page, 'compose')
  await page.context().close()
}

async function joins() {
  const page = await openConsole('李老师', '加入申请')
  const code = /[A-Z0-9]{8}/
  const said = await page.getByText(code).first().textContent()
  await newcomer(code.exec(said ?? '')?.[0] ?? '')
  await page.reload()
  await page.getByText('同意加入').first().waitFor()
  await take(page, 'joins')
  await page.context().close()
}

async function all(open: Browser) {
  try {
    await overview()
    await compose()
    await roster()
    await joins()
    const phone = await mother()
    await letter(phone)
    await course(phone)
    await call(phone)
    await phone.close()
    await teacher()

    await picture('together', [
      { of: 'overview', width: 900 },
      { of: 'home', width: 270 },
    ])
    await picture('console-overview', [{ of: 'overview', width: DESK }])
    await picture('console-letter', [{ of: 'compose', width: DESK }])
    await picture('console-joins', [{ of: 'joins', width: DESK }])
    await picture('console-import', [{ of: 'import', width: DESK }])
    await picture('phone-sign-in', [{ of: 'welcome' }, { of: 'match' }, { of: 'home' }])
    await picture('phone-join', [{ of: 'code' }, { of: 'waiting' }])
    await picture('phone-letter', [{ of: 'letters' }, { of: 'letter' }, { of: 'confirmed' }])
    await picture('phone-course', [{ of: 'courses' }, { of: 'film' }, { of: 'lesson' }])
    await picture('phone-call', [{ of: 'times' }, { of: 'topic' }, { of: 'booked' }])
    await picture('teacher-letter', [{ of: 'teacher' }, { of: 'notice' }, { of: 'readers' }])
    await picture('teacher-calls', [{ of: 'slots' }, { of: 'visits' }])
  } finally {
    await open.close()
  }
}

await all(browser)
