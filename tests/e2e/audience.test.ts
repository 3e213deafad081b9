import { expect, it } from 'vitest'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { hashPassword } from '../../server/modules/accounts/sign-in/service.ts'
import { LetterModel } from '../../server/modules/letters/model.ts'
import { shot } from '../support/browser.ts'
import { buildClass } from '../support/letters.ts'
import { PASSWORD, useStage } from './stage.ts'

const stage = useStage()
const { world } = stage

it('writes to a grade of the school, and keeps the audience for next time', async () => {
  const here = await buildClass(world)
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
  await page.getByRole('button', { name: '存为常用范围' }).click()
  await page.getByRole('dialog').getByRole('textbox').fill('七年级')
  await page.getByRole('button', { name: '存下来' }).click()
  await page.getByText('存好了').waitFor()
  await shot(page, 'audience-field')
  await page.getByText(/已存为草稿/).waitFor()

  const draft = await LetterModel.findOne({ title: '七年级家长会' }).lean()
  expect(draft?.audience.map((it) => it.part)).toEqual(['grade:7'])
}, 120_000)
