import { expect, it } from 'vitest'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { hashPassword } from '../../server/modules/accounts/sign-in/service.ts'
import { calendarTick } from '../../server/modules/letters/calendar/jobs.ts'
import type { UnitRecord } from '../../server/modules/org/tree/model.ts'
import { buildBranch, buildGuardian, buildStaff, buildStudent } from '../support/build.ts'
import { PASSWORD, useStage } from './stage.ts'

const stage = useStage()
const { world } = stage

const CONSOLE = { city: 'shi', school: 'xiao' }

/** Two schools of a city, ten days before 国庆: what has come due is drafted. */
async function scene() {
  world.goTo('2026-09-27T01:00:00Z')
  const { city, district } = await stage.open()
  const here = await buildBranch({ city, district })
  const there = await buildBranch({ city, district })
  const child = await buildStudent(here.klass, { name: '张三' })
  await buildGuardian(world, child)
  const passwordHash = await hashPassword(PASSWORD)
  const signs = async (unit: UnitRecord, post: 'city_admin' | 'school_admin', loginName: string) =>
    PersonModel.updateOne({ _id: await buildStaff(unit, post) }, { loginName, passwordHash })
  await signs(city, 'city_admin', CONSOLE.city)
  await signs(here.school, 'school_admin', CONSOLE.school)
  await calendarTick(world.deps())
  return { city, district, here, there }
}

it('a city keeps the year, a school sends what was drafted, and the city sees who has not', async () => {
  const { district, here, there } = await scene()

  const school = await stage.console(CONSOLE.school)
  await school.page.getByText('1个节点的家长信').click()
  await school.page.getByText('今天 9月27日(周日)').waitFor()
  await stage.shot(school.page, 'calendar-school')
  await school.page.getByRole('button', { name: '看过去的3个节点' }).click()
  await school.page.getByText('没有发', { exact: true }).first().waitFor()
  const mine = school.page.locator('article').filter({ hasText: '世界精神卫生日' })
  await mine.getByText('有草稿，没有发').waitFor()
  await mine.getByRole('button', { name: '看草稿' }).click()
  await school.page.getByText('来自年度日历').waitFor()
  await stage.shot(school.page, 'calendar-draft')
  await school.page.goBack()
  // Another node, dismissed with a reason.
  await mine.getByRole('button', { name: '今年不发' }).click()
  await school.page.getByRole('button', { name: '上级已经统一发过' }).click()
  await school.page.getByRole('dialog').getByRole('button', { name: '今年不发' }).click()
  await mine.getByText('写明：上级已经统一发过').waitFor()
  await mine.getByRole('button', { name: '又要发了' }).click()
  await mine.getByText('有草稿，没有发').waitFor()
  // 写这封信 opens the composer with the template.
  await school.page
    .locator('article')
    .filter({ hasText: '秋季期中考试' })
    .first()
    .getByRole('button', { name: '写这封信' })
    .click()
  await expect.poll(() => school.page.getByPlaceholder('家长先看到的一句').inputValue()).toContain('考')
  // A node whose days are sure brings them along.
  await school.page.goBack()
  const holiday = school.page.locator('article').filter({ hasText: '国庆假期' }).first()
  await holiday.getByRole('button', { name: '写这封信' }).click()
  await school.page.getByRole('menuitem', { name: '国庆这几天' }).click()
  await expect.poll(() => school.page.getByLabel('放假日期').inputValue()).toBe('10月1日到7日')
  await school.page.locator('[data-value="10月8日(周四)"]').waitFor()
  await stage.shot(school.page, 'calendar-days-filled')
  expect(school.errors).toEqual([])

  const office = await stage.console(CONSOLE.city)
  await office.page.getByRole('link', { name: '年度日历' }).click()
  const national = office.page.locator('article').filter({ hasText: '国庆假期' })
  await national.getByText('0/2所学校已发').waitFor()
  await stage.shot(office.page, 'calendar-city')
  const midterm = office.page.locator('article').filter({ hasText: '秋季期中考试出分' })
  await midterm.getByText('建议').waitFor()
  await midterm.getByRole('button', { name: '修改' }).click()
  await stage.shot(office.page, 'calendar-change')
  await office.page.getByRole('dialog').getByRole('button', { name: '保存' }).click()
  await midterm.getByText('已确定').waitFor()

  await office.page
    .locator('article')
    .filter({ hasText: '世界精神卫生日' })
    .getByText('0/2所学校已发')
    .click()
  await office.page.getByRole('button', { name: '提醒2所学校' }).click()
  await office.page.getByRole('dialog').getByRole('button', { name: '提醒' }).click()
  await office.page.getByText('今天提醒过了').waitFor()
  await office.page.getByRole('button', { name: district.name }).click()
  await office.page.getByRole('button', { name: there.school.name }).waitFor()
  await stage.shot(office.page, 'calendar-progress')
  await office.page.getByRole('button', { name: here.school.name }).click()
  await office.page.getByText('这个节点的信').waitFor()
  expect(office.errors).toEqual([])
}, 180_000)
