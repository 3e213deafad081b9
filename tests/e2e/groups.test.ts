import { expect, it } from 'vitest'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { hashPassword } from '../../server/modules/accounts/sign-in/service.ts'
import { StudentModel } from '../../server/modules/org/families/model.ts'
import { refreshAllKeys } from '../../server/modules/org/families/search/service.ts'
import { ChildGroupModel } from '../../server/modules/org/groups/model.ts'
import { shot } from '../support/browser.ts'
import { buildStudent } from '../support/build.ts'
import { buildClass } from '../support/letters.ts'
import { fillClass } from '../support/schools.ts'
import { writeBook } from '../support/sheets.ts'
import { PASSWORD, useStage } from './stage.ts'

const stage = useStage()
const { world } = stage

it('is made on the console, filled by name and by a pasted column, renamed, thinned out and closed', async () => {
  const here = await buildClass(world)
  const students = await fillClass(here.klass, 6)
  await refreshAllKeys(world.deps())
  const passwordHash = await hashPassword(PASSWORD)
  await PersonModel.updateOne({ _id: here.office }, { loginName: 'shiyan', passwordHash })
  const page = await stage.stranger()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.setDefaultTimeout(20_000)
  await page.goto(`${world.origin()}/admin/`)
  await page.getByLabel('账号').fill('shiyan')
  await page.getByLabel('密码', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await page.getByRole('link', { name: '学生分组', exact: true }).click()
  await page.getByText('还没有分组').waitFor()
  await shot(page, 'groups/1-none')

  await page.getByRole('button', { name: '新建第一个分组' }).click()
  await page.getByRole('textbox', { name: '分组的名字' }).fill('校车一号线')
  await shot(page, 'groups/2-new')
  await page.keyboard.press('Enter')
  await page.getByText('这个分组里还没有孩子').waitFor()

  await page.getByRole('combobox', { name: '加孩子' }).fill('张三')
  await page.getByRole('option', { name: /张三/ }).click()
  await shot(page, 'groups/3-search')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: '加进来' }).click()
  await page.getByRole('link', { name: '张三', exact: true }).waitFor()

  const numbers = students.slice(0, 3).map((it) => it.number)
  await page.getByRole('button', { name: '粘贴学号' }).click()
  await page.getByRole('textbox', { name: '学号，一行一个' }).fill([...numbers, '没有的人'].join('\n'))
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: '加进来' }).click()
  await dialog.getByText('加了3个孩子').waitFor()
  await dialog.getByText('这个单位里没有这个学号').waitFor()
  await shot(page, 'groups/4-pasted')
  await dialog.getByRole('button', { name: '好了', exact: true }).click()
  await page.getByText('共4条').waitFor()
  await shot(page, 'groups/5-members')

  await page.getByRole('button', { name: '用表格加' }).click()
  await dialog.getByText('一个分组最多5000个孩子').waitFor()
  await shot(page, 'groups/5a-table')
  const twin = students[4]?.name ?? ''
  await buildStudent(here.klass, { name: twin })
  const rows = [
    ['学号', '姓名'],
    [numbers[0] ?? '', ''],
    [students[3]?.number ?? '', ''],
    ['', twin],
    ['', '查无此人'],
  ]
  await page.getByLabel('选择要加进分组的表格').setInputFiles(await writeBook([{ name: '名单', rows }]))
  await dialog.getByText('将加1个孩子，1行要您选一个，不选就不加，1行有问题会跳过').waitFor()
  await dialog.getByRole('combobox', { name: /第4行/ }).press('Enter')
  await shot(page, 'groups/5b-found')
  await page.getByRole('option', { name: new RegExp(`学号${students[4]?.number ?? ''}`) }).click()
  await dialog.getByRole('button', { name: '加进来' }).click()
  await dialog.getByText('加了2个孩子，另外1个本来就在').waitFor()
  await shot(page, 'groups/5c-added')
  await dialog.getByRole('button', { name: '好了', exact: true }).click()
  await page.getByText('共6条').waitFor()
  await shot(page, 'groups/5d-undoable')
  await page.locator('#main').getByRole('button', { name: '撤销', exact: true }).click()
  await page.getByText('共4条').waitFor()

  // What is ticked stays ticked while another child is looked for.
  const row = page.getByRole('row').filter({ hasText: '张三' })
  await row.locator('.el-checkbox').click()
  const find = page.getByRole('textbox', { name: '在这个分组里' })
  await find.fill('没有的人')
  await page.getByText('这个分组里没有“没有的人”').waitFor()
  await find.fill(numbers[0] ?? '')
  await page.getByText('共1条').waitFor()
  await shot(page, 'groups/5e-found')
  await find.clear()
  await page.getByText('共4条').waitFor()
  await page.getByRole('button', { name: '移出选中的1个孩子' }).click()
  await page.getByRole('button', { name: '移出', exact: true }).click()
  await page.getByText('共3条').waitFor()

  await page.getByRole('button', { name: '修改', exact: true }).click()
  await page.getByRole('textbox', { name: '分组的名字' }).fill('校车二号线')
  await page.getByText('长期，直到解散').click()
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByRole('heading', { name: '校车二号线' }).waitFor()
  await page.getByRole('link', { name: '返回' }).click()
  await page.getByRole('link', { name: '校车二号线' }).waitFor()
  await shot(page, 'groups/6-list')
  const group = await ChildGroupModel.findOne({ name: '校车二号线' }).lean()
  expect(group).toMatchObject({ isSensitive: false, endsOn: null })
  expect(await StudentModel.countDocuments({ groups: { $elemMatch: { to: null } } })).toBe(3)

  await page.getByRole('button', { name: '解散校车二号线' }).click()
  await page.getByRole('button', { name: '解散', exact: true }).last().click()
  await page.getByText('还没有分组').waitFor()
  expect(await StudentModel.countDocuments({ groups: { $elemMatch: { to: null } } })).toBe(0)
  expect(errors).toEqual([])
}, 180_000)
