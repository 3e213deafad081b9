import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { decideLetter, forwardLetter, setLetterSettings, submitLetter } from '#contract/letter-life'
import { attachFile } from '#contract/letter-writing'
import * as letters from '#contract/letters'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { hashPassword } from '../../server/modules/accounts/sign-in/service.ts'
import { LetterModel } from '../../server/modules/letters/model.ts'
import { shot } from '../support/browser.ts'
import { buildStaff } from '../support/build.ts'
import { buildClass, DRAFT, newRequest, tick } from '../support/letters.ts'
import { makeOffice } from '../support/office.ts'
import { upload } from '../support/uploading.ts'
import { PASSWORD, useStage } from './stage.ts'

const stage = useStage()
const { world } = stage
const { kind: _, ...words } = DRAFT

async function signIn() {
  const page = await stage.stranger()
  page.setDefaultTimeout(20_000)
  await page.goto(`${world.origin()}/admin/`)
  await page.getByLabel('账号').fill('shiyan')
  await page.getByLabel('密码', { exact: true }).fill(PASSWORD)
  await button(page, '登录').click()
  await page.getByRole('link', { name: '家长信', exact: true }).waitFor()
  return page
}
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true })

/** A school, and its office that signs in by a password. */
async function scene() {
  const here = await buildClass(world)
  const passwordHash = await hashPassword(PASSWORD)
  await PersonModel.updateOne({ _id: here.office }, { loginName: 'shiyan', passwordHash })
  return { ...here, call: await world.as(here.office, 'staff'), unitId: String(here.school._id) }
}

it('shows who approves a letter the phone, its files, and what changed since it was seen last', async () => {
  const { call, unitId, teacher, klass } = await scene()
  await call(setLetterSettings, { unitId, asksApproval: ['letter'] })
  const writer = await world.as(teacher, 'staff')
  const classId = String(klass._id)
  const body = '{{孩子}}家长：\n\n本周五秋游，请给孩子带水杯和雨衣。\n\n八点到校集合。'
  const { id: letterId } = await writer(letters.createLetter, {
    ...{ ...DRAFT, title: '秋游告知书', body, unitId: classId, requestId: newRequest(), audience: [classId] },
  })
  await writer(submitLetter, { letterId, thenSend: null })
  const { approval } = await call(letters.readLetter, { letterId })
  await call(decideLetter, { letterId, hash: approval?.hash ?? '', approve: false, words: '请写明日期' })
  await writer(letters.updateLetter, {
    ...{ ...words, title: '秋游告知书', letterId, audience: [classId], dueOn: null },
    body: body.replace('本周五', '11月27日(周五)'),
  })
  const file = { kind: 'document' as const, name: '秋游安排.docx', bytes: await makeOffice('docx') }
  const asset = await upload(world, writer, classId, { ...file, isForLetter: true })
  await writer(attachFile, { letterId, assetId: asset.id })
  await writer(submitLetter, { letterId, thenSend: { at: null } })

  const page = await signIn()
  await page.getByRole('link', { name: '内容审核', exact: true }).click()
  await button(page, '看家长看到的样子').click()
  const drawer = page.getByRole('dialog', { name: '秋游告知书' })
  await drawer.getByLabel('家长手机上的样子').getByText('11月27日(周五)秋游').waitFor()
  const changes = drawer.getByRole('region', { name: '和上次提交相比' })
  await changes.locator('del', { hasText: '本周五秋游' }).waitFor()
  await changes.locator('ins', { hasText: '11月27日(周五)秋游' }).waitFor()
  await drawer.getByTitle('打开秋游安排.docx').waitFor()
  await page.waitForTimeout(500)
  await shot(page, 'letters/approval')
  await drawer.getByRole('button', { name: '通过', exact: true }).click()
  await page.getByText('已通过，信会按时发出').waitFor()
  expect((await LetterModel.findById(letterId).lean())?.status).toBe('sent')
  await page.context().close()
}, 90_000)

it('takes the corrected text of the district into a correction of one’s own, and withdraws along with it', async () => {
  const { call, unitId, district } = await scene()
  const above = await world.as(await buildStaff(district, 'district_admin'), 'staff')
  const write = async (title: string) => {
    const { id } = await above(letters.createLetter, {
      ...{ ...DRAFT, title, body: '请讲一讲防溺水。', unitId: String(district._id), audience: [] },
      requestId: newRequest(),
      staff: { posts: ['school_admin'], unitIds: [String(district._id)] },
    })
    await above(letters.queueLetter, { letterId: id, sendAt: null })
    await tick(world)
    const said = { letterId: id, unitId, requestId: newRequest(), preface: '各位家长，请看区里的信。' }
    const forward = await call(forwardLetter, said)
    await call(letters.queueLetter, { letterId: forward.id, sendAt: null })
    return { id, forwardId: forward.id }
  }
  const first = await write('防溺水告知书')
  const second = await write('防火告知书')
  const next = await above(letters.reviseLetter, { letterId: first.id, requestId: newRequest() })
  await above(letters.updateLetter, {
    ...{
      ...words,
      title: '防溺水告知书',
      body: '请讲一讲防溺水和用电安全。',
      letterId: next.id,
      audience: [],
    },
    correction: '加上了用电安全',
  })
  await above(letters.queueLetter, { letterId: next.id, sendAt: null })
  await above(letters.withdrawLetter, { letterId: second.id, reason: '日期写错了' })
  await tick(world)

  const page = await signIn()
  const open = (letterId: string) => page.goto(`${world.origin()}/admin/letters/${letterId}?unitId=${unitId}`)
  await open(first.forwardId)
  await page.getByRole('status', { name: '原信有变化' }).getByText('加上了用电安全').waitFor()
  await shot(page, 'letters/source-corrected')
  await button(page, '采用新版，去看一遍').click()
  await page.getByRole('textbox', { name: '正文' }).getByText('用电安全').waitFor()
  await shot(page, 'letters/source-taken')
  await open(second.forwardId)
  await page.getByRole('status', { name: '原信有变化' }).getByText('日期写错了').waitFor()
  await shot(page, 'letters/source-withdrawn')
  await button(page, '一并撤回').click()
  await page.getByRole('dialog').getByRole('button', { name: '一并撤回' }).click()
  await page.getByText('已一并撤回').waitFor()
  expect((await LetterModel.findById(second.forwardId).lean())?.status).toBe('withdrawn')
  await page.context().close()
}, 90_000)
