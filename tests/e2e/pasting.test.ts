import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { hashPassword } from '../../server/modules/accounts/sign-in/service.ts'
import { LetterModel } from '../../server/modules/letters/model.ts'
import { pasteInto, shot } from '../support/browser.ts'
import { buildClass } from '../support/letters.ts'
import { PASSWORD, useStage } from './stage.ts'

const stage = useStage()
const { world } = stage

const fixture = (name: string) =>
  readFileSync(new URL(`../admin-web/pasted/${name}.html`, import.meta.url), 'utf8')

it('pastes a document over what was written, says what did not come along, and gives the former text back', async () => {
  const here = await buildClass(world)
  const passwordHash = await hashPassword(PASSWORD)
  await PersonModel.updateOne({ _id: here.office }, { loginName: 'shiyan', passwordHash })
  const { page } = await stage.console('shiyan')
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true })
  await page.getByRole('link', { name: '家长信', exact: true }).click()
  await button('写信').click()
  await button(/空白/).click()
  const body = page.getByRole('textbox', { name: '正文' })
  await body.click()
  await page.keyboard.insertText('　')
  await page.getByText('段落前面不用空格，手机上每一段会自动隔开').waitFor()
  await page.keyboard.type(' 原来写好的话')
  await page.keyboard.press('Control+a')
  await pasteInto(page, fixture('word'))
  await page.getByText(/^粘贴时去掉了1张图片（路线图）、修订里删掉的文字和批注，其余都在/).waitFor()
  expect(await page.locator('.el-message--warning').count()).toBe(1)
  await body.getByText('走读生在校门口集合').waitFor()
  await shot(page, 'pasting/word')
  const saved = async () => (await LetterModel.findOne().lean())?.body
  await expect.poll(saved, { timeout: 15_000 }).toContain('1. 八点前到校\n（1）走读生在校门口集合\n')
  expect(await saved()).not.toContain('原来写好的话')

  await page.keyboard.press('Control+z')
  await expect.poll(saved, { timeout: 15_000 }).toBe('原来写好的话')
  await pasteInto(page, null)
  await page.getByText('图片请用“图片”按钮上传，文件请用“加附件”').waitFor()
  expect(await body.innerText()).toBe('原来写好的话')

  await page.keyboard.press('Control+End')
  for (const name of ['word-tables', 'wechat']) await pasteInto(page, fixture(name))
  await body.getByText('王老师　七年级3班').scrollIntoViewIfNeeded()
  await shot(page, 'pasting/tables')
  expect(await page.evaluate('window.pwned')).toBeUndefined()
  await page.context().close()
}, 90_000)
