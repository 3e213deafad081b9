import { expect, it } from 'vitest'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { SheetModel } from '../../server/modules/letters/sheets/model.ts'
import { SignatureModel } from '../../server/modules/letters/signatures/model.ts'
import { buildClass, sendLetter, tick } from '../support/letters.ts'
import type { Phone } from '../support/miniprogram.ts'
import { useStage } from './stage.ts'
import { look } from './sweep.ts'

const stage = useStage()
const { world } = stage
const MOTHER = '张三妈妈'

async function scene() {
  const it = await buildClass(world)
  const { openId } = world.simulator().control.identity({ as: MOTHER })
  const consent = { version: 1, isGiven: true, at: world.now() }
  await PersonModel.updateOne({ _id: it.mother }, { demoAs: MOTHER, wxOpenId: openId, consent })
  return { ...it, child: String(it.zhang._id) }
}

const FORM = {
  answeredBy: 'any' as const,
  fields: [
    {
      code: 'how',
      label: '孩子怎么回家',
      type: 'choice' as const,
      required: true,
      options: ['家长接', '自己走'],
    },
    { code: 'who', label: '谁来接', type: 'text' as const, required: true, maxLength: 60 },
  ],
}

async function write(phone: Phone) {
  const ink = await phone.page.locator('canvas').filter({ visible: true }).boundingBox()
  if (!ink) throw new Error('The signature pad has no canvas')
  const at = (x: number, y: number): [number, number] => [ink.x + ink.width * x, ink.y + ink.height * y]
  for (const y of [0.3, 0.45, 0.6]) await phone.drag([at(0.3, y), at(0.5, y + 0.08), at(0.7, y)])
}

it('a signature whose answer is lost arrives once, with the help lines beside the pad', async () => {
  const { office, school, klass, child } = await scene()
  const letter = await sendLetter(world, office, school, {
    ...{ title: '防溺水告知书', confirmation: 'sign', audience: [klass] },
  })
  await tick(world)
  const phone = await stage.phone(MOTHER, `packages/letter/letter/letter?id=${letter.id}&child=${child}`)
  const { page } = phone
  await phone.tap('手写签字')
  await phone.see('请在此写上您的姓名')
  await write(phone)
  await phone.tap(page.getByLabel('求助热线').filter({ visible: true }).last())
  await phone.see('现在有人接')
  await phone.screenshot('letter-network/help-over-pad')
  await phone.tap('收起')
  await phone.screenshot('letter-network/pad')

  // The school has it, and the network is cut before the phone hears so; then the mini-program is closed.
  let cut = true
  await page.route('**/signature', async (route) => {
    if (!cut || route.request().method() !== 'POST') return route.continue()
    await route.fetch()
    await route.abort()
  })
  await phone.tap('写好了')
  await phone.see('您的签收保存在手机里了，网络好了会自动送达。')
  await phone.screenshot('letter-network/kept')
  cut = false
  await stage.openPage(phone, MOTHER, `packages/letter/letter/letter?id=${letter.id}&child=${child}`)
  await phone.see('已签字')
  await phone.screenshot('letter-network/signed')
  await expect.poll(() => page.getByText('已保存在手机里').filter({ visible: true }).count()).toBe(0)
  expect(await SignatureModel.countDocuments({ letterId: letter.id })).toBe(1)
  expect(await SheetModel.findOne({ letterId: letter.id }).lean()).toMatchObject({ signed: 1 })

  await phone.tap(page.getByLabel('求助热线').filter({ visible: true }).last())
  await phone.tap(page.getByLabel('拨打青少年服务台12355').filter({ visible: true }).last())
  await phone.see('呼叫')
  await phone.close()
}, 120_000)

it('a form that was left is as it was when its page is opened again', async () => {
  const { office, school, klass, child } = await scene()
  const letter = await sendLetter(world, office, school, {
    title: '周五离校安排',
    audience: [klass],
    form: FORM,
  })
  await tick(world)
  const phone = await stage.phone(MOTHER, `packages/letter/letter/letter?id=${letter.id}&child=${child}`)
  await phone.tap('家长接')
  await phone.page.getByRole('textbox').filter({ visible: true }).last().fill('奶奶来接')
  await stage.openPage(phone, MOTHER, `packages/letter/letter/letter?id=${letter.id}&child=${child}`)
  await phone.see('家长接')
  await phone.screenshot('letter-network/form-again')
  expect(await phone.page.getByRole('textbox').filter({ visible: true }).last().inputValue()).toBe('奶奶来接')

  await phone.page.context().setOffline(true)
  await phone.tap('提交并确认')
  await phone.see(/保存/)
  await phone.screenshot('letter-network/form-offline')
  await phone.page.context().setOffline(false)
  await expect
    .poll(() => SheetModel.countDocuments({ letterId: letter.id, confirmed: 1 }), { timeout: 20_000 })
    .toBe(1)
  await phone.screenshot('letter-network/form-online')
  await phone.see('已确认')
  await phone.close()
}, 120_000)

it('a link to a letter says what it is to whoever it is not for', async () => {
  const { office, school, klass, child } = await scene()
  const letter = await sendLetter(world, office, school, { title: '春游告知书', audience: [klass] })
  await tick(world)
  const link = `packages/letter/letter/letter?id=${letter.id}`

  const stranger = await stage.phone('路人', link)
  await stranger.see('这封信是寄给家长的')
  await stranger.page.setViewportSize({ width: 320, height: 640 })
  await stranger.screenshot('letter-network/stranger')
  expect(await look(stranger.page)).toEqual([])
  await stranger.close()

  const other = await buildClass(world)
  const elsewhere = await sendLetter(world, other.office, other.school, {
    title: '别处的信',
    audience: [other.klass],
  })
  await tick(world)
  const mother = await stage.phone(MOTHER, `packages/letter/letter/letter?id=${elsewhere.id}`)
  await mother.see('看别的信')
  await mother.screenshot('letter-network/not-hers')
  await mother.tap('看别的信')
  await mother.see('春游告知书')
  // What was written below it neither, and there is no 重试 that would change nothing.
  await stage.openPage(mother, MOTHER, `packages/letter/thread/thread?id=${elsewhere.id}&child=${child}`)
  await mother.see('没有这封信')
  await mother.see('看别的信')
  await stage.openPage(mother, MOTHER, 'packages/letter/letter/letter?id=65a')
  await mother.see('这个链接不完整，请在“信件”里找这封信')
  await mother.screenshot('letter-network/cut-link')
  expect(await mother.page.getByText('重试').filter({ visible: true }).count()).toBe(0)
  await mother.close()

  const off = await stage.phone('路人乙', `packages/letter/thread/thread?id=${letter.id}`)
  await off.see('这封信是寄给家长的')
  await off.close()
}, 120_000)
