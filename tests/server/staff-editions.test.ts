import { beforeEach, describe, expect, it } from 'vitest'
import { listDuties } from '#contract/home'
import type { LetterForm } from '#contract/letter-form'
import {
  answerMyStaffLetter,
  exportStaffFiles,
  listStaffMissing,
  readStaffAnswers,
} from '#contract/staff-answers'
import { openMyStaffLetter, readStaffFigures } from '#contract/staff-letters'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { LetterModel } from '../../server/modules/letters/model.ts'
import { deliver } from '../../server/modules/letters/sending/service.ts'
import { StaffAnswerModel } from '../../server/modules/letters/staff/answers/model.ts'
import { StaffSheetModel } from '../../server/modules/letters/staff/model.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { refusal, tick } from '../support/letters.ts'
import { buildMeeting, coming, correctToPosts, MEETING, sendPaper } from '../support/staff-letters.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
beforeEach(() => world.goTo('2026-11-23T01:00:00Z'))

const EACH: LetterForm = { answeredBy: 'each', fields: MEETING.fields.slice(0, 1) }
const COMES = [{ code: 'attend', value: ['到会'] }]

async function scene(form: LetterForm = MEETING) {
  const here = await buildMeeting(world, { form })
  /** The corrected edition, sent. */
  async function correct(next: LetterForm = form) {
    world.pass(60_000)
    const letterId = await correctToPosts(here.district, here.at, {
      ...{ form: next, dueOn: null, body: '{{称呼}}：\n\n请参加周六的会议。', correction: '会议改到周六' },
    })
    await tick(world)
    return { letterId, at: { ...here.at, letterId } }
  }
  const paper = async () => (await sendPaper(world, here.headId, here.letterId)).id
  return { ...here, correct, paper }
}

const noteTo = async (letterId: string, personId: string) =>
  (await OutboxModel.findOne({ subject: letterId, personId, status: 'pending' }).lean())?.values as
    Record<string, string> | undefined

describe('a corrected letter to staff that asks the same', () => {
  it('takes the receipt over, papers and numbers and all, and has the new text read', async () => {
    const { head, deputy, headId, deputyId, school, correct, paper, ...here } = await scene()
    await head(answerMyStaffLetter, { letterId: here.letterId, answers: coming([await paper()]) })

    const next = await correct()
    const { letterId } = next
    const { total } = await here.district(readStaffFigures, next.at)
    expect(total).toMatchObject({ asked: 2, answered: 1, read: 0 })
    expect((await here.district(listStaffMissing, next.at)).units).toMatchObject([
      { people: [{ name: '周敏' }] },
    ])
    expect((await here.district(readStaffAnswers, next.at)).rows).toMatchObject([{ by: '顾远', version: 1 }])
    expect(await here.district(exportStaffFiles, next.at)).toBeDefined()

    expect(await noteTo(letterId, headId)).toMatchObject({
      title: '您读过的信有更正',
      note: '《家长学校工作会》，请再看一遍，交过的回执不用重填',
    })
    expect(await noteTo(letterId, deputyId)).toMatchObject({ title: '收到一封写给老师的信' })
    const duties = async () => (await head(listDuties, { unitId: String(school._id) })).duties
    expect(await duties()).toMatchObject([{ kind: 'staffLetters', count: 1 }])
    const opened = await head(openMyStaffLetter, { letterId })
    expect(opened).toMatchObject({
      isDone: true,
      correction: { words: '会议改到周六', from: 1, changed: [1] },
      receipts: [{ answer: { by: '顾远', version: 1, files: [{}] } }],
    })
    expect(await duties()).toEqual([])
    expect((await deputy(openMyStaffLetter, { letterId })).correction).toBeNull()
  })

  it('lets what was taken over be changed, with the papers that lie there, and leaves the old edition as it was', async () => {
    const { head, letterId: old, correct, paper } = await scene()
    const file = await paper()
    await head(answerMyStaffLetter, { letterId: old, answers: coming([file]) })
    const { letterId } = await correct()
    const { receipts } = await head(openMyStaffLetter, { letterId })
    const seen = receipts?.[0]?.answer?.at ?? ''

    const change = { seen, answers: coming([file], { name: '许静' }) }
    await head(answerMyStaffLetter, { letterId, ...change })
    await expect(head(answerMyStaffLetter, { letterId: old, ...change })).rejects.toMatchObject(
      refusal(409, '有了更正的新版'),
    )

    const [before, after] = await StaffAnswerModel.find().sort({ version: 1 }).lean()
    expect(before).toMatchObject({ version: 1, earlier: [] })
    expect(after).toMatchObject({ version: 2, earlier: [{}] })
  })

  it('is brought over once, however often the sending begins anew', async () => {
    const { head, deputy, letterId: old, correct } = await scene(EACH)
    await head(answerMyStaffLetter, { letterId: old, answers: COMES })
    const { letterId } = await correct()
    await deputy(answerMyStaffLetter, { letterId, answers: COMES })
    const sheets = () => StaffSheetModel.find({ letterId }).sort({ _id: 1 }).lean()
    const before = await sheets()
    expect(before.map((it) => it.answered).sort()).toEqual([0, 2])

    await LetterModel.updateOne({ _id: letterId }, { status: 'sending', sheetsUpTo: '' })
    await deliver((await LetterModel.findById(letterId).lean()) as never)

    expect(await sheets()).toEqual(before)
    expect(await StaffAnswerModel.countDocuments({ letterId })).toBe(2)
  })

  it('has one answer of a head of two schools, where each answers', async () => {
    const { head, headId, other, letterId: old, correct } = await scene(EACH)
    const { path, _id: unitId } = other.school
    const post = { post: 'principal', unitId, path, from: new Date(0), to: null }
    await PersonModel.updateOne({ _id: headId }, { $push: { posts: post } })
    await head(answerMyStaffLetter, { letterId: old, answers: COMES })

    const { letterId, at } = await correct()
    expect(await StaffAnswerModel.countDocuments({ letterId })).toBe(1)
    expect((await head(openMyStaffLetter, { letterId })).isDone).toBe(true)
    expect(at.letterId).toBe(letterId)
  })
})

it('a corrected letter to staff that asks otherwise asks again, and fills in what still fits', async () => {
  const { head, headId, letterId: old, correct, paper } = await scene()
  await head(answerMyStaffLetter, { letterId: old, answers: coming([await paper()], { post: '书记' }) })
  const seats = { code: 'seats', label: '几个人来', type: 'number' as const, required: true, min: 1, max: 3 }

  const { letterId } = await correct({ ...MEETING, fields: [...MEETING.fields, seats] })
  expect(await noteTo(letterId, headId)).toMatchObject({
    note: '《家长学校工作会》，题目改了，请填好回执',
  })
  const opened = await head(openMyStaffLetter, { letterId })
  expect(opened.isDone).toBe(false)
  const [receipt] = opened.receipts ?? []
  expect(receipt).toMatchObject({ answer: null, former: { by: '顾远' } })
  expect(receipt?.prefill.map((it) => it.code)).toEqual(['attend', 'unit', 'name', 'post', 'mobile'])
  expect(receipt?.prefill.find((it) => it.code === 'post')?.value).toBe('书记')
})
