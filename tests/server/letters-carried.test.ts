import { describe, expect, it } from 'vitest'
import { enterAnswer, readAnswers, settleConflict, undoEntries } from '#contract/letter-answers'
import { type AnswerItem, type LetterForm, plainForm } from '#contract/letter-form'
import {
  answerMyLetter,
  confirmMyLetter,
  openMyLetter,
  queueLetter,
  reviseLetter,
  updateLetter,
} from '#contract/letters'
import { AnswerModel } from '../../server/modules/letters/answers/model.ts'
import { LetterModel } from '../../server/modules/letters/model.ts'
import { makeSheets } from '../../server/modules/letters/sending/service.ts'
import { SheetModel } from '../../server/modules/letters/sheets/model.ts'
import { UnitModel } from '../../server/modules/org/tree/model.ts'
import { DRAFT, newRequest, refusal, sentLetter, tick } from '../support/letters.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
const { kind: _, ...WRITTEN } = DRAFT

const FORM: LetterForm = {
  answeredBy: 'any',
  fields: [
    {
      ...{ code: 'join', label: '孩子参加吗', type: 'choice', required: true, isDecision: true },
      options: ['参加', '不参加'],
    },
    {
      ...{ code: 'phone', label: '当天的手机', type: 'phone', required: true },
      shownIf: { field: 'join', is: ['参加'] },
    },
  ],
}
const COMES: AnswerItem[] = [
  { code: 'join', value: ['参加'] },
  { code: 'phone', value: '13900001234' },
]
const STAYS: AnswerItem[] = [{ code: 'join', value: ['不参加'] }]

async function scene(form: LetterForm = FORM) {
  const here = await sentLetter(world, { form })
  /** The corrected edition, sent; what a family and the class's teacher say from then on is said of it. */
  async function corrected(over: { form?: LetterForm } = {}) {
    const draft = await here.sender(reviseLetter, { letterId: here.letter.id, requestId: newRequest() })
    const audience = [String(here.school._id)]
    const said = { ...WRITTEN, form, correction: '集合时间改为9点', audience, ...over }
    await here.sender(updateLetter, { letterId: draft.id, ...said })
    await here.sender(queueLetter, { letterId: draft.id, sendAt: null })
    await tick(world)
    return {
      said: { ...here.said, letterId: draft.id },
      at: { ...here.at, letterId: draft.id },
      sheet: () => SheetModel.findOne({ letterId: draft.id }).lean(),
    }
  }
  return { ...here, corrected }
}

interface Change {
  documentKey: { _id: unknown }
  updateDescription: { updatedFields: { closed?: string; status?: string } }
}

describe('a corrected letter that asks the same', () => {
  it('takes over what was answered, sealed parts and all, and only asks to confirm the new text', async () => {
    const { her, said, corrected } = await scene()
    await her(answerMyLetter, { ...said, answers: COMES })
    await her(confirmMyLetter, said)

    const next = await corrected()
    expect(await next.sheet()).toMatchObject({ answered: 1, confirmed: 0, read: 0 })
    const opened = await her(openMyLetter, next.said)
    expect(opened).toMatchObject({
      myAnswer: COMES,
      answers: [{ version: 1 }],
      former: null,
      abilities: { confirm: true, answer: true },
    })
    expect((await her(confirmMyLetter, next.said)).isDone).toBe(true)

    await her(answerMyLetter, { ...next.said, answers: STAYS })
    const [kept] = await AnswerModel.find({ letterId: said.letterId }).lean()
    expect(kept?.decision).toBe('参加')
    expect((await her(openMyLetter, next.said)).answers).toMatchObject([{ version: 2 }])
  })

  it('is closed to answers before anybody can open the new edition', async () => {
    const { corrected } = await scene()
    const db = LetterModel.db.db
    if (!db) throw new Error('The database is not open')
    const changes = db.watch<object, Change>([{ $match: { operationType: 'update' } }])
    await changes.tryNext()
    const next = await corrected()
    const order: string[] = []
    for (let it = await changes.tryNext(); it; it = await changes.tryNext()) {
      const { documentKey, updateDescription } = it
      const { closed, status } = updateDescription.updatedFields
      if (closed) order.push(`old sheet ${closed}`)
      if (status && String(documentKey._id) === next.said.letterId) order.push(`new edition ${status}`)
    }
    await changes.close()
    expect(order).toEqual(['new edition sending', 'old sheet superseded', 'new edition sent'])
  })

  it('takes a choice that confirmed for a confirmation, and brings families over once', async () => {
    const { her, said, corrected, klass } = await scene(
      plainForm({ options: ['参加', '不参加'], reasonFor: ['不参加'], needsReason: true }, 'any'),
    )
    await her(answerMyLetter, { ...said, answers: [{ code: 'choice', value: ['参加'] }] })

    const next = await corrected()
    expect(await next.sheet()).toMatchObject({ answered: 1, confirmed: 1, read: 0 })
    expect((await her(openMyLetter, next.said)).isDone).toBe(true)

    const letter = await LetterModel.findById(next.said.letterId).lean()
    const unit = await UnitModel.findById(klass._id).lean()
    await makeSheets(letter as never, [unit as never])
    expect(await next.sheet()).toMatchObject({ answered: 1, confirmed: 1, read: 1 })
    expect(await AnswerModel.countDocuments({ letterId: next.said.letterId })).toBe(1)
  })

  it('keeps guardians apart, or what they had agreed on', async () => {
    const { her, him, said, at, staff, corrected } = await scene()
    await her(answerMyLetter, { ...said, answers: COMES })
    await him(answerMyLetter, { ...said, answers: STAYS })
    await staff(settleConflict, { ...at, studentId: said.studentId, decision: '参加', note: '通过电话' })

    const next = await corrected()
    expect(await next.sheet()).toMatchObject({ answered: 1, conflicts: 0 })
    expect((await him(openMyLetter, next.said)).difference).toMatchObject({ settled: { decision: '参加' } })
    expect((await staff(readAnswers, next.at)).counts[0]?.options[0]).toMatchObject({ count: 1 })
  })

  it('lets an entry from before be taken back', async () => {
    const { staff, at, li, corrected } = await scene()
    const entry = { studentId: String(li._id), way: 'paper' as const, answers: COMES }
    await staff(enterAnswer, { ...at, ...entry })

    const next = await corrected()
    expect((await staff(readAnswers, next.at)).rows[1]?.answers).toMatchObject([{ way: 'paper' }])
    const undone = { ...next.at, studentIds: [entry.studentId] }
    expect(await staff(undoEntries, undone)).toEqual({ undone: 1 })
    expect(await staff(undoEntries, undone)).toEqual({ undone: 0 })
    expect(await next.sheet()).toMatchObject({ answered: 0, confirmed: 0 })
    expect(await AnswerModel.countDocuments({ letterId: at.letterId })).toBe(1)
  })
})

