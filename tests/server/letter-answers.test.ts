import ExcelJS from 'exceljs'
import { describe, expect, it } from 'vitest'
import type { AnswerItem, LetterForm } from '#contract/letter-form'
import { enterAnswer, readAnswerFigures, readAnswers, settleConflict } from '#contract/letter-answers'
import {
  answerMyLetter,
  confirmMyLetter,
  exportLetterSheet,
  listMyLetters,
  openMyLetter,
  readSheet,
  signMyLetter,
} from '#contract/letters'
import { readMyData } from '#contract/privacy'
import {
  AnswerModel,
  type AnswerRecord,
  VoidedAnswerModel,
} from '../../server/modules/letters/answers/model.ts'
import { sealOldHands } from '../../server/modules/letters/answers/sealing/service.ts'
import { allOf } from '../../server/modules/letters/answers/service.ts'
import { voidReceipts } from '../../server/modules/letters/voiding/service.ts'
import { SheetModel } from '../../server/modules/letters/sheets/model.ts'
import { buildClass, INK, sendLetter } from '../support/letters.ts'
import { GuardianshipModel } from '../../server/modules/org/families/model.ts'
import { buildListedGuardian } from '../support/build.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()

const FORM: LetterForm = {
  answeredBy: 'any',
  fields: [
    {
      code: 'join',
      label: '孩子参加吗',
      type: 'choice',
      required: true,
      options: ['参加', '不参加'],
      isDecision: true,
    },
    {
      code: 'phone',
      label: '当天的手机',
      type: 'phone',
      required: true,
      shownIf: { field: 'join', is: ['参加'] },
    },
    {
      code: 'reason',
      label: '原因',
      type: 'text',
      required: false,
      maxLength: 20,
      shownIf: { field: 'join', is: ['不参加'] },
    },
  ],
}
const COMES: AnswerItem[] = [
  { code: 'join', value: ['参加'] },
  { code: 'phone', value: '13900001234' },
]
const STAYS: AnswerItem[] = [
  { code: 'join', value: ['不参加'] },
  { code: 'reason', value: ' 外婆生日 ' },
]

async function scene(over: { form?: LetterForm; confirmation?: 'confirm' | 'sign'; dueOn?: string } = {}) {
  const built = await buildClass(world)
  const letter = await sendLetter(world, built.office, built.school, { form: FORM, ...over })
  const studentId = String(built.zhang._id)
  const said = { studentId, letterId: letter.id }
  const at = { letterId: letter.id, classId: String(built.klass._id) }
  return {
    ...built,
    letter,
    said,
    at,
    her: await world.as(built.mother, 'guardian'),
    him: await world.as(built.father, 'guardian'),
    staff: await world.as(built.teacher, 'staff'),
    sheet: () => SheetModel.findOne({ letterId: letter.id }).lean(),
  }
}
const refusal = (status: number, message: string) => ({
  status,
  json: { error: { message: expect.stringContaining(message) as string } },
})

