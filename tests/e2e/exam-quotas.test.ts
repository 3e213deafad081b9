import { expect, it } from 'vitest'
import { readProgrammeDraft } from '#contract/drafts'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { hashPassword } from '../../server/modules/accounts/sign-in/service.ts'
import { LessonDraftModel } from '../../server/modules/courses/drafts/lessons/model.ts'
import { buildBranch, buildStaff } from '../support/build.ts'
import { writeProgramme } from '../support/drafts.ts'
import { PASSWORD, useStage } from './stage.ts'

const stage = useStage()
const { world } = stage
const EXAM = {
  draw: 3,
  drawPerLesson: 0,
  passPercent: 80,
  minutesLimit: 30,
  attemptsPerDay: 3,
  pauseMinutes: 10,
}

it('lets an author say how many of each theme a paper has, and keeps it', async () => {
  const { school } = await buildBranch()
  const office = await buildStaff(school, 'school_admin', { name: '许静' })
  await PersonModel.updateOne(
    { _id: office },
    { loginName: 'xujing', passwordHash: await hashPassword(PASSWORD) },
  )
  const call = await world.as(office, 'staff')
  const certificate = { until: 'end-of-stage' as const, years: null }
  const draft = await writeProgramme(call, String(school._id), { exam: EXAM, certificate })
  await LessonDraftModel.updateOne({ title: '说好就做' }, { theme: '作息与习惯' })
  const quotas = async () =>
    (await call(readProgrammeDraft, { programmeDraftId: draft.id })).exam?.quotas ?? null

  const { page, errors } = await stage.console('xujing')
  await page.goto(`${world.origin()}/admin/programme-drafts/${draft.id}?unitId=${String(school._id)}`)
  await page.getByText('规定每个主题至少几题').click()
  await page.getByText('规定易、中、难各几题').click()
  await page.getByLabel('亲子沟通至少几题').fill('3')
  await page.getByLabel('亲子沟通至少几题').press('Tab')

  await page.getByText('各主题加起来是4题，一份卷只有3题').waitFor()
  await page.getByRole('heading', { name: '结业' }).scrollIntoViewIfNeeded()
  await stage.shot(page, 'exam-quotas')
  const themes = [
    { theme: '亲子沟通', least: 3 },
    { theme: '作息与习惯', least: 1 },
  ]
  await expect.poll(quotas, { timeout: 20_000 }).toEqual({ themes, difficulties: [1, 2, 0] })
  await page.getByText('主题不限').click()
  await expect.poll(quotas, { timeout: 20_000 }).toEqual({ themes: [], difficulties: [1, 2, 0] })
  await page.getByText('易、中、难轮流抽').click()
  await expect.poll(quotas, { timeout: 20_000 }).toBeNull()
  expect(errors).toEqual([])
}, 120_000)
