import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { expect, it } from 'vitest'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { hashPassword } from '../../server/modules/accounts/sign-in/service.ts'
import { StaffAnswerModel } from '../../server/modules/letters/staff/answers/model.ts'
import { buildMeeting, PDF } from '../support/staff-letters.ts'
import { PASSWORD, useStage } from './stage.ts'

const stage = useStage()
const { world } = stage

/** A district's meeting: one head has a desk, another a phone. */
async function scene() {
  const built = await buildMeeting(world, { dueOn: null })
  const passwordHash = await hashPassword(PASSWORD)
  await PersonModel.updateOne({ _id: built.headId }, { loginName: 'guyuan', passwordHash })
  await PersonModel.updateOne({ name: '陈立' }, { loginName: 'chenli', passwordHash })
  const { fields } = world.deps()
  const phone = { phone: fields.seal('13900000098'), phoneIndex: fields.index('13900000098') }
  await PersonModel.updateOne({ name: '周敏' }, { demoAs: '周敏', ...phone })
  const paper = join(tmpdir(), `receipt-${String(process.pid)}.pdf`)
  await writeFile(paper, PDF)
  return { ...built, paper }
}

it('asks schools for a meeting: one answers at a desk, one on the phone, and the district has both with their papers', async () => {
  const { paper, letterId } = await scene()

  const desk = await stage.console('guyuan')
  await desk.page.getByRole('link', { name: '写给我的信', exact: true }).click()
  await desk.page.getByRole('link', { name: '家长学校工作会', exact: true }).click()
  await desk.page.getByRole('button', { name: '提交回执' }).click()
  await desk.page.getByText('请选一选“参加吗”').first().waitFor()
  await desk.page.getByText('到会', { exact: true }).click()
  expect(await desk.page.getByLabel('姓名', { exact: true }).inputValue()).toBe('顾远')
  await desk.page.getByLabel('上传盖章的回执').setInputFiles(paper)
  await desk.page.getByRole('button', { name: /去掉.*\.pdf/ }).waitFor()
  await stage.shot(desk.page, 'staff-receipt-desk-form')
  await desk.page.getByRole('button', { name: '提交回执' }).click()
  await desk.page.getByRole('button', { name: '修改回执' }).waitFor()
  await stage.shot(desk.page, 'staff-receipt-desk-done')
  expect(desk.errors).toEqual([])

  const at = await stage.phone('周敏')
  await at.tap('加入孩子的班级')
  await at.tap('微信手机号登录')
  await at.tap('有1封写给您的信等您看')
  await at.tap('家长学校工作会')
  await at.see(/的回执/)
  await at.tap('到会')
  await at.screenshot('staff-receipts/1-form')
  const chooser = at.page.waitForEvent('filechooser')
  await at.tap('从聊天里选 PDF')
  await (await chooser).setFiles(paper)
  await at.see('去掉')
  await at.see('最多2个文件')
  await at.screenshot('staff-receipts/2-paper')
  await at.tap('提交回执')
  await at.see('修改回执')
  await at.screenshot('staff-receipts/3-done')
  await at.close()
  expect(await StaffAnswerModel.countDocuments()).toBe(2)

  const office = await stage.console('chenli')
  await office.page.goto(`${world.origin()}/admin/letters/${letterId}`)
  await office.page.getByRole('heading', { name: '谁交了回执' }).waitFor()
  await office.page.getByRole('heading', { name: '回执', exact: true }).waitFor()
  await office.page.getByText('138****1234').first().waitFor()
  await stage.shot(office.page, 'staff-receipt-office')
  const downloading = office.page.waitForEvent('download')
  await office.page.getByRole('button', { name: '下载全部文件（2个）' }).click()
  const saved = await (await downloading).path()
  expect((await readFile(saved)).subarray(0, 4).toString('hex')).toBe('504b0304')
  await office.page
    .getByRole('button', { name: /^显示.*的号码$/ })
    .first()
    .click()
  await office.page.getByLabel('原因', { exact: true }).fill('通知他会场改了')
  await office.page.getByRole('button', { name: '显示', exact: true }).last().click()
  await office.page.getByText('这次查看已留下记录').waitFor()
  await stage.shot(office.page, 'staff-receipt-number')
  expect(office.errors).toEqual([])
}, 240_000)
