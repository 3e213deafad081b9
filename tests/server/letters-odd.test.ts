import { describe, expect, it } from 'vitest'
import type { AnswerItem, FormField, LetterForm } from '#contract/letter-form'
import {
  answerMyLetter,
  confirmMyLetter,
  openMyLetter,
  signMyLetter,
  withdrawLetter,
} from '#contract/letters'
import { legible } from '../../server/infra/pdf/pdf.ts'
import { AnswerModel } from '../../server/modules/letters/answers/model.ts'
import { LetterModel } from '../../server/modules/letters/model.ts'
import { SheetModel } from '../../server/modules/letters/sheets/model.ts'
import { SignatureModel } from '../../server/modules/letters/signatures/model.ts'
import { StudentModel } from '../../server/modules/org/families/model.ts'
import { ensureUnit } from '../../server/modules/org/tree/service.ts'
import { INK, refusal, sentLetter } from '../support/letters.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()

const join: FormField = {
  ...{ code: 'join', label: '孩子参加吗', type: 'choice', required: true, isDecision: true },
  options: ['参加', '不参加'],
}
const more = (field: Partial<FormField> & Pick<FormField, 'type'>): LetterForm => ({
  answeredBy: 'any',
  fields: [join, { code: 'more', label: '那一题', required: true, ...field }],
})
const COMES: AnswerItem = { code: 'join', value: ['参加'] }
const answersWith = (value: AnswerItem['value']) => [COMES, { code: 'more', value }]

describe('an answer that is odd', () => {
  const bounds = { min: 0, max: 200 }
  it.each<[string, Partial<FormField> & Pick<FormField, 'type'>, unknown, string]>([
    ['ten thousand characters', { type: 'text' }, '长'.repeat(10_000), '写得太长了，请短一些'],
    ['a character too many', { type: 'text', maxLength: 5 }, '一二三四五六', '“那一题”最多写5个字'],
    ['nothing but spaces', { type: 'text' }, '   ', '请填一填“那一题”'],
    ['the thirtieth of February', { type: 'date' }, '2026-02-30', '“那一题”请选一个日子'],
    ['words for a day', { type: 'date' }, '明天', '“那一题”请选一个日子'],
    ['words for a number', { type: 'number', ...bounds }, '很多', '“那一题”请填0到200之间的数'],
    ['more than there can be', { type: 'number', ...bounds }, 201, '“那一题”请填0到200之间的数'],
    ['ten digits of a phone', { type: 'phone' }, '1390000123', '“那一题”请填11位手机号'],
    ['an option there is not', { type: 'choice', options: ['一', '二'] }, ['三'], '“那一题”请选一项'],
    ['a photo of nobody', { type: 'picture' }, { pictures: ['a'.repeat(24)] }, '照片没有找到，请再拍一次'],
  ])('is refused in words and changes nothing: %s', async (_, field, value, sentence) => {
    const { said, mother } = await sentLetter(world, { form: more(field) })
    const path = `/api/me/children/${said.studentId}/letters/${said.letterId}/answer`
    const token = await world.tokenOf(mother, 'guardian')
    const response = await world.send(token, 'PUT', path, { answers: answersWith(value as string) })

    expect(response.status).toBe(400)
    expect(JSON.stringify(await response.json())).toContain(sentence)
    expect(await AnswerModel.countDocuments()).toBe(0)
    expect((await SheetModel.findOne().lean())?.answered).toBe(0)
  })

  it('counts an emoji as one character, and reads the digits of a Chinese keyboard', async () => {
    const emoji = '😀👍🎉😀👍'
    const short = await sentLetter(world, { form: more({ type: 'text', maxLength: 5 }) })
    const told = await short.her(answerMyLetter, { ...short.said, answers: answersWith(emoji) })
    expect(told.myAnswer).toEqual(answersWith(emoji))

    const phone = await sentLetter(world, { form: more({ type: 'phone' }) })
    const wide = answersWith('１３９００００１２３４')
    const given = await phone.her(answerMyLetter, { ...phone.said, answers: wide })
    expect(given.myAnswer).toEqual(answersWith('13900001234'))
  })

  it('stands on paper as a word where a font has no picture for it', () => {
    expect(legible('好😀👍🏽，谢谢👨‍👩‍👧！®')).toBe('好［表情］［表情］，谢谢［表情］！®')
  })

  it('stands on paper as the number it is where a font does not raise or lower it', () => {
    expect(legible('8m²，10⁵个，2¹⁰，CO₂，Ca²⁺，36.5°C，☑已读')).toBe(
      '8m²，10^5个，2^10，CO2，Ca^2+，36.5°C，［√］已读',
    )
  })

  it('keeps nothing of a question that was hidden when it was sent', async () => {
    const form = more({ type: 'text', shownIf: { field: 'join', is: ['不参加'] } })
    const { her, said } = await sentLetter(world, { form })
    const told = await her(answerMyLetter, { ...said, answers: answersWith('看不见的话') })

    expect(told.myAnswer).toEqual([COMES])
    expect(JSON.stringify(await AnswerModel.find().lean())).not.toContain('看不见')
  })
})

