import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { hashPassword } from '../../server/modules/accounts/sign-in/service.ts'
import { ProgrammeModel } from '../../server/modules/courses/programmes/model.ts'
import { shot } from '../support/browser.ts'
import { buildBranch, buildStaff } from '../support/build.ts'
import { writeProgramme } from '../support/drafts.ts'
import { PASSWORD, useStage } from './stage.ts'

const stage = useStage()
const { world } = stage
const TITLE = '期末前的三节课'

/** A school with a course that is written and saved, and the district above it. */
async function scene() {
  const { school, district } = await buildBranch()
  const schoolId = await buildStaff(school, 'school_admin', { name: '许静' })
  const districtId = await buildStaff(district, 'district_admin', { name: '陈立' })
  const passwordHash = await hashPassword(PASSWORD)
  await PersonModel.updateOne({ _id: schoolId }, { loginName: 'shiyan', passwordHash })
  await PersonModel.updateOne({ _id: districtId }, { loginName: 'quxian', passwordHash })
  await writeProgramme(await world.as(schoolId, 'staff'), String(school._id), { title: TITLE })
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const inDialog = (page: Page, name: string) =>
  page.getByRole('dialog').getByRole('button', { name, exact: true })

async function signIn(loginName: string) {
  const page = await stage.stranger()
  page.setDefaultTimeout(20_000)
  await page.goto(`${world.origin()}/admin/`)
  await page.getByLabel('账号').fill(loginName)
  await page.getByLabel('密码', { exact: true }).fill(PASSWORD)
  await button(page, '登录').click()
  await page.getByRole('link', { name: '编写课程', exact: true }).click()
  return page
}

const open = (page: Page) => page.getByRole('button', { name: new RegExp(TITLE) }).click()

async function submit(page: Page) {
  await button(page, '提交审核').click()
  await page.getByRole('dialog').getByText('审核前不能再改，可以撤回').waitFor()
  await inDialog(page, '提交审核').click()
  await page.getByText('等待审核', { exact: true }).waitFor()
}

it('goes to the district, comes back with words, is mended, approved, published, and stopped', async () => {
  await scene()
  const district = await signIn('quxian')
  await button(district, '课程规定').click()
  await district.getByRole('dialog').getByText('下级单位的课程，先给我们审核再发布').click()
  await shot(district, 'courses/settings')
  await inDialog(district, '保存').click()
  await district.getByText('已保存').waitFor()

  const school = await signIn('shiyan')
  await open(school)
  await submit(school)

  await district.reload()
  await open(district)
  await button(district, '退回修改').click()
  await district.getByLabel('意见').fill('简介请写明学多久')
  await shot(district, 'courses/return')
  await inDialog(district, '退回').click()
  await district.getByText('已退回', { exact: true }).waitFor()

  await school.reload()
  await school.getByText('陈立退回：简介请写明学多久').waitFor()
  await school.getByLabel('简介，家长第一眼看到的几句话').fill('三节短课，每节五分钟。')
  // What was typed goes along, saved by itself or not yet.
  await submit(school)

  await district.reload()
  await button(district, '通过').click()
  await district.getByText('审核通过', { exact: true }).waitFor()

  await school.reload()
  await button(school, '发布').click()
  await inDialog(school, '发布').click()
  await school.getByText('第1版已发布').waitFor()
  expect(await ProgrammeModel.findOne({ title: TITLE }).lean()).toMatchObject({
    summary: '三节短课，每节五分钟。',
    withdrawnAt: null,
  })

  await button(school, '停开').click()
  await school.getByText('学到一半的可以学完').waitFor()
  await shot(school, 'courses/withdraw')
  await inDialog(school, '停开').click()
  await school.getByText('已停开', { exact: true }).waitFor()
  expect((await ProgrammeModel.findOne({ title: TITLE }).lean())?.withdrawnAt).toBeInstanceOf(Date)
}, 150_000)
