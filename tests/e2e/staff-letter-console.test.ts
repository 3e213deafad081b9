import { expect, it } from 'vitest'
import { createLetter, queueLetter, reviseLetter, updateLetter } from '#contract/letters'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { hashPassword } from '../../server/modules/accounts/sign-in/service.ts'
import { buildStaff } from '../support/build.ts'
import { buildClass, DRAFT, newRequest, tick } from '../support/letters.ts'
import { PASSWORD, useStage } from './stage.ts'

const stage = useStage()
const { world } = stage
const { kind: _, ...WRITTEN } = DRAFT
const BODY = '## 请各校\n\n1. 讲一讲冬季安全。\n2. 把这封信转给家长。\n\n- **有问题打电话。**'

/** A letter of the district to principals. */
async function scene() {
  const here = await buildClass(world)
  const principal = await buildStaff(here.school, 'principal', { name: '顾远' })
  const passwordHash = await hashPassword(PASSWORD)
  await PersonModel.updateOne({ _id: principal }, { loginName: 'guyuan', passwordHash })
  const admin = await buildStaff(here.district, 'district_admin', { name: '陈立' })
  const call = await world.as(admin, 'staff')
  const unitIds = [String(here.district._id)]
  const said = { ...WRITTEN, title: '冬季安全', body: BODY, audience: [] }
  const staff = { posts: ['principal' as const], unitIds }
  const draft = await call(createLetter, {
    ...{ ...said, staff, kind: 'letter', unitId: unitIds[0] ?? '', requestId: newRequest() },
  })
  await call(queueLetter, { letterId: draft.id, sendAt: null })
  await tick(world)
  const correct = async () => {
    const next = await call(reviseLetter, { letterId: draft.id, requestId: newRequest() })
    const change = { body: `${BODY}\n\n请在周五以前完成。`, correction: '写明了日期' }
    await call(updateLetter, { letterId: next.id, ...said, ...change, staff })
    await call(queueLetter, { letterId: next.id, sendAt: null })
    await tick(world)
  }
  return { correct }
}

it('shows a letter to a post as it was written, and leads from an old edition to the new one', async () => {
  const { correct } = await scene()
  const { page, errors } = await stage.console('guyuan')
  await page.getByRole('link', { name: '写给我的信', exact: true }).click()
  await page.getByRole('link', { name: '冬季安全', exact: true }).click()
  await page.getByRole('heading', { name: '请各校' }).waitFor()
  const second = page.locator('[data-mark="2."]')
  expect(await second.innerText()).toBe('把这封信转给家长。')
  await stage.shot(page, 'staff-letter')

  await correct()
  await page.reload()
  await page.getByRole('link', { name: '看新版' }).click()
  await page.getByText('请在周五以前完成。').waitFor()
  await page.getByRole('button', { name: '我已阅读并确认' }).click()
  await page.getByText(/您在.*确认了这封信/).waitFor()
  expect(errors).toEqual([])
}, 120_000)