describe('while the page is open', () => {
  it('the last day passes: what was asked can still be done, what was answered not be changed', async () => {
    world.goTo('2026-11-24T10:00:00Z')
    const { her, said, letter } = await sentLetter(world, {
      form: more({ type: 'text' }),
      dueOn: '2026-11-25',
    })
    await her(answerMyLetter, { ...said, answers: answersWith('第一次') })
    world.goTo('2026-11-26T10:00:00Z')

    await expect(her(answerMyLetter, { ...said, answers: answersWith('改') })).rejects.toMatchObject(
      refusal(409, '截止日期已经过了，要改请告诉老师'),
    )
    expect((await her(confirmMyLetter, said)).isDone).toBe(true)
    expect(letter.dueOn).toBe('2026-11-25')
  })

  it.each([
    ['taken back', '这封信已撤回：发错了'],
    ['corrected', '这封信有了更正的新版，请打开新的一封'],
  ])('the letter is %s: nothing is signed, and the page can say why', async (what, sentence) => {
    const { her, said, sender } = await sentLetter(world, { confirmation: 'sign' })
    await her(openMyLetter, said)
    if (what === 'corrected') await LetterModel.updateOne({}, { supersededBy: 'a'.repeat(24) })
    else await sender(withdrawLetter, { letterId: said.letterId, reason: '发错了' })

    await expect(her(signMyLetter, { ...said, ...INK })).rejects.toMatchObject(refusal(409, sentence))
    expect(await SignatureModel.countDocuments()).toBe(0)
    expect(await SheetModel.findOne().lean()).toMatchObject({ signed: 0 })
  })

  it('the child moves to another class: the signature stands on the sheet that has the family’s reading', async () => {
    const { her, said, grade, zhang, klass } = await sentLetter(world, { confirmation: 'sign' })
    await her(openMyLetter, said)
    const other = await ensureUnit({ kind: 'class', name: '9班', code: 'C9', parent: grade, grade: 7 })
    await StudentModel.updateOne({ _id: zhang._id }, { $set: { classId: other._id, path: other.path } })

    await her(signMyLetter, { ...said, ...INK })
    const sheets = await SheetModel.find({ signed: 1 }).lean()
    expect(sheets.map((it) => String(it.classId))).toEqual([String(klass._id)])
  })
})

it('is confirmed by both guardians, each with a double tap, and counted once', async () => {
  const { her, him, said, sheet } = await sentLetter(world)
  const both = await Promise.all([her, him, her, him].map((call) => call(confirmMyLetter, said)))

  expect(both.every((it) => it.isDone)).toBe(true)
  expect(await sheet()).toMatchObject({ read: 1, confirmed: 1 })
})
