import { expect, it } from 'vitest'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { hashPassword } from '../../server/modules/accounts/sign-in/service.ts'
import { takeIn } from '../../server/modules/notify/push/service.ts'
import { ContentModel } from '../../server/modules/safety/model.ts'
import { shot } from '../support/browser.ts'
import { buildStaff } from '../support/build.ts'
import { makePhoto } from '../support/films.ts'
import { buildThread, sendFile } from '../support/threads.ts'
import { PASSWORD, useStage } from './stage.ts'

const stage = useStage()
const { world } = stage

/** A family's picture that WeChat doubts, and a principal who can sign in. */
async function scene() {
  const here = await buildThread(world)
  const sent = await sendFile(world, await world.tokenOf(here.mother, 'guardian'), await makePhoto())
  await here.write('这是请假条', here.her, [sent.json.id])
  const { traceId } = (await ContentModel.findOne({ kind: 'picture' }).lean()) ?? {}
  await takeIn({ kind: 'picture', traceId: traceId ?? '', verdict: 'risky' }, world.deps())
  const principal = await buildStaff(here.school, 'principal', { name: '许静' })
  const passwordHash = await hashPassword(PASSWORD)
  await PersonModel.updateOne({ _id: principal }, { loginName: 'shiyan', passwordHash })
  return here
}

it(
  'a picture that WeChat doubts is looked at on the console and goes back with words',
  { timeout: 90_000 },
  async () => {
    const { open } = await scene()
    const page = await stage.stranger()
    page.setDefaultTimeout(20_000)
    await page.goto(`${world.origin()}/admin/`)
    await page.getByLabel('账号').fill('shiyan')
    await page.getByLabel('密码', { exact: true }).fill(PASSWORD)
    await page.getByRole('button', { name: '登录', exact: true }).click()
    await page.getByRole('link', { name: '内容审核', exact: true }).click()
    await page.getByText('留言、答复和图片', { exact: true }).click()
    const picture = page.getByRole('img', { name: '张三妈妈发的图片' })
    await picture.waitFor()
    await expect
      .poll(() => picture.evaluate((it: unknown) => (it as { naturalWidth: number }).naturalWidth))
      .toBeGreaterThan(0)
    await page.getByText('微信觉得可能不妥').waitFor()
    await shot(page, 'contents/picture')

    await page.getByRole('button', { name: '退回', exact: true }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('原因').fill('图片看不清，请重新拍')
    await shot(page, 'contents/return')
    await dialog.getByRole('button', { name: '退回', exact: true }).click()
    await page.getByText('都看过了').waitFor()
    expect((await open()).lines[0]?.text).toContain('图片没有发出：图片看不清，请重新拍')
  },
)
