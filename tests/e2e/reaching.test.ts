import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { withdrawLetter } from '#contract/letters'
import { decideJoin, listJoins } from '#contract/org'
import { planReminders } from '#contract/reminding'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { AuditModel } from '../../server/modules/audit/model.ts'
import { DEMO_TEMPLATE_IDS } from '../../server/scripts/simulator/templates.ts'
import { shot } from '../support/browser.ts'
import { sendLetter } from '../support/letters.ts'
import type { Phone } from '../support/miniprogram.ts'
import { reachingScenes } from './reaching-scenes.ts'
import { useStage } from './stage.ts'
import { look } from './sweep.ts'

const stage = useStage({ WX_TEMPLATES: JSON.stringify(DEMO_TEMPLATE_IDS) })
const { world } = stage
const { scene, above, at } = reachingScenes(stage)
const TITLE = '冬季防一氧化碳中毒告知书'
const SNOW = '因暴雪，明天全市中小学停课一天'

/** Nothing is cut or runs over the edge on any of the screens that are promised. */
async function fits(page: Page, name: string, sizes: readonly (readonly [width: number, height: number])[]) {
  for (const [width, height] of sizes) {
    await page.setViewportSize({ width, height })
    expect(await look(page), `${name} at ${width}`).toEqual([])
    await shot(page, `reaching/${name}-${width}`)
  }
}
const onDesk = (page: Page, name: string) =>
  fits(page, name, [
    [1024, 1800],
    [1280, 1800],
  ])
const onPhone = ({ page }: Phone, name: string) =>
  fits(page, name, [
    [320, 640],
    [390, 844],
  ])

it('the console says when a letter reminds, what came of it, whom nothing reaches, and why', async () => {
  const here = await scene()
  const { office, school, klass, city, schoolId } = here
  const letter = await sendLetter(world, office, school, {
    ...{ title: TITLE, dueOn: '2026-11-27', textsFirst: true, confirmation: 'sign' },
  })
  const call = await world.as(office, 'staff')
  const gone = await sendLetter(world, office, school, { title: '发错的信', dueOn: '2026-11-27' })
  await call(withdrawLetter, { letterId: gone.id, reason: '写错了日期，稍后重发' })
  await at('2026-11-23T10:01:00+08:00')

  const { page, errors } = await stage.console('xujing')
  const see = (text: string | RegExp) => page.getByText(text).filter({ visible: true }).first().waitFor()
  const open = (path: string, unitId = schoolId) =>
    page.goto(`${world.origin()}/admin/${path}?unitId=${unitId}`)

  await open(`letters/${letter.id}`)
  await see('6人：微信送出1，短信3，没送到2')
  expect(await page.getByText('到时候自动提醒还没有完成的家长').count()).toBe(3)
  await see('没有用微信登录过 1个')
  await onDesk(page, '1-planned')

  await at('2026-11-25T06:31:00+08:00')
  await page.reload()
  await see('6人：还在等6')
  await see('1/7')
  await onDesk(page, '2-going-out')

  await at('2026-11-25T08:00:30+08:00')
  await open(`letters/${letter.id}`, String(klass._id))
  await see('（今天已经提醒过，或提醒不到）')
  await see('号码打不通')
  expect(await page.getByText('6人：微信送出1，短信3，没送到2').count()).toBe(2)
  await onDesk(page, '3-done')

  await call(planReminders, { letterId: letter.id, steps: [] })
  await page.reload()
  await see('以后不再自动提醒')
  const [paper] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: '打印纸质通知' }).click(),
  ])
  expect(paper.suggestedFilename()).toMatch(/纸质通知/)

  await open(`letters/${gone.id}`)
  await see('原因：写错了日期，稍后重发')
  expect(await page.getByText('改提醒的日子').count()).toBe(0)

  const causes = [
    [here.zhang, ['今天已经提醒过一次']],
    [here.usedUp, ['微信提醒的次数用完了']],
    [here.off, ['本人在微信设置里关闭了提醒', '本人退订了短信']],
    [here.nowhere, ['还没有用微信登录过小程序']],
    [here.bad, ['短信发不到这个号码，请核对手机号']],
  ] as const
  for (const [student, hints] of causes) {
    await open(`families/${String(student._id)}`)
    await page.getByText('为什么没收到').first().click()
    for (const hint of hints) await page.getByRole('dialog').getByText(hint).waitFor()
    await onDesk(page, `4-why-${student.name}`)
  }
  expect(errors).toEqual([])
  await page.context().close()

  const admin = await stage.console('shiju')
  await admin.page.goto(`${world.origin()}/admin/units?unitId=${String(city._id)}`)
  await admin.page.getByText('信刚发出时').waitFor()
  await admin.page.getByText('今天用了0.15元').waitFor()
  await onDesk(admin.page, '5-texting')
  await admin.page.getByText('只有紧急的信马上发').click()
  await admin.page.getByText('短信', { exact: true }).first().waitFor()
  await admin.page.locator('form', { hasText: '信刚发出时' }).getByRole('button', { name: '保存' }).click()
  await admin.page.getByText('短信设置已保存').waitFor()
  expect(admin.errors).toEqual([])
  await admin.page.context().close()
}, 180_000)

