import sharp from 'sharp'
import { expect, it } from 'vitest'
import { plainForm } from '#contract/letter-form'
import { readMySignedCopy, signMyLetter, withdrawLetter } from '#contract/letters'
import type { LetterForm } from '#contract/letter-form'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { ensureStaff } from '../../server/modules/accounts/service.ts'
import { hashPassword } from '../../server/modules/accounts/sign-in/service.ts'
import { LetterModel } from '../../server/modules/letters/model.ts'
import { LetterPictureModel } from '../../server/modules/letters/pictures/model.ts'
import { freezeCopies } from '../../server/modules/letters/signatures/service.ts'
import { SheetModel } from '../../server/modules/letters/sheets/model.ts'
import { ensureUnit } from '../../server/modules/org/tree/service.ts'
import { buildGuardian, buildStudent } from '../support/build.ts'
import { INK, sendLetter } from '../support/letters.ts'
import { PASSWORD, useStage } from './stage.ts'

const stage = useStage()
const { world } = stage
const openIdOf = (as: string) => world.simulator().control.identity({ as }).openId
const MOTHER = '张三妈妈'
const FATHER = '张三爸爸'

const LEAVE: LetterForm = {
  answeredBy: 'any',
  fields: [
    { code: 'kind', label: '孩子要请假吗', type: 'choice', required: true, options: ['要请假', '不请假'] },
    {
      ...{ code: 'note', label: '医院的病历', type: 'picture', required: true, most: 2 },
      hint: '不想让人看到的地方，可以遮住',
      shownIf: { field: 'kind', is: ['要请假'] },
    },
  ],
}

async function scene() {
  const { district } = await stage.open()
  const school = await ensureUnit({
    kind: 'school',
    name: '云溪市实验中学',
    code: '36010101',
    parent: district,
    stages: ['初中'],
  } as never)
  const grade = await ensureUnit({ kind: 'grade', name: '七年级', code: 'G7', parent: school, grade: 7 })
  const klass = await ensureUnit({ kind: 'class', name: '2班', code: 'C2', parent: grade, grade: 7 })
  const passwordHash = await hashPassword(PASSWORD)
  const posts = [{ post: 'school_admin' as const, unitId: school._id, path: school.path }]
  await ensureStaff({ name: '王校长', loginName: 'shiyan', passwordHash, posts }, world.now(), world.deps())
  const office = String((await PersonModel.findOne({ loginName: 'shiyan' }).lean())?._id)
  const zhang = await buildStudent(klass, { name: '张三', number: '20260201' })
  await buildStudent(klass, { name: '王小雨', number: '20260202' })
  const people: string[] = []
  for (const [as, relation] of [
    [MOTHER, '妈妈'],
    [FATHER, '爸爸'],
  ] as const) {
    const consent = { version: 1, isGiven: true, at: world.now() }
    const personId = await buildGuardian(world, zhang, { relation, openId: openIdOf(as) })
    await PersonModel.updateOne({ _id: personId }, { demoAs: as, consent })
    people.push(personId)
  }
  return { school, klass, office, zhang, studentId: String(zhang._id), mother: people[0] ?? '' }
}