it('a corrected letter that asks otherwise shows what was answered, fills in what still fits, and asks again', async () => {
  const { her, him, said, corrected } = await scene()
  await her(answerMyLetter, { ...said, answers: COMES })
  const size: LetterForm['fields'][number] = {
    code: 'size',
    label: '校服尺码',
    type: 'number',
    required: true,
  }

  const next = await corrected({ form: { ...FORM, fields: [...FORM.fields, size] } })
  expect(await next.sheet()).toMatchObject({ answered: 0 })
  const opened = await her(openMyLetter, next.said)
  expect(opened).toMatchObject({
    myAnswer: null,
    answers: [],
    former: { version: 1, mine: COMES, answers: [{ by: '张三妈妈', lines: [{ text: '参加' }, {}] }] },
  })
  const his = await him(openMyLetter, next.said)
  expect(his.former).toMatchObject({ mine: null, answers: [{ lines: [{}, { text: '139****1234' }] }] })
  await expect(her(answerMyLetter, { ...next.said, answers: COMES })).rejects.toMatchObject(
    refusal(400, '请填一填“校服尺码”'),
  )
  await her(answerMyLetter, { ...next.said, answers: [...COMES, { code: 'size', value: 150 }] })
  expect((await her(openMyLetter, next.said)).former).toBeNull()
  await expect(her(answerMyLetter, { ...said, answers: STAYS })).rejects.toMatchObject(
    refusal(409, '这封信有了更正的新版，请打开新的一封'),
  )
})

describe('an entry over what a guardian had answered', () => {
  it('is taken back to that answer, its sealed part included, however often it was corrected', async () => {
    const { her, staff, said, at, mother, sheet } = await scene({ ...FORM, answeredBy: 'once' })
    await her(answerMyLetter, { ...said, answers: COMES })
    const entry = { ...at, studentId: said.studentId, way: 'call' as const, answers: STAYS }
    await staff(enterAnswer, entry)
    await staff(enterAnswer, { ...entry, way: 'visit' })
    expect((await her(openMyLetter, said)).answers).toMatchObject([{ way: 'visit' }])

    expect(await staff(undoEntries, { ...at, studentIds: [said.studentId] })).toEqual({ undone: 1 })

    expect(await her(openMyLetter, said)).toMatchObject({ myAnswer: COMES, answers: [{ way: 'app' }] })
    const after = await sheet()
    expect(after).toMatchObject({ answered: 1, conflicts: 0, confirmed: 0 })
    expect(Object.keys(after?.answeredBy?.[said.studentId] ?? {})).toEqual([mother])
  })

  it('that was only corrected is taken back as a whole', async () => {
    const { staff, at, li, sheet } = await scene()
    const entry = { ...at, studentId: String(li._id), way: 'paper' as const, answers: STAYS }
    await staff(enterAnswer, entry)
    await staff(enterAnswer, { ...entry, answers: COMES })

    expect(await staff(undoEntries, { ...at, studentIds: [entry.studentId] })).toEqual({ undone: 1 })
    expect(await sheet()).toMatchObject({ answered: 0, confirmed: 0 })
    expect(await AnswerModel.countDocuments()).toBe(0)
  })
})
