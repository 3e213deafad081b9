import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import type { Phone } from '../support/miniprogram.ts'
import type { Stage } from './stage.ts'

/** The district begins from the letter that editors have prepared, sees it as a mother would, and sends it to all of its families. */
export async function sendStartLetter(stage: Stage) {
  const { page, errors } = await stage.console('donghu')
  await page.getByRole('link', { name: '家长信', exact: true }).click()
  await page.getByRole('button', { name: '写信' }).click()
  await page.getByRole('button', { name: /孩子上初中了/ }).click()
  await page.getByText('张三妈妈').first().waitFor()
  await page
    .getByText(/4 个家庭/)
    .first()
    .waitFor()
  await stage.shot(page, '08-start-letter-compose')
  await page.getByRole('button', { name: '发送…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('发给4个家庭？').waitFor()
  await dialog.getByText('1个家庭在小程序里看得到').waitFor()
  await stage.shot(page, '09-start-letter-send')
  await dialog.getByRole('button', { name: '立即发送' }).click()
  await page.getByText('收信家庭').waitFor()
  await stage.shot(page, '10-start-letter-sent')
  expect(errors).toEqual([])
  await page.context().close()
}

/** The mother reads it, with her child's name in it, and signs by hand. */
export async function signStartLetter(phone: Phone) {
  await phone.tap('信件')
  await phone.tap('给家长的一封信：孩子上初中了')
  await phone.see('手写签字')
  await phone.see(/张三妈妈/)
  await phone.screenshot('main-job/11-letter')
  await phone.tap('手写签字')
  await phone.see('请在此写上您的姓名')
  const ink = await phone.page.locator('canvas').boundingBox()
  if (!ink) throw new Error('The signature pad has no canvas')
  const at = (x: number, y: number): [number, number] => [ink.x + ink.width * x, ink.y + ink.height * y]
  for (const y of [0.3, 0.45, 0.6]) await phone.drag([at(0.3, y), at(0.5, y + 0.08), at(0.7, y)])
  await phone.screenshot('main-job/12-signing')
  await phone.tap('写好了')
  await phone.see('已签字')
  await phone.screenshot('main-job/13-signed')
}

/** The sender sees who has signed and who has not, down to the names of the class. */
export async function seeSignature(stage: Stage) {
  const { page } = await stage.console('donghu')
  await page.getByRole('link', { name: '家长信', exact: true }).click()
  await page.getByText('给家长的一封信：孩子上初中了').first().click()
  for (const unit of ['云溪市实验中学', '七年级', '2班']) {
    await page.getByRole('main').getByRole('link', { name: unit, exact: true }).first().click()
  }
  await page
    .getByText(/手写签字|已签/)
    .first()
    .waitFor()
  await page.getByText('王小雨').first().waitFor()
  await stage.shot(page, '13-start-letter-sheet')
  await page.getByText(/^已签 1$/).click()
  await page.getByRole('cell', { name: '张三', exact: true }).waitFor()
  await stage.shot(page, '13-start-letter-signed')
  const [copy] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: '下载' }).first().click(),
  ])
  expect(
    readFileSync(await copy.path())
      .subarray(0, 5)
      .toString(),
  ).toBe('%PDF-')

  // Nobody of the two is reached: there is nothing to press, and it says why.
  await page.getByText('今天已经提醒过，或提醒不到', { exact: true }).waitFor()
  expect(await page.getByRole('button', { name: '提醒未签' }).isDisabled()).toBe(true)
  await stage.shot(page, '13-start-letter-unremindable')
  await page.context().close()
}

/** The 班主任 writes a short notice from the phone. */
export async function sendNotice(stage: Stage, as: string) {
  const teacher = await stage.phone(as)
  await teacher.tap('加入孩子的班级')
  await teacher.tap('微信手机号登录')
  await teacher.see('七年级2班')
  await teacher.screenshot('main-job/08-teacher-home')
  await teacher.tap('写通知')
  await teacher.page
    .locator('textarea')
    .first()
    .fill('11月28日(周六)全班去森林公园，早上8:00在校门口集合。请给孩子带午饭和一件厚外套。')
  await teacher.page.locator('wx-page input').filter({ visible: true }).last().fill('秋游告知书')
  await teacher.screenshot('main-job/09-teacher-notice')
  await teacher.tap('发出')
  await teacher.see('发给云溪市实验中学七年级2班的家长？')
  await teacher.tap(teacher.page.getByText('发出', { exact: true }).filter({ visible: true }).last())
  await teacher.see(/秒后发出/)
  // Ten seconds in which it can be taken back, then the next tick of the worker.
  await teacher.page
    .getByText(/已读0\/3|未读/)
    .filter({ visible: true })
    .first()
    .waitFor({ timeout: 60_000 })
  await teacher.screenshot('main-job/10-teacher-sent')
  return teacher
}

/** The mother finds the notice on top of her letters; opening it is reading it. */
export async function readNotice(stage: Stage, phone: Phone, as: string) {
  await stage.openPage(phone, as, 'pages/letters/letters')
  await phone.tap('秋游告知书')
  await phone.see(/森林公园/)
  await phone.screenshot('main-job/14-notice')
}
