import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { hashPassword } from '../../server/modules/accounts/sign-in/service.ts'
import { shot } from '../support/browser.ts'
import { buildBranch, buildGuardian, buildStaff, buildStudent } from '../support/build.ts'
import { PASSWORD, useStage } from './stage.ts'

const stage = useStage()
const { world } = stage

// The steps of docs/guide/courses.md, in its words.
const LESSONS = ['孩子不肯起床', '出门以前不吵架', '放学路上说说话']

async function scene() {
  const branch = await buildBranch()
  const adminId = await buildStaff(branch.school, 'school_admin', { name: '许静' })
  await PersonModel.updateOne(
    { _id: adminId },
    { loginName: 'shiyan', passwordHash: await hashPassword(PASSWORD) },
  )
  const mother = await buildGuardian(world, await buildStudent(branch.klass))
  const { openId } = world.simulator().control.identity({ as: '张三妈妈' })
  await PersonModel.updateOne({ _id: mother }, { wxOpenId: openId, name: '刘洋' })
  await world.tokenOf(mother, 'guardian')
  return branch
}

const saved = (page: Page) => page.getByRole('status').filter({ hasText: '已自动保存' }).first().waitFor()
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

async function begin(page: Page) {
  await page.getByRole('link', { name: '编写课程', exact: true }).click()
  await button(page, '新建课程').click()
  await page.getByLabel('课程的名称').fill('早上不吵架，三节课')
  await page.getByRole('dialog').getByText('初中', { exact: true }).click()
  await button(page, '开始编写').click()
  await page.getByText('发布以前还差').waitFor()
}

async function writeLesson(page: Page, title: string, isAsking: boolean) {
  await page.getByRole('button', { name: new RegExp(`\\d\\. ${title}`) }).click()
  await page.getByPlaceholder('家长看了就想点开的一句话').fill('早上的十分钟，少说一句，多等一会儿。')
  await page.getByRole('textbox', { name: '正文' }).click()
  await page.keyboard.type('闹钟响了三遍，孩子还在床上。先别掀被子，坐到床边说一声：我在门口等你。')
  if (isAsking) {
    await button(page, '加一道题').click()
    await page.getByLabel('题目', { exact: true }).fill('孩子不肯起床，先怎么做？')
    await page.getByLabel('选项1', { exact: true }).fill('掀开被子')
    await page.getByLabel('选项2', { exact: true }).fill('坐到床边说一声')
    await page.getByLabel('第2个是答案').check({ force: true })
    await page.getByLabel('讲解').fill('先靠近，再说事。')
  }
  await saved(page)
  await shot(page, `courses/lesson-${isAsking ? 'with' : 'without'}-question`)
  await button(page, '返回课程').click()
  await page.getByRole('region', { name: '第1单元' }).waitFor()
}

it('makes and publishes a course of three lessons by the walk-through, and a parent learns it', async () => {
  const { klass } = await scene()
  const page = await stage.stranger()
  page.setDefaultTimeout(20_000)
  await page.goto(`${world.origin()}/admin/`)
  await page.getByLabel('账号').fill('shiyan')
  await page.getByLabel('密码', { exact: true }).fill(PASSWORD)
  await button(page, '登录').click()
  const startedAt = Date.now()

  await begin(page)
  for (const title of LESSONS) {
    await page.getByLabel('第1单元的下一课叫什么').fill(title)
    await button(page, '加一课').click()
    await page.getByRole('button', { name: new RegExp(`\\d\\. ${title}`) }).waitFor()
  }
  for (const [at, title] of LESSONS.entries()) await writeLesson(page, title, at === 0)

  await page.getByLabel('简介，家长第一眼看到的几句话').fill('早上总是吵，三节课，换一种叫法。')
  await page.locator('label.el-checkbox', { hasText: '七年级' }).click()
  await button(page, '发布').waitFor()
  await shot(page, 'courses/ready')
  await button(page, '发布').click()
  await page.getByRole('dialog').getByText('1户家庭必修').waitFor()
  await shot(page, 'courses/publish')
  await page.getByRole('dialog').getByRole('button', { name: '发布', exact: true }).click()
  await page.getByText('第1版已发布').waitFor()
  process.stdout.write(
    `three lessons, walk-through by machine: ${Math.round((Date.now() - startedAt) / 1000)} s\n`,
  )
  expect(Date.now() - startedAt).toBeLessThan(600_000)

  const phone = await stage.phone('张三妈妈', 'pages/courses/courses')
  await phone.see('早上不吵架，三节课')
  await phone.see(`${klass.fullName.replace(/七年级.*$/, '')}开设`)
  await phone.see('3. 放学路上说说话')
  await shot(phone.page, 'courses/phone')
  await phone.close()
  await page.context().close()
}, 150_000)
