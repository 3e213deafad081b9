import { expect, it } from 'vitest'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { hashPassword } from '../../server/modules/accounts/sign-in/service.ts'
import { LetterModel } from '../../server/modules/letters/model.ts'
import { refreshAllKeys } from '../../server/modules/org/families/search/service.ts'
import { ensureUnit } from '../../server/modules/org/tree/service.ts'
import { shot } from '../support/browser.ts'
import { buildStudent } from '../support/build.ts'
import { buildClass } from '../support/letters.ts'
import { PASSWORD, useStage } from './stage.ts'

const stage = useStage()
const { world } = stage

it('writes to a grade of the school, and keeps the audience for next time', async () => {
  const here = await buildClass(world)
  // Beside it a class that is written to, so that leaving out the one is not leaving out the grade.
  await ensureUnit({ kind: 'class', name: '9班', code: 'K9', parent: here.grade, grade: 7 })
  // Namesakes are told apart by class and number.
  await buildStudent(here.klass, { name: '李四' })
  await refreshAllKeys(world.deps())
  const passwordHash = await hashPassword(PASSWORD)
  await PersonModel.updateOne({ _id: here.office }, { loginName: 'shiyan', passwordHash })
  const page = await stage.stranger()
  page.setDefaultTimeout(20_000)
  await page.goto(`${world.origin()}/admin/`)
  await page.getByLabel('账号').fill('shiyan')
  await page.getByLabel('密码', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await page.getByRole('link', { name: '家长信', exact: true }).click()
  await page.getByRole('button', { name: '写信', exact: true }).click()
  await page.getByRole('button', { name: /空白/ }).click()
  await page.getByPlaceholder('家长先看到的一句').fill('七年级家长会')

  await page.getByText('按年级选：七年级、一年级…').click()
  await page.getByRole('option', { name: '七年级' }).click()
  await page.keyboard.press('Escape')
  await page.getByText('个家庭，其中').waitFor()
  await page.getByText('选了1个年级').waitFor()

  // The whole audience is one line, and a sentence.
  const school = here.school.fullName
  const line = page.getByRole('list', { name: '收信的范围' })
  await page.getByText('除去一些班级').click()
  const grade = page.locator('details').getByText('七年级', { exact: true })
  await grade.waitFor()
  await grade.click()
  await page.locator('details').getByText(here.klass.name, { exact: true }).click()
  const others = page.getByRole('combobox', { name: '另外发给这些孩子的家' })
  // At the edge of the window the list goes with its field when the page settles around it.
  await others.evaluate(`it => it.scrollIntoView({ block: 'center' })`)
  await others.fill('李四')
  await page.getByRole('option', { name: new RegExp(`李四.*${here.klass.name} ${here.li.number}`) }).click()
  await page.keyboard.press('Escape')
  const said = `${school}七年级，除了${here.klass.name}；另加1户家庭`
  await page.locator('.audience').getByText(said).waitFor()
  await page.locator('aside').getByText(`发给：${said}`).waitFor()
  await line.scrollIntoViewIfNeeded()
  await shot(page, 'audience/1-line-1280')
  await page.setViewportSize({ width: 1024, height: 768 })
  await shot(page, 'audience/2-line-1024')
  await page.setViewportSize({ width: 390, height: 844 })
  await line.scrollIntoViewIfNeeded()
  await shot(page, 'audience/3-line-390')
  await page.setViewportSize({ width: 1280, height: 800 })

  // By keyboard alone: what is taken away leaves the next one in focus.
  await page.getByRole('button', { name: '去掉李四家' }).focus()
  await page.keyboard.press('Delete')
  const focused = page.locator(':focus')
  await expect.poll(() => focused.getAttribute('aria-label')).toBe(`不再除去${here.klass.fullName}`)
  await page.keyboard.press('Enter')
  await page.locator('.audience').getByText(`${school}七年级`, { exact: true }).last().waitFor()
  await expect.poll(() => line.getByRole('listitem').count()).toBe(1)

  await page.getByRole('button', { name: '存为常用范围' }).click()
  await page.getByRole('dialog').getByRole('textbox').fill('七年级')
  await page.getByRole('button', { name: '存下来' }).click()
  await page.getByText('存好了').waitFor()
  await shot(page, 'audience-field')
  await page.getByText(/已存为草稿/).waitFor()

  const draft = await LetterModel.findOne({ title: '七年级家长会' }).lean()
  expect(draft?.audience.map((it) => it.part)).toEqual(['grade:7'])
}, 120_000)
