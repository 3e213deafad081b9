import { beforeEach, expect, it } from 'vitest'
import { askDeletion, readMyData } from '#contract/privacy'
import { answerMyStaffLetter, exportStaffFiles, readStaffAnswers } from '#contract/staff-answers'
import { openMyStaffLetter, readStaffFigures } from '#contract/staff-letters'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { StaffAnswerModel } from '../../server/modules/letters/staff/answers/model.ts'
import { closeDue } from '../../server/modules/privacy/closing/service.ts'
import { buildMeeting, coming, MOBILE, sendPaper } from '../support/staff-letters.ts'
import { placesOf, sealedPlacesOf } from '../support/traces.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
beforeEach(() => world.goTo('2026-11-23T01:00:00Z'))

const WEEK = 7 * 24 * 60 * 60_000
const OTHER = '13900005678'

/** A head who is a mother, too, has filled in her school's receipt and changed it once. */
async function scene() {
  const built = await buildMeeting(world)
  const { head, headId, letterId } = built
  const consent = { version: 1, isGiven: true, at: world.now() }
  await PersonModel.updateOne({ _id: headId }, { consent })
  const file = (await sendPaper(world, headId, letterId)).id
  const given = await head(answerMyStaffLetter, {
    ...{ letterId, answers: coming([file], { mobile: OTHER, post: '副校长(分管德育)' }) },
  })
  const seen = given.receipts?.[0]?.answer?.at ?? ''
  world.pass(60_000)
  await head(answerMyStaffLetter, { letterId, seen, answers: coming([file]) })
  return { ...built, asMother: await world.as(headId, 'guardian') }
}

it('stands in 我的信息 of whoever filled it in, whole, and of nobody else', async () => {
  const { asMother, deputyId } = await scene()
  const mine = JSON.stringify(await asMother(readMyData, {}))
  expect(mine).toContain('家长学校工作会')
  expect(mine).toContain(`手机：${MOBILE}`)
  expect(mine).toContain('参加吗：到会')

  const consent = { version: 1, isGiven: true, at: world.now() }
  await PersonModel.updateOne({ _id: deputyId }, { consent })
  const deputy = await world.as(deputyId, 'guardian')
  expect(JSON.stringify(await deputy(readMyData, {}))).not.toContain('参加吗：到会')
})

it('loses words and numbers when the account is closed; what was chosen and the stamped paper stay with the office', async () => {
  const { asMother, headId, deputyId, letterId, at } = await scene()
  await PersonModel.updateOne({ _id: headId }, { 'posts.0.to': world.now() })
  world.pass(1000)
  await asMother(askDeletion, {})
  world.pass(WEEK + 1000)
  await closeDue(world.deps())

  const [answer] = await StaffAnswerModel.find().lean()
  expect(answer?.items.map((it) => it.code)).toEqual(['attend', 'report'])
  expect(answer?.earlier.map((it) => it.items.map((one) => one.code))).toEqual([['attend', 'report']])
  expect(answer?.sealed).toBe('')
  const words = [MOBILE, OTHER, '副校长(分管德育)']
  expect(await placesOf(words)).toEqual([])
  expect(await sealedPlacesOf(words, world)).toEqual([])

  // Sessions of staff are shorter than the week.
  const admin = await PersonModel.findOne({ name: '陈立' }).lean()
  const district = await world.as(String(admin?._id), 'staff')
  const deputy = await world.as(deputyId, 'staff')
  expect((await district(readStaffFigures, at)).total).toMatchObject({ asked: 2, answered: 1 })
  expect((await district(readStaffAnswers, at)).counts).toMatchObject([{ options: [{ count: 1 }, {}] }])
  expect(await district(exportStaffFiles, at)).toBeDefined()
  expect((await deputy(openMyStaffLetter, { letterId })).isDone).toBe(true)
  // Run again, it changes nothing.
  await closeDue(world.deps())
  expect(await StaffAnswerModel.find().lean()).toEqual([answer])
})
