import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { hashPassword } from '../../server/modules/accounts/sign-in/service.ts'
import { LetterModel } from '../../server/modules/letters/model.ts'
import { StaffAnswerModel } from '../../server/modules/letters/staff/answers/model.ts'
import { buildBranch, buildStaff } from '../support/build.ts'
import { tick } from '../support/letters.ts'
import { PDF } from '../support/staff-letters.ts'
import { PASSWORD, useStage } from './stage.ts'

const stage = useStage()
const { world } = stage

/** A school with its office and two teachers, one of whom has a phone. */
async function scene() {
  const here = await buildBranch()
  const passwordHash = await hashPassword(PASSWORD)
  const office = await buildStaff(here.school, 'school_admin', { name: '许静' })
  await PersonModel.updateOne({ _id: office }, { loginName: 'xujing', passwordHash })
  const teacher = await buildStaff(here.klass, 'class_teacher', { name: '李文' })
  const { fields } = world.deps()
  const phone = { phone: fields.seal('13900000096'), phoneIndex: fields.index('13900000096') }
  await PersonModel.updateOne({ _id: teacher }, { demoAs: '李文', ...phone })
  await buildStaff(here.klass, 'class_teacher', { name: '周敏' })
  const paper = join(tmpdir(), `form-${String(process.pid)}.pdf`)
  await writeFile(paper, PDF)
  return { ...here, paper }
}

it('is made by an office with a choice, a number and a file, answered on a phone, and says who is missing', async () => {
  const { school, paper } = await scene()
  const { page, errors } = await stage.console('xujing')
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true })
  await page.getByRole('link', { name: '家长信', exact: true }).click()
  await button('写信').click()
  await button(/空白/).click()
  await page.getByPlaceholder('家长先看到的一句').fill('家访安排')
  await page.getByRole('textbox', { name: '正文' }).click()
  await page.keyboard.type('请填好家访的安排。')
  await page.getByText('写给老师', { exact: true }).click()
  await page.locator('.el-tree-node__content', { hasText: school.name }).first().locator('label').click()
  await page.getByText('点确认', { exact: true }).click()
  await button('加一张回执').click()
  await page.getByText('每位老师一份', { exact: true }).click()

  const ask = async (type: string, label: string) => {
    await button(type).click()
    await page.getByLabel('问什么').fill(label)
  }
  await ask('选择', '什么时候去')
  for (const [at, option] of ['上午', '下午'].entries()) await page.getByLabel(`选项${at + 1}`).fill(option)
  await ask('数', '去几家')
  await page.getByLabel('最小', { exact: true }).fill('1')
  await page.getByLabel('最大', { exact: true }).fill('60')
  await page.getByLabel('单位', { exact: true }).fill('家')
  await ask('上传文件', '家访名单')
  await page.getByLabel('最多几个', { exact: true }).fill('2')
  await page.getByLabel('问什么').click()
  await page.getByText(/已存为草稿/).waitFor()
  await stage.shot(page, 'staff-form-compose')
  await button('发送…').click()
  await page.getByRole('dialog').getByText('发给2位老师？').waitFor()
  await page.getByRole('dialog').getByRole('button', { name: '立即发送' }).click()
  await page.getByRole('heading', { name: '还差谁' }).waitFor()
  await tick(world)
  expect(await LetterModel.countDocuments({ status: 'sent' })).toBe(1)

  const at = await stage.phone('李文')
  await at.tap('加入孩子的班级')
  await at.tap('微信手机号登录')
  await at.tap('有1封写给您的信等您看')
  await at.tap('家访安排')
  await at.see('1到60家')
  await at.see('最多2个文件')
  await at.screenshot('staff-form/1-form')
  await at.tap('下午')
  await at.page.locator('wx-input input').filter({ visible: true }).first().fill('12')
  const chooser = at.page.waitForEvent('filechooser')
  await at.tap('从聊天里选 PDF')
  await (await chooser).setFiles(paper)
  await at.see('去掉')
  await at.tap('提交回执')
  await at.see('修改回执')
  await at.screenshot('staff-form/2-done')
  await at.close()
  expect(await StaffAnswerModel.countDocuments()).toBe(1)

  await page.reload()
  const missing = page.getByRole('region', { name: '还差谁' })
  await missing.getByText('周敏').waitFor()
  expect(await missing.getByText('李文').count()).toBe(0)
  await page.getByRole('region', { name: '回执' }).getByText('12家').waitFor()
  for (const width of [1024, 1280, 1440]) {
    await page.setViewportSize({ width, height: 900 })
    await stage.shot(page, `staff-form-office-${width}`)
  }
  expect(errors).toEqual([])
}, 240_000)