it('a district sees whom nothing reaches school by school, counted while it looks, and goes down to a grade', async () => {
  const here = await scene()
  const { admin, school } = await above(here)
  const letter = await sendLetter(world, admin, here.district, { title: TITLE, dueOn: '2026-11-27' })
  await at('2026-11-23T10:01:00+08:00')

  const { page, errors } = await stage.console('donghu')
  await page.goto(`${world.origin()}/admin/letters/${letter.id}?unitId=${String(here.district._id)}`)
  await page.getByText('正在重新统计：0/2所学校').waitFor()
  await onDesk(page, '13-unreached-counting')
  await at('2026-11-23T10:02:00+08:00')
  await page.getByText('先联系：').waitFor()
  await onDesk(page, '14-unreached-district')

  await page.getByRole('link', { name: school.name }).last().click()
  await page.waitForURL(new RegExp(String(school._id)))
  await page.getByRole('link', { name: '一年级' }).last().click()
  await page.getByRole('link', { name: '1班' }).last().waitFor()
  await onDesk(page, '15-unreached-grade')
  expect(errors).toEqual([])
  await page.context().close()
}, 120_000)

it('a family finds what presses first, one message for several letters, and the way from paper into the class', async () => {
  const { office, school, klass, teacher, zhang } = await scene()
  const titles = [TITLE, '冬至包饺子活动告知书', '校服尺码登记']
  const [first] = await Promise.all(
    titles.map((title) => sendLetter(world, office, school, { title, dueOn: '2026-11-27' })),
  )
  await at('2026-11-23T10:01:00+08:00')
  await at('2026-11-25T06:31:00+08:00')
  await at('2026-11-25T08:00:30+08:00')
  const body = '{{称呼}}：\n\n明天停课一天，请照看好孩子，尽量不要出门。'
  const urgent = await sendLetter(world, office, school, { title: SNOW, isUrgent: true, body })
  const worry = await sendLetter(world, office, school, { title: '考前，孩子睡不着怎么办', offersHelp: true })
  await at('2026-11-25T09:00:30+08:00')
  const texts = world.simulator().control.delivered({ as: '张三妈妈' })
  expect(JSON.stringify(texts)).toContain('3封信等您签收')

  const as = '张三妈妈'
  const letterPage = (id: string) => `packages/letter/letter/letter?id=${id}&child=${String(zhang._id)}`
  const mother = await stage.phone(as, 'packages/account/messages/messages')
  await mother.see('收到一封紧急的信')
  await onPhone(mother, '6-messages')
  await stage.openPage(mother, as, 'pages/letters/letters')
  await mother.see('紧急')
  expect(await mother.page.locator('wx-view.lead').filter({ visible: true }).first().innerText()).toBe(SNOW)
  await onPhone(mother, '7-letters')
  await stage.openPage(mother, as, letterPage(urgent.id))
  await mother.see('紧急')
  await onPhone(mother, '8-urgent')
  await stage.openPage(mother, as, letterPage(worry.id))
  await mother.see('全国统一心理援助热线')
  await mother.page.getByText('妇女维权公益服务热线').scrollIntoViewIfNeeded()
  await onPhone(mother, '9-help')
  await stage.openPage(mother, as, 'pages/home/home')
  await mother.see(`紧急，请确认：${SNOW}`)
  await onPhone(mother, '10-home')
  await mother.close()

  // 班主任 rings up whom nothing reaches from the list itself; the number leaves the server for that alone, and is written down.
  const wxOpenId = world.simulator().control.identity({ as: '李文' }).openId
  const consent = { version: 1, isGiven: true, at: world.now() }
  await PersonModel.updateOne({ _id: teacher }, { demoAs: '李文', wxOpenId, consent })
  const desk = await stage.phone('李文', 'pages/mine/mine')
  await desk.tap('切换到教师端')
  await desk.see(/今天谁来|切换到家长端/)
  const ofTeacher = `packages/teacher/letter/letter?id=${urgent.id}&unit=${String(klass._id)}`
  await stage.openPage(desk, '李文', ofTeacher)
  await desk.tap(desk.page.getByText(/^提醒不到 \d/))
  await desk.see('点“联系”打电话：会留下记录，家长也看得到。')
  await desk.page.getByText('吴九').last().scrollIntoViewIfNeeded()
  await onPhone(desk, '10-unreached')
  await desk.tap(desk.page.getByLabel('联系孙七的家长'))
  await desk.tap(desk.page.getByText(/^打给/).first())
  await desk.see('呼叫')
  await desk.tap('取消')
  expect(await AuditModel.countDocuments({ act: 'phone.shown' })).toBe(1)
  await desk.close()

  const scanned = `${klass.joinCode}${first?.id}`
  const newcomer = await stage.phone('新来的家长', `packages/account/join/join?scene=${scanned}`)
  await newcomer.see('加入班级后，就能在手机上看这封信、交回执。')
  await newcomer.see('班主任 李老师')
  await onPhone(newcomer, '11-join-from-paper')
  const fill = (hint: string, text: string) =>
    newcomer.page.locator(`wx-input[placeholder^="${hint}"] input`).fill(text)
  await fill('和学校登记的一样', '周八')
  await newcomer.tap('妈妈')
  await fill('请填真实姓名', '周八妈妈')
  await newcomer.tap('提交申请')
  await newcomer.tap('同意')
  await newcomer.see('等待同意')
  // Once 班主任 has said yes, the page that the message leads to opens the letter by itself.
  const byTeacher = await world.as(teacher, 'staff')
  const [join] = (await byTeacher(listJoins, { unitId: String(klass._id) })).joins
  const studentId = join?.candidates[0]?.studentId ?? ''
  await byTeacher(decideJoin, { joinId: join?.id ?? '', approve: true, studentId })
  await stage.openPage(newcomer, '新来的家长', 'packages/account/joins/joins')
  await newcomer.see(TITLE)
  await newcomer.see('周八')
  await onPhone(newcomer, '12-letter-after-joining')
  await newcomer.close()
}, 180_000)