it(
  'asks families for a choice, a photo, a yes of both, and hears why somebody does not agree',
  { timeout: 240_000 },
  async () => {
    const { school, klass, office, studentId } = await scene()
    const { page, errors } = await stage.console('shiyan')

    // The office writes a choice, and sees the buttons as a family will.
    await page.getByRole('link', { name: '家长信', exact: true }).click()
    await page.getByRole('button', { name: '写信' }).first().click()
    await page.getByRole('button', { name: /空白/ }).first().click()
    await page.getByLabel('标题').fill('周末春游报名')
    await page.getByText('选一项', { exact: true }).click()
    await page.getByLabel('第1个按钮').fill('参加')
    await page.getByLabel('第2个按钮').fill('不参加')
    await page.getByRole('button', { name: '参加', exact: true }).waitFor()
    await stage.shot(page, 'receipts-choice')
    // A form, question by question, the second shown by the first.
    await page.getByText('点确认', { exact: true }).click()
    await page.getByRole('button', { name: '加一张要填的表' }).click()
    await page.getByRole('button', { name: '选择', exact: true }).click()
    await page.getByLabel('问什么').fill('孩子怎么来')
    await page.getByLabel('选项1').fill('家长接送')
    await page.getByLabel('选项2').fill('自己来')
    await page.getByRole('button', { name: '数', exact: true }).click()
    await page.getByLabel('问什么').fill('几个人来')
    await page.locator('.when').click()
    await page.getByRole('option', { name: /看“孩子怎么来”/ }).click()
    await page.getByRole('button', { name: '家长接送', exact: true }).click()
    await page.getByText('2. 几个人来').last().waitFor()
    await stage.shot(page, 'receipts-form')

    const choice = plainForm({ options: ['参加', '不参加'], reasonFor: ['不参加'], needsReason: true }, 'any')
    const trip = await sendLetter(world, office, school, { title: '周末春游报名', form: choice })
    const phone = await stage.phone(MOTHER, `packages/letter/letter/letter?id=${trip.id}&child=${studentId}`)
    await phone.see('请您选一项')
    await phone.screenshot('main-job/receipts-phone-choice')
    await phone.page.setViewportSize({ width: 320, height: 640 })
    await phone.tap('不参加')
    await phone.screenshot('main-job/receipts-phone-reason-320')
    await phone.page.locator('textarea').fill('孩子那天要看病')
    await phone.tap('提交')
    await phone.see('已选好')
    await phone.screenshot('main-job/receipts-phone-chosen-320')
    await phone.page.setViewportSize({ width: 390, height: 844 })

    // A letter to both: she does not agree, he confirms; the office hears of both and writes down what came of it.
    const both = await sendLetter(world, office, school, { title: '手机管理约定', receiptRule: 'each' })
    const letterPage = (id: string) => `packages/letter/letter/letter?id=${id}&child=${studentId}`
    await stage.openPage(phone, MOTHER, letterPage(both.id))
    await phone.tap('我有不同意见')
    await phone.see('您有什么不同意见')
    await phone.page.locator('textarea').last().fill('孩子要用手机查资料')
    await phone.screenshot('main-job/receipts-phone-objecting')
    await phone.tap('提交')
    await phone.see('您有不同意见')
    await phone.screenshot('main-job/receipts-phone-objected')
    const his = await stage.phone(FATHER, letterPage(both.id))
    await his.see(/还差妈妈/)
    await his.screenshot('main-job/receipts-phone-each')
    await his.tap('我已阅读并确认')
    await his.see('已确认')
    await his.close()
    expect(await SheetModel.findOne({ letterId: both.id }).lean()).toMatchObject({
      confirmed: 0,
      conflicts: 1,
    })

    // A photo: chosen, sent, and part of the answer.
    const leave = await sendLetter(world, office, school, {
      title: '寒假前后请假，请在放假前的最后一周填好这张请假单',
      form: LEAVE,
    })
    await stage.openPage(phone, MOTHER, letterPage(leave.id))
    await phone.tap('要请假')
    const picture = await sharp({ create: { width: 600, height: 400, channels: 3, background: '#7aa' } })
      .jpeg()
      .toBuffer()
    await phone.tap('拍照或选照片')
    const isPhoto = /\/pictures\?request=/
    await phone.page.route(isPhoto, (route) => route.abort())
    const [chooser] = await Promise.all([phone.page.waitForEvent('filechooser'), phone.tap('同意并继续')])
    await chooser.setFiles({ name: '病历.jpg', mimeType: 'image/jpeg', buffer: picture })
    // The network is gone: the photo and what was ticked wait on the phone.
    await phone.see('网络好了会自动上传')
    await phone.tap('提交并确认')
    await phone.see('照片还没有传上去，网络好了再提交，填的都存好了')
    await phone.screenshot('main-job/receipts-phone-photo-waiting')
    expect(await LetterPictureModel.countDocuments()).toBe(0)
    await phone.page.unroute(isPhoto)
    await phone.tap('现在再传一次')
    await expect.poll(() => LetterPictureModel.countDocuments(), { timeout: 15_000 }).toBe(1)
    await phone.screenshot('main-job/receipts-phone-photo')
    await phone.tap('提交并确认')
    await phone.see('1张照片')
    await phone.screenshot('main-job/receipts-phone-photo-sent')
    expect(await LetterPictureModel.countDocuments({ isUsed: true })).toBe(1)
    await phone.close()

    await page.goto(`${world.origin()}/admin/letters/objections?unitId=${String(school._id)}`)
    await page.getByRole('link', { name: '手机管理约定' }).waitFor()
    await stage.shot(page, 'receipts-open')
    await page.getByRole('link', { name: '手机管理约定' }).click()
    await page.getByText('孩子要用手机查资料').waitFor()
    await stage.shot(page, 'receipts-class')
    await page.getByRole('button', { name: '记下谈的结果' }).click()
    await page.getByText('同意了', { exact: true }).click()
    await page.getByLabel('怎样谈的').fill('和妈妈通了电话，周末可以用一小时')
    await stage.shot(page, 'receipts-settling')
    await page.getByRole('button', { name: '记下', exact: true }).click()
    await page.getByText(/谈过了：同意/).waitFor()
    expect(await SheetModel.findOne({ letterId: both.id }).lean()).toMatchObject({ conflicts: 0, open: 0 })

    // Paper of the other family: ticked, entered, taken back.
    await page.locator('.el-table .el-checkbox').last().click()
    await page.getByRole('button', { name: /登记勾选的/ }).click()
    await page.getByRole('dialog').getByRole('button', { name: '登记' }).click()
    await page.getByText(/登记了1家/).waitFor()
    await page.getByText(/^已确认 1$/).click()
    await page
      .getByText(/代登记/)
      .first()
      .waitFor()
    await stage.shot(page, 'receipts-entered')
    await page.goto(`${world.origin()}/admin/letters/${leave.id}?unitId=${String(klass._id)}`)
    await page.getByText('看第1张').waitFor()
    await stage.shot(page, 'receipts-answers')
    // On the narrowest desk the title takes two lines, and both stand beside the way back.
    await page.setViewportSize({ width: 1024, height: 768 })
    const lines = await page.evaluate(`(() => {
      const title = document.createRange()
      title.selectNodeContents(document.querySelector('h1').lastElementChild)
      return [...title.getClientRects()].map((it) => Math.round(it.left))
    })()`)
    expect(lines).toHaveLength(2)
    expect(new Set(lines as number[]).size).toBe(1)
    await stage.shot(page, 'receipts-title-1024')
    await page.setViewportSize({ width: 1280, height: 800 })
    await page.goto(`${world.origin()}/admin/letters/objections?unitId=${String(school._id)}`)
    await page.getByText('没有等着处理的').waitFor()
    await stage.shot(page, 'receipts-none-open')
    await page.goto(`${world.origin()}/admin/letters/verify-copy?unitId=${String(school._id)}`)
    await page
      .locator('#copy')
      .setInputFiles({ name: '假的.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7') })
    await page.getByText(/与学校保存的不一致/).waitFor()
    await stage.shot(page, 'receipts-verify')
    expect(await LetterModel.countDocuments({ status: 'sent' })).toBe(3)
    expect(errors).toEqual([])
    await page.context().close()
  },
)

