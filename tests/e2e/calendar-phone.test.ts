import { expect, it } from 'vitest'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { LetterModel } from '../../server/modules/letters/model.ts'
import { buildClass } from '../support/letters.ts'
import { useStage } from './stage.ts'

const stage = useStage()
const { world } = stage

/** A class, its teacher and a mother, four days before 国庆. */
async function scene() {
  world.goTo('2026-09-27T01:00:00Z')
  await stage.open()
  const here = await buildClass(world)
  for (const [personId, as] of [
    [here.mother, '张三妈妈'],
    [here.teacher, '李文'],
  ] as const) {
    const { openId } = world.simulator().control.identity({ as })
    const consent = { version: 1, isGiven: true, at: world.now() }
    await PersonModel.updateOne({ _id: personId }, { demoAs: as, wxOpenId: openId, consent })
  }
  return here
}

it('a class teacher writes the letter of the next node from the phone, and a family has the help lines a tap away', async () => {
  const here = await scene()
  const teacher = await stage.phone('李文', 'pages/mine/mine')
  await teacher.tap('切换到教师端')
  await teacher.tap('首页')
  await teacher.see('该给家长写信了')
  await teacher.see('国庆假期')
  await teacher.screenshot('main-job/calendar-phone-home')
  // 今年不发 by mistake is taken back where it was said.
  await teacher.tap('今年不发')
  await teacher.tap('学校已经统一发过')
  await teacher.see('记下了，今年不发')
  await teacher.page.setViewportSize({ width: 320, height: 640 })
  await teacher.screenshot('main-job/calendar-phone-dismissed-320')
  await teacher.page.setViewportSize({ width: 390, height: 844 })
  await teacher.tap('又要发了')
  await teacher.tap('用模板写')
  await teacher.tap('国庆这几天')
  await teacher.see('发给实验中学')
  await teacher.screenshot('main-job/calendar-phone-write')
  // The days of the node are there already: nothing is left to type.
  await expect
    .poll(async () =>
      Promise.all((await teacher.page.locator('input:visible').all()).map((it) => it.inputValue())),
    )
    .toContain('10月1日到7日')
  await teacher.see('10月8日(周四)')
  await teacher.tap('发出')
  await teacher.tap(teacher.page.getByText('发出', { exact: true }).filter({ visible: true }).last())
  await expect
    .poll(() => LetterModel.findOne({ unitId: here.klass._id, status: 'sent' }).lean(), { timeout: 40_000 })
    .toMatchObject({ offersHelp: true, node: { code: 'national-day', year: 2026 } })
  const sent = await LetterModel.findOne({ unitId: here.klass._id }).lean()
  await teacher.close()

  const family = await stage.phone(
    '张三妈妈',
    `packages/letter/letter/letter?id=${String(sent?._id)}&child=${String(here.zhang._id)}`,
  )
  await family.see('求助热线')
  await family.page.setViewportSize({ width: 320, height: 640 })
  await family.tap(family.page.getByLabel('求助热线').filter({ visible: true }).first())
  await family.see('现在有人接')
  await family.screenshot('main-job/calendar-phone-help-320')
  await family.tap('收起')
  await family.page
    .getByText('孩子或您自己心里难受时')
    .filter({ visible: true })
    .first()
    .scrollIntoViewIfNeeded()
  await family.screenshot('main-job/calendar-phone-letter-320')
  await family.close()
}, 120_000)