describe('a form', () => {
  it('is answered, then confirmed, and counted once however often it is sent', async () => {
    const { her, said, sheet, staff, at } = await scene()
    await expect(her(confirmMyLetter, said)).rejects.toMatchObject(refusal(409, '请先填好信末的表'))

    const [one, two] = await Promise.all([
      her(answerMyLetter, { ...said, answers: COMES }),
      her(answerMyLetter, { ...said, answers: COMES }),
    ])
    expect(one.myAnswer).toEqual(two.myAnswer)
    expect(await her(confirmMyLetter, said)).toMatchObject({ isDone: true, abilities: { answer: true } })

    expect(await sheet()).toMatchObject({ answered: 1, conflicts: 0, confirmed: 1, read: 1 })
    const [kept] = await AnswerModel.find().lean()
    expect(JSON.stringify(kept)).not.toContain('13900001234')
    const seen = await staff(readAnswers, at)
    expect(seen.counts).toMatchObject([
      { code: 'join', options: [{ option: '参加', count: 1 }, { count: 0 }] },
    ])
    expect(seen.rows[0]?.answers).toMatchObject([
      { by: '张三妈妈', way: 'app', lines: [{ text: '参加' }, { text: '139****1234' }] },
    ])
  })

  it.each<[AnswerItem[], string]>([
    [[], '请选一选“孩子参加吗”'],
    [[{ code: 'join', value: ['参加'] }], '请填一填“当天的手机”'],
    [
      [
        { code: 'join', value: ['参加'] },
        { code: 'phone', value: '12345' },
      ],
      '请填11位手机号',
    ],
    [[{ code: 'join', value: ['也许'] }], '“孩子参加吗”请选一项'],
    [
      [
        { code: 'join', value: ['不参加'] },
        { code: 'reason', value: '长'.repeat(21) },
      ],
      '最多写20个字',
    ],
  ])('is refused in words while something is missing or wrong: %o', async (answers, sentence) => {
    const { her, said } = await scene()
    await expect(her(answerMyLetter, { ...said, answers })).rejects.toMatchObject(refusal(400, sentence))
    expect(await AnswerModel.countDocuments()).toBe(0)
  })

  it('keeps nothing that was not asked, and what stood before a change', async () => {
    const { her, said } = await scene()
    await her(answerMyLetter, { ...said, answers: COMES })
    const changed = await her(answerMyLetter, { ...said, answers: [...STAYS, ...COMES.slice(1)] })

    expect(changed.myAnswer).toEqual([STAYS[0], { code: 'reason', value: '外婆生日' }])
    expect((await AnswerModel.findOne().lean())?.earlier).toMatchObject([{ items: [COMES[0]] }])
  })

  it('is among what is kept about a guardian, in their own words, and not in another’s', async () => {
    const { her, him, said } = await scene()
    await her(answerMyLetter, { ...said, answers: COMES })
    const linesOf = async (call: typeof her) =>
      (await call(readMyData, {})).sections.flatMap((it) => it.lines.map(({ value }) => value))

    expect(await linesOf(her)).toContainEqual(
      expect.stringMatching(/^填表，.*，孩子参加吗：参加；当天的手机：13900001234$/),
    )
    expect((await linesOf(him)).join()).not.toContain('13900001234')
  })

  it('may be changed until its last day is over, and not once it is signed', async () => {
    world.goTo('2026-11-20T01:00:00Z')
    const { her, said } = await scene({ confirmation: 'sign', dueOn: '2026-11-22' })
    await her(answerMyLetter, { ...said, answers: COMES })
    world.pass(2 * 86_400_000)
    await her(answerMyLetter, { ...said, answers: STAYS })
    await her(signMyLetter, { ...said, ...INK })
    await expect(her(answerMyLetter, { ...said, answers: COMES })).rejects.toMatchObject(
      refusal(409, '签过字'),
    )

    const late = await scene({ dueOn: '2026-11-23' })
    await late.her(answerMyLetter, { ...late.said, answers: COMES })
    world.pass(3 * 86_400_000)
    await expect(late.her(answerMyLetter, { ...late.said, answers: STAYS })).rejects.toMatchObject(
      refusal(409, '截止日期已经过了'),
    )
    expect(await late.her(answerMyLetter, { ...late.said, answers: COMES })).toMatchObject({ answers: [{}] })
  })

  it('is answered for a child once, by whoever is first', async () => {
    const { her, him, said, sheet } = await scene({ form: { ...FORM, answeredBy: 'once' } })
    const both = await Promise.allSettled([
      her(answerMyLetter, { ...said, answers: COMES }),
      him(answerMyLetter, { ...said, answers: STAYS }),
    ])

    expect(both.map((it) => it.status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(await AnswerModel.countDocuments()).toBe(1)
    expect(await sheet()).toMatchObject({ answered: 1, conflicts: 0 })
  })

  it('asks each guardian where each is asked', async () => {
    const { her, him, said, sheet } = await scene({ form: { ...FORM, answeredBy: 'each' } })
    await her(answerMyLetter, { ...said, answers: COMES })
    await her(confirmMyLetter, said)

    expect((await him(listMyLetters, { studentId: said.studentId, only: 'todo' })).letters).toHaveLength(1)
    expect((await her(listMyLetters, { studentId: said.studentId, only: 'todo' })).letters).toEqual([])
    expect((await sheet())?.answered).toBe(0)
    await him(answerMyLetter, { ...said, answers: COMES })
    expect((await sheet())?.answered).toBe(1)
    expect((await him(openMyLetter, said)).isDone).toBe(false)
    expect((await him(confirmMyLetter, said)).isDone).toBe(true)
    expect((await sheet())?.confirmed).toBe(1)
  })
})

describe('guardians who differ', () => {
  it('are brought before the sender, and settled with a note; another answer opens it again', async () => {
    const { her, him, said, at, staff, sheet, office, school } = await scene()
    await Promise.all([
      her(answerMyLetter, { ...said, answers: COMES }),
      him(answerMyLetter, { ...said, answers: STAYS }),
    ])
    const sender = await world.as(office, 'staff')
    const figures = { letterId: at.letterId, unitId: String(school._id) }

    expect(await sender(readAnswerFigures, figures)).toMatchObject({ answered: 1, conflicts: 1 })
    expect(await staff(readAnswers, at)).toMatchObject({ conflicts: 1, rows: [{ isConflict: true }, {}] })
    const settled = { ...at, studentId: said.studentId, decision: '不参加', note: '和爸爸妈妈通了电话' }
    await expect(staff(settleConflict, { ...settled, decision: '也许' })).rejects.toMatchObject({
      status: 400,
    })
    await staff(settleConflict, settled)

    const after = await staff(readAnswers, at)
    expect(after).toMatchObject({
      conflicts: 0,
      rows: [{ isConflict: false, settlement: { decision: '不参加', by: '李老师' } }, {}],
    })
    expect(after.counts[0]?.options).toMatchObject([{ count: 0 }, { count: 1 }])
    await expect(staff(settleConflict, settled)).rejects.toMatchObject({ status: 409 })
    await him(answerMyLetter, { ...said, answers: COMES })
    expect(await sheet()).toMatchObject({ conflicts: 0 })
    await her(answerMyLetter, { ...said, answers: STAYS })
    expect(await sheet()).toMatchObject({ conflicts: 1, answered: 1 })
  })

  it('are asked about once, see neutrally that they are, never the other’s reason, and hear what came of it', async () => {
    const { her, him, said, at, staff, office, mother, father } = await scene()
    await her(answerMyLetter, { ...said, answers: COMES })
    const his = await him(answerMyLetter, { ...said, answers: STAYS })
    await him(answerMyLetter, { ...said, answers: STAYS })
    const hers = await her(openMyLetter, said)

    expect([his.difference, hers.difference]).toEqual([{ settled: null }, { settled: null }])
    expect(JSON.stringify(his)).toContain('外婆生日')
    expect(JSON.stringify(hers)).not.toContain('外婆生日')
    const told = (personId: string, step: RegExp) => OutboxModel.find({ personId, _id: step }).lean()
    expect(await told(office, /conflict-/)).toMatchObject([{ title: '有家长填得不一样' }])

    const settled = { ...at, studentId: said.studentId, decision: '不参加', note: '和爸爸妈妈通了电话' }
    await staff(settleConflict, settled)

    const after = await her(openMyLetter, said)
    expect(after.difference).toMatchObject({ settled: { decision: '不参加', by: '李老师' } })
    expect(JSON.stringify(after)).not.toContain('通了电话')
    for (const personId of [mother, father]) {
      const [message, ...more] = await told(personId, /-settled-/)
      expect(message?.text).toContain('记下了和您家商量的结果')
      expect(more).toEqual([])
    }
    expect((await staff(readAnswers, at)).rows[0]?.answers.map((it) => it.lines.at(-1)?.text)).toContain(
      '外婆生日',
    )
  })

  it('are one again when one of them turns out a stranger', async () => {
    const { her, him, said, father, klass, sheet } = await scene()
    await her(answerMyLetter, { ...said, answers: COMES })
    await him(answerMyLetter, { ...said, answers: STAYS })
    await GuardianshipModel.updateOne({ personId: father }, { to: world.now() })

    const stranger = { studentId: said.studentId, personId: father, paths: [klass.path], isLeftAlone: false }
    await voidReceipts(stranger, world.now())
    await voidReceipts(stranger, world.now())

    expect(await sheet()).toMatchObject({ conflicts: 0, answered: 1 })
    expect([await AnswerModel.countDocuments(), await VoidedAnswerModel.countDocuments()]).toEqual([1, 1])
  })
})

it('has the handwriting of an older answer sealed, and nothing of it stands open afterwards', async () => {
  const { her, said } = await scene()
  await her(answerMyLetter, { ...said, answers: COMES })
  const hand = { code: 'hand', value: { width: 300, height: 150, strokes: [[1, 2, 3, 4]] } }
  const before = await AnswerModel.findOne().lean<AnswerRecord>()
  const was = { items: [hand], way: 'app', enteredBy: null, at: new Date() }
  await AnswerModel.collection.updateOne({}, { $push: { items: hand, earlier: was } as never })

  expect([await sealOldHands(world.deps()), await sealOldHands(world.deps())]).toEqual([1, 0])
  expect(JSON.stringify(await AnswerModel.collection.findOne())).not.toContain('strokes')
  const after = await AnswerModel.findOne().lean<AnswerRecord>()
  if (!before || !after) throw new Error('no answer')
  const all = allOf(after, world.deps())
  expect(all).toHaveLength(allOf(before, world.deps()).length + 1)
  expect(all).toContainEqual(hand)
})

it('is exported with a column for each question', async () => {
  const { her, said, at, staff } = await scene()
  await her(answerMyLetter, { ...said, answers: COMES })
  const { link } = await staff(exportLetterSheet, { letterId: at.letterId, unitId: at.classId })
  const book = new ExcelJS.Workbook()
  await book.xlsx.load(await (await fetch(`${world.origin()}/api${link}`)).arrayBuffer())
  const [sheet] = book.worksheets
  const cells = (row: number) => (sheet?.getRow(row).values as string[]).slice(-4)

  expect(sheet?.getRow(2).values).toEqual(expect.arrayContaining(['孩子参加吗', '当天的手机', '意见不一']))
  expect(cells(3)).toEqual(expect.arrayContaining(['参加', '139****1234']))
})

describe('an answer on paper', () => {
  it('is entered by the teacher, counted, and marked as such everywhere', async () => {
    const { staff, at, li, sheet } = await scene({ confirmation: 'sign' })
    const guardianshipId = await buildListedGuardian(world, li, '13800000001', '奶奶')
    const entry = { ...at, studentId: String(li._id), guardianshipId, way: 'paper' as const, answers: STAYS }

    await staff(enterAnswer, entry)
    await staff(enterAnswer, { ...entry, answers: COMES })

    expect(await sheet()).toMatchObject({ answered: 1, signed: 1, read: 1, reached: 1 })
    const { rows } = await staff(readSheet, at)
    expect(rows[1]).toMatchObject({ signed: { by: '李四奶奶（纸上，李老师代登记）' }, hasCopy: false })
    const answers = (await staff(readAnswers, at)).rows[1]?.answers
    expect(answers).toMatchObject([{ by: '李四奶奶', way: 'paper', enteredBy: '李老师' }])
    expect((await AnswerModel.findOne().lean())?.earlier).toHaveLength(1)
  })

  it('is for children on the sheet, and for who may write to them', async () => {
    const { staff, at, office, her } = await scene()
    const entry = { ...at, way: 'call' as const, answers: COMES }
    await expect(staff(enterAnswer, { ...entry, studentId: 'a'.repeat(24) })).rejects.toMatchObject({
      status: 404,
    })
    expect(office && her).toBeTruthy()
  })
})