const TRIP: LetterForm = {
  answeredBy: 'any',
  fields: [
    { code: 'join', label: '孩子参加吗', type: 'choice', required: true, options: ['参加', '不参加'] },
    {
      ...{ code: 'size', label: '校服尺码', type: 'number', required: true, min: 80, max: 200 },
      shownIf: { field: 'join', is: ['参加'] },
    },
    { code: 'day', label: '哪天来拿', type: 'date', required: false },
    { code: 'words', label: '要说明的', type: 'text', required: false, maxLength: 60 },
    { code: 'proof', label: '体检单', type: 'picture', required: true, most: 3 },
  ],
}

it(
  'enters what a class handed in on paper as a table, and knows a genuine copy',
  { timeout: 240_000 },
  async () => {
    const { school, klass, office, studentId, mother } = await scene()
    const trip = await sendLetter(world, office, school, { title: '春游和校服', form: TRIP })
    const { page, errors } = await stage.console('shiyan')
    await page.goto(`${world.origin()}/admin/letters/${trip.id}?unitId=${String(klass._id)}`)
    await page.getByRole('button', { name: '按表登记' }).click()
    const table = page.getByRole('dialog', { name: '按表登记' })
    const line = (name: string) => table.getByRole('row', { name: new RegExp(name) })
    const choose = async (name: string, downs: number) => {
      const box = line(name).getByRole('combobox', { name: '孩子参加吗' })
      await box.focus()
      for (const key of ['Enter', ...Array.from({ length: downs }, () => 'ArrowDown'), 'Enter']) {
        await box.press(key)
      }
    }
    await choose('张三', 1)
    await choose('王小雨', 2)
    await table.getByText('请填一填“校服尺码”').waitFor()
    await stage.shot(page, 'receipts-table')
    await table.getByRole('button', { name: '登记填好的1家' }).waitFor()
    await line('张三').getByLabel('校服尺码').fill('150')
    await line('张三').getByLabel('校服尺码').press('Tab')
    const paper = await sharp({ create: { width: 60, height: 40, channels: 3, background: '#a77' } })
      .jpeg()
      .toBuffer()
    await line('张三')
      .locator('input[type=file]')
      .setInputFiles({ name: '回执.jpg', mimeType: 'image/jpeg', buffer: paper })
    await line('张三').getByText('第1张').waitFor()
    await table.getByRole('button', { name: '登记填好的2家' }).click()
    await table.getByText('登记了2家').waitFor()
    await stage.shot(page, 'receipts-table-entered')
    expect(await SheetModel.findOne({ letterId: trip.id }).lean()).toMatchObject({
      answered: 2,
      confirmed: 2,
    })
    await table.getByRole('button', { name: '撤销这次登记' }).click()
    await line('张三').waitFor()
    expect(await SheetModel.findOne({ letterId: trip.id }).lean()).toMatchObject({
      answered: 0,
      confirmed: 0,
    })
    await table.getByRole('button', { name: '关闭', exact: true }).click()

    // One family by itself: the photo that a phone would ask for may be missing, and a number out of bounds is not set right in silence.
    await page.getByRole('button', { name: '代家长登记' }).first().click()
    const entry = page.getByRole('dialog', { name: /的家长登记/ })
    await entry.getByText('参加', { exact: true }).click()
    await entry.getByLabel('校服尺码').fill('250')
    await entry.getByLabel('校服尺码').press('Tab')
    await entry.getByText('“校服尺码”请填80到200之间的数').waitFor()
    await stage.shot(page, 'receipts-entry')
    await entry.getByLabel('校服尺码').fill('150')
    await entry.getByLabel('校服尺码').press('Tab')
    await entry.getByRole('button', { name: '登记', exact: true }).click()
    await page.getByText('登记好了').waitFor()
    expect(await SheetModel.findOne({ letterId: trip.id }).lean()).toMatchObject({ answered: 1 })
    await page.getByRole('dialog', { name: /代王小雨的家长登记/ }).waitFor()

    const signing = await sendLetter(world, office, school, { title: '安全责任书', confirmation: 'sign' })
    const her = await world.as(mother, 'guardian')
    const said = { studentId, letterId: signing.id }
    await her(signMyLetter, { ...said, ...INK })
    await freezeCopies(world.deps())
    const { link } = await her(readMySignedCopy, said)
    const copy = Buffer.from(await (await fetch(`${world.origin()}/api${link}`)).arrayBuffer())
    await page.goto(`${world.origin()}/admin/letters/verify-copy?unitId=${String(school._id)}`)
    const file = { name: '签收单_张三.pdf', mimeType: 'application/pdf' }
    await page.locator('#copy').setInputFiles({ ...file, buffer: copy })
    await page.getByText(/一个字节也没有改动/).waitFor()
    await page.getByText('安全责任书').waitFor()
    await stage.shot(page, 'receipts-verify-genuine')

    // The letter is taken back: whoever holds the copy is told so, on the console and on the page for anybody.
    const sender = await world.as(office, 'staff')
    await sender(withdrawLetter, { letterId: signing.id, reason: '发错了' })
    await page.locator('#copy').setInputFiles({ ...file, buffer: copy })
    await page.getByText('这封信后来撤回了，不用再照它办理。').waitFor()
    await stage.shot(page, 'receipts-verify-withdrawn')
    await page.goto(`${world.origin()}/verify-copy`)
    await page.locator('#file').setInputFiles({ ...file, buffer: copy })
    await page.getByText('与学校保存的一致，一个字节也没有改动。').waitFor()
    await page.getByText('这封信后来撤回了，不用再照它办理。').waitFor()
    await page.setViewportSize({ width: 390, height: 844 })
    await stage.shot(page, 'receipts-verify-public')
    await page.locator('#file').setInputFiles({ ...file, buffer: Buffer.concat([copy, Buffer.from('\n')]) })
    await page.getByText('与学校保存的不一致：不是原件，或者内容被改动过。').waitFor()
    expect(await page.locator('#since').innerText()).toBe('')
    expect(errors).toEqual([])
    await page.context().close()
  },
)
