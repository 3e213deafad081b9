import { expect, it } from 'vitest'
import type { LetterForm } from '#contract/letter-form'
import { answerMyStaffLetter } from '#contract/staff-answers'
import { openMyStaffLetter } from '#contract/staff-letters'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { hashPassword } from '../../server/modules/accounts/sign-in/service.ts'
import { tick } from '../support/letters.ts'
import type { Phone } from '../support/miniprogram.ts'
import { buildMeeting, coming, correctToPosts, MEETING, sendPaper } from '../support/staff-letters.ts'
import { PASSWORD, useStage } from './stage.ts'
import { covered, look } from './sweep.ts'

const stage = useStage()
const { world } = stage

const FIRST =
  '{{称呼}}：\n\n请参加周五下午两点的家长学校工作会，地点在区教育局三楼会议室。\n\n## 会前\n\n- 填好信末的回执，盖上公章。\n- 带上本学期的开课记录。\n\n会场车位不多，请尽量坐公交。'
const SECOND =
  '{{称呼}}：\n\n请参加周六上午九点的家长学校工作会，地点在区教师进修学校一楼报告厅。\n\n## 会前\n\n- 填好信末的回执，盖上公章。\n\n会场车位不多，请尽量坐公交。\n\n中午备有工作餐。'
/** Asks two things more: what is to be talked about right below the first question, and how many come at the end. */
const ASKS_MORE: LetterForm = {
  ...MEETING,
  fields: [
    ...MEETING.fields.slice(0, 1),
    { code: 'topic', label: '最想交流什么', type: 'text', required: true, maxLength: 200 },
    ...MEETING.fields.slice(1),
    { code: 'seats', label: '一共来几个人', type: 'number', required: true, min: 1, max: 3, unit: '人' },
  ],
}

/** A district's meeting: a head with a desk and one with a phone have read the letter and handed in their receipts. */
async function scene() {
  const built = await buildMeeting(world, { dueOn: null, body: FIRST })
  const passwordHash = await hashPassword(PASSWORD)
  await PersonModel.updateOne({ _id: built.headId }, { loginName: 'guyuan', passwordHash })
  const { fields } = world.deps()
  const phone = { phone: fields.seal('13900000098'), phoneIndex: fields.index('13900000098') }
  await PersonModel.updateOne({ name: '周敏' }, { demoAs: '周敏', ...phone })
  const zhou = await PersonModel.findOne({ name: '周敏' }, { _id: 1 }).lean()
  const { letterId } = built
  for (const [call, id] of [
    [built.head, built.headId],
    [built.otherHead, String(zhou?._id)],
  ] as const) {
    await call(openMyStaffLetter, { letterId })
    const paper = await sendPaper(world, id, letterId)
    await call(answerMyStaffLetter, { letterId, answers: coming([paper.id]) })
  }
  async function correct(from: string, body: string, correction: string, form = MEETING) {
    const at = { ...built.at, letterId: from }
    const next = await correctToPosts(built.district, at, { dueOn: null, body, correction, form })
    await tick(world)
    return next
  }
  return { ...built, correct }
}

/** The page as it is on three phones: a usual one, the narrowest, and one whose owner wants the largest letters. Nothing may be cut. */
async function onThreePhones(phone: Phone, path: string, name: string) {
  const { page } = phone
  for (const { width, height, font } of [
    { width: 390, height: 844, font: 1 },
    { width: 320, height: 640, font: 1 },
    { width: 390, height: 844, font: 1.44 },
  ]) {
    await page.setViewportSize({ width, height })
    await page.goto('about:blank')
    await page.goto(`${world.origin()}/preview/?as=${encodeURIComponent('周敏')}&font=${font}#/${path}`)
    await phone.see('家长学校工作会')
    await phone.see(/的回执/)
    const size = font > 1 ? 'large' : String(width)
    for (const [at, top] of [0, 0.5, 1].entries()) {
      await page.evaluate(
        `(() => { const it = document.querySelector('.mp-scroll'); it.scrollTop = it.scrollHeight * ${top} })()`,
      )
      await phone.screenshot(`${name}-${size}-${at}`)
    }
    expect([...(await look(page)), ...(await covered(page))]).toEqual([])
  }
  await page.setViewportSize({ width: 390, height: 844 })
}

it('shows whoever had read the letter what was put right, with their receipt, and asks again where the questions are others', async () => {
  const { letterId, correct } = await scene()
  const second = await correct(letterId, SECOND, '时间和地点改了')

  const phone = await stage.phone('周敏')
  await phone.tap('加入孩子的班级')
  await phone.tap('微信手机号登录')
  await phone.tap('有1封写给您的信等您看')
  await phone.tap('家长学校工作会')
  await phone.see('更正说明：时间和地点改了')
  await phone.see('您读过第1版，不同的地方都标出来了。')
  await phone.see(/原来：请参加周五下午两点/)
  await phone.see('带上本学期的开课记录。')
  await phone.see('中午备有工作餐。')
  await phone.see('已交回执')
  await phone.see(/仍然有效，不用重填/)
  const path = `packages/letter/staff-letter/staff-letter?id=`
  await onThreePhones(phone, path + second, 'staff-correction/phone')

  const desk = await stage.console('guyuan')
  const { page } = desk
  await page.goto(`${world.origin()}/admin/staff-letters/${second}`)
  await page.getByText('更正说明：时间和地点改了').waitFor()
  await page.getByText(/原来：请参加周五下午两点/).waitFor()
  await page.getByText('带上本学期的开课记录。').waitFor()
  await page.getByText(/仍然有效，不用重填/).waitFor()
  for (const width of [1024, 1440]) {
    await page.setViewportSize({ width, height: 1000 })
    await stage.shot(page, `staff-correction-desk-${width}`)
    expect(await look(page)).toEqual([])
  }

  const third = await correct(second, SECOND, '请多填两题', ASKS_MORE)
  await stage.openPage(phone, '周敏', path + third)
  await phone.see('更正说明：请多填两题')
  await phone.see('您读过第2版，正文没有改动。')
  await phone.see(/填过一次，题目改了，请再填一次/)
  await onThreePhones(phone, path + third, 'staff-correction/asks-more')
  await stage.openPage(phone, '周敏', path + third)
  await phone.tap('提交回执')
  const first = phone.page.getByText('2. 最想交流什么')
  const marked = phone.page.locator('.field-problem', { hasText: '请填一填“最想交流什么”' })
  await marked.waitFor()
  await expect
    .poll(async () => {
      const [top, end] = [await first.boundingBox(), await marked.boundingBox()]
      return top !== null && end !== null && top.y > 44 && end.y + end.height < 844
    })
    .toBe(true)
  await phone.screenshot('staff-correction/first-wrong')
  await phone.close()

  await page.goto(`${world.origin()}/admin/staff-letters/${third}`)
  await page.getByText(/填过一次，题目改了，请再填一次/).waitFor()
  await page.getByRole('button', { name: '提交回执' }).click()
  for (const width of [1024, 1440]) {
    await page.setViewportSize({ width, height: 1000 })
    await stage.shot(page, `staff-correction-desk-more-${width}`)
    expect(await look(page)).toEqual([])
  }
  expect(desk.errors).toEqual([])
}, 240_000)
