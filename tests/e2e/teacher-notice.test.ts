import { expect, it } from 'vitest'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { LetterModel } from '../../server/modules/letters/model.ts'
import { buildClass, tick } from '../support/letters.ts'
import { useStage } from './stage.ts'

const stage = useStage()
const { world } = stage

/** A class teacher who has just signed in on her phone. */
async function signedIn() {
  const { teacher, klass } = await buildClass(world)
  const { fields } = world.deps()
  const phone = { phone: fields.seal('13900000098'), phoneIndex: fields.index('13900000098') }
  await PersonModel.updateOne({ _id: teacher }, { demoAs: '李老师', name: '李文', ...phone })
  const at = await stage.phone('李老师')
  await at.tap('加入孩子的班级')
  await at.tap('微信手机号登录')
  await at.see('教师端')
  return { at, klass }
}

it(
  'is written on the phone with four taps in under a minute, taken back within ten seconds, and sent',
  async () => {
    const { at, klass } = await signedIn()
    await at.screenshot('notice/1-home')

    let taps = 0
    const tap = async (target: string | ReturnType<typeof at.page.getByText>) => {
      taps++
      await at.tap(target)
    }
    const begun = Date.now()
    await tap('写通知')
    const text = at.page.locator('textarea').filter({ visible: true }).first()
    await text.fill('明天体育课，请给孩子带水杯。')
    await at.screenshot('notice/2-written')
    await tap('发出')
    await at.see(/的家长？/)
    await at.screenshot('notice/3-asked')
    const yes = at.page.getByText('发出', { exact: true }).filter({ visible: true }).last()
    await tap(yes)
    await at.see(/秒后发出/)
    await at.screenshot('notice/4-held')
    await tap('撤回')
    await at.see('没有发出，可以再改')
    expect(await LetterModel.countDocuments()).toBe(0)
    expect(taps).toBe(4)
    expect(Date.now() - begun).toBeLessThan(60_000)

    // It is for some from the first tap on, also while their names do not come.
    await at.page.route('**/students*', (route) => route.abort())
    await at.tap('只给几家')
    await at.tap('发出')
    await at.see('请选择写给哪几家')
    expect(await at.page.locator('.field-wrong').count()).toBe(0)
    await at.see('名单没有取到')
    await at.screenshot('notice/4-no-names')
    await at.page.unrouteAll()
    await at.tap('再取一次')
    await at.see('点名字来选')
    await at.tap('全部家长')
    await at.tap(at.page.getByLabel('紧急').filter({ visible: true }))
    await at.screenshot('notice/5-urgent')
    await at.tap('发出')
    await at.see('紧急：马上提醒，夜里手机也会响。')
    await at.screenshot('notice/6-urgent-asked')
    await at.tap(yes)
    await at.see(/秒后发出/)
    expect(await LetterModel.findOne({ unitId: klass._id, status: 'scheduled' }).lean()).toMatchObject({
      isUrgent: true,
    })
    await at.close()
  },
  2 * 60_000,
)

it(
  'a notice whose answer was lost goes once, with the words it was given last; what cannot be taken back yet says so',
  async () => {
    const { at, klass } = await signedIn()
    const { page } = at
    await at.tap('写通知')
    const text = page.locator('textarea').filter({ visible: true }).first()
    const yes = page.getByText('发出', { exact: true }).filter({ visible: true }).last()
    const send = async () => {
      await at.tap('发出')
      await at.see(/的家长？/)
      await at.tap(yes)
    }
    const written = () => LetterModel.find({ unitId: klass._id }).lean()

    // The school has it, and the network is cut before the phone hears so.
    let cut = true
    await page.route('**/notices', async (route) => {
      if (!cut) return route.continue()
      await route.fetch()
      await route.abort()
    })
    await text.fill('明天体育课，请给孩子带水杯。')
    await send()
    await at.see('网络不通。写好的都存在手机里，联网后再点“发出”，不会发两次。')
    await at.screenshot('notice/7-cut')
    expect(await written()).toHaveLength(1)

    cut = false
    await text.fill('明天体育课改在后天，请给孩子带水杯。')
    await send()
    await at.see(/秒后发出/)
    expect(await written()).toMatchObject([
      { status: 'scheduled', body: '明天体育课改在后天，请给孩子带水杯。' },
    ])

    await page.route('**/unqueue', (route) => route.abort())
    await at.tap('撤回')
    await at.see('网络不通，还没有撤回，请再点“撤回”')
    await page.unrouteAll()
    await at.tap('撤回')
    await at.see('没有发出，可以再改')
    expect(await written()).toEqual([])
    expect(await text.inputValue()).toBe('明天体育课改在后天，请给孩子带水杯。')

    // It goes after all, and a look that finds no network is not the last one.
    await send()
    await at.see(/秒后发出/)
    const [waiting] = await written()
    const unit = String(klass._id)
    await stage.openPage(
      at,
      '李老师',
      `packages/teacher/letter/letter?id=${String(waiting?._id)}&unit=${unit}`,
    )
    await at.see(/\d\d:\d\d发出/)
    let looks = 0
    await page.route('**/figures*', (route) => (++looks === 1 ? route.abort() : route.continue()))
    world.pass(11_000)
    await tick(world)
    await at.see(/^未读 2/)
    expect(looks).toBeGreaterThan(1)
    await at.close()
  },
  2 * 60_000,
)
