import { expect, it } from 'vitest'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { hashPassword } from '../../server/modules/accounts/sign-in/service.ts'
import { calendarTick } from '../../server/modules/letters/calendar/jobs.ts'
import { LetterModel } from '../../server/modules/letters/model.ts'
import type { UnitRecord } from '../../server/modules/org/tree/model.ts'
import { buildBranch, buildStaff } from '../support/build.ts'
import { PASSWORD, useStage } from './stage.ts'

const stage = useStage()
const { world } = stage
const NODE = '世界精神卫生日'

/** Two schools of a city with the draft of the same node: one will edit it, the other leaves it alone. */
async function scene() {
  world.goTo('2026-09-27T01:00:00Z')
  const { city, district } = await stage.open()
  const edits = await buildBranch({ city, district })
  const waits = await buildBranch({ city, district })
  const passwordHash = await hashPassword(PASSWORD)
  const signs = async (unit: UnitRecord, post: 'city_admin' | 'school_admin', loginName: string) =>
    PersonModel.updateOne({ _id: await buildStaff(unit, post) }, { loginName, passwordHash })
  await signs(city, 'city_admin', 'shi')
  await signs(edits.school, 'school_admin', 'gai')
  await signs(waits.school, 'school_admin', 'deng')
  await calendarTick(world.deps())
  return { edits, waits }
}

it('a node moves: the draft nobody touched follows, the edited one asks; 今年不发 is taken back', async () => {
  const { waits } = await scene()

  const editor = await stage.console('gai')
  await editor.page.getByRole('link', { name: '年度日历' }).click()
  const row = editor.page.locator('article').filter({ hasText: NODE })
  await row.getByRole('button', { name: '看草稿' }).click()
  await editor.page.getByPlaceholder('家长先看到的一句').fill('十月十日，说说心里的事')
  await editor.page.getByRole('button', { name: '存草稿' }).click()
  await editor.page.getByText('十月十日，说说心里的事').waitFor()

  const office = await stage.console('shi')
  await office.page.getByRole('link', { name: '年度日历' }).click()
  const node = office.page.locator('article').filter({ hasText: NODE })
  await node.getByRole('button', { name: '修改' }).click()
  const days = office.page.getByRole('dialog').locator('.el-range-input')
  await days.first().fill('2026年10月13日')
  await days.last().fill('2026年10月13日')
  await days.last().press('Enter')
  await office.page.getByRole('dialog').getByRole('button', { name: '保存' }).click()
  await node.getByText('10月13日').waitFor()
  await calendarTick(world.deps())

  const untouched = await LetterModel.findOne({ unitId: waits.school._id }).lean()
  expect(untouched).toMatchObject({ dueOn: '2026-10-13', authorName: '年度日历' })

  await editor.page.getByText('十月十日，说说心里的事').click()
  const note = editor.page.getByRole('status', { name: '节点改了日期' })
  await note.getByText('这个节点改到10月13日(周二)').waitFor()
  await stage.shot(editor.page, 'calendar-moved-letter')
  await editor.page.getByRole('button', { name: '修改并发送' }).click()
  await note.getByText('截止日期改成10月13日(周二)').waitFor()
  await stage.shot(editor.page, 'calendar-moved-draft')
  await note.getByRole('button', { name: '照新日期改' }).click()
  await note.waitFor({ state: 'detached' })
  await expect
    .poll(() => editor.page.getByPlaceholder('不限').inputValue(), { timeout: 10_000 })
    .toBe('2026年10月13日')
  expect(await editor.page.getByPlaceholder('家长先看到的一句').inputValue()).toBe('十月十日，说说心里的事')
  expect(editor.errors).toEqual([])
  expect(office.errors).toEqual([])

  const school = await stage.console('deng')
  await school.page.getByRole('link', { name: '年度日历' }).click()
  const mine = school.page.locator('article').filter({ hasText: NODE })
  await mine.getByRole('button', { name: '今年不发' }).click()
  await stage.shot(school.page, 'calendar-dismiss')
  await school.page.getByRole('button', { name: '上级已经统一发过' }).click()
  await school.page.getByRole('dialog').getByRole('button', { name: '今年不发' }).click()
  await mine.getByText('写明：上级已经统一发过').waitFor()
  await stage.shot(school.page, 'calendar-dismissed')
  await mine.getByRole('button', { name: '又要发了' }).click()
  await mine.getByText('有草稿，没有发').waitFor()

  // Two weeks after its day the draft that nobody touched is put away; it comes back with one tap.
  world.goTo('2026-10-28T01:00:00Z')
  await calendarTick(world.deps())
  const later = await stage.console('deng')
  await later.page.getByRole('link', { name: '家长信', exact: true }).click()
  await later.page.getByText('还没有写过信').waitFor()
  await later.page.getByRole('link', { name: '已过期的草稿' }).click()
  await later.page.getByText(NODE).waitFor()
  await stage.shot(later.page, 'calendar-expired')
  await later.page.getByRole('button', { name: '恢复' }).click()
  await later.page.getByText('来自年度日历').waitFor()
  expect(later.errors).toEqual([])

  // From March on the next year's days are looked through.
  world.goTo('2027-03-02T01:00:00Z')
  const spring = await stage.console('shi')
  await spring.page.getByRole('link', { name: '年度日历' }).click()
  await spring.page.getByText('下学年（2027–2028学年）').click()
  const next = spring.page.getByRole('row').filter({ hasText: '秋季期中考试' }).first()
  await next.getByText('建议').waitFor()
  await stage.shot(spring.page, 'calendar-next-1280')
  await spring.page.setViewportSize({ width: 1024, height: 768 })
  await stage.shot(spring.page, 'calendar-next-1024')
  await next.getByRole('button', { name: '确定' }).click()
  await next.getByText('已确定').waitFor()
  await spring.page.getByText('只看还没有确定的').click()
  await next.getByText('出分').waitFor()
  expect(spring.errors).toEqual([])
}, 180_000)
