import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { withdrawLetter } from '#contract/letters'
import { decideJoin, listJoins } from '#contract/org'
import { planReminders } from '#contract/reminding'
import { DEMO_TEMPLATE_IDS } from '../../server/scripts/simulator/templates.ts'
import { shot } from '../support/browser.ts'
import { sendLetter } from '../support/letters.ts'
import type { Phone } from '../support/miniprogram.ts'
import { reachingScenes } from './reaching-scenes.ts'
import { useStage } from './stage.ts'
import { look } from './sweep.ts'

const stage = useStage({ WX_TEMPLATES: JSON.stringify(DEMO_TEMPLATE_IDS) })
const { world } = stage
const { scene, at } = reachingScenes(stage)
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

  const scanned = `${klass.joinCode}${first?.id}`
  const newcomer = await stage.phone('新来的家长', `packages/account/join/join?scene=${scanned}`)
  await newcomer.see('加入班级后，就能在手机上看这封信、回复。')
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
