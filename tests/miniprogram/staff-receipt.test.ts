import { expect, it } from 'vitest'
import type { LetterForm, StaffLetter, StaffReceipt } from '../../miniprogram/contract.ts'
import { presentStaffLetter } from '../../miniprogram/packages/letter/staff-letter/present.ts'
import {
  byLine,
  carriedLine,
  formerLine,
  presentQuestions,
  toldLines,
} from '../../miniprogram/packages/letter/staff-receipt/present.ts'

const NOW = new Date('2026-11-25T02:00:00.000Z')
const OPTIONS = ['上午', '下午', '晚上']
const FORM: LetterForm = {
  answeredBy: 'once',
  fields: [
    { code: 'when', label: '什么时候', type: 'choice', required: true, options: OPTIONS, most: 3 },
    { code: 'report', label: '盖章的回执', type: 'file', required: true, most: 2, hint: 'PDF 最好' },
    { code: 'photo', label: '会场', type: 'picture', required: false, most: 4 },
    { code: 'seats', label: '几个人来', type: 'number', required: true, min: 1, max: 3, unit: '人' },
    { code: 'one', label: '一份就好', type: 'file', required: false },
  ],
}

const ANSWER: NonNullable<StaffReceipt['answer']> = {
  ...{ by: '顾远', isMine: false, at: '2026-11-25T01:20:00.000Z', lines: [], items: [], files: [] },
}
const unit = (n: number, answer: StaffReceipt['answer']): StaffReceipt => ({
  ...{ unitId: String(n).repeat(24), unitName: `第${n}中学`, answer, mayAnswer: false, prefill: [] },
})
const LETTER: StaffLetter = {
  ...{ id: 'a'.repeat(24), title: '工作会', from: '东湖区', sentAt: '2026-11-23T01:00:00.000Z' },
  ...{ dueOn: null, confirmation: 'confirm', hasForm: true, isRead: true, isDone: false, isOverdue: false },
  ...{ pledge: '', blocks: [], version: 1, supersededBy: null, readAt: null, confirmedAt: null, form: FORM },
  ...{ receipts: [unit(1, ANSWER), unit(2, null)], abilities: { confirm: false } },
}

it('says below each question the limit that holds for it', () => {
  expect(presentQuestions(FORM, [], [], false).map((it) => it.hint)).toEqual([
    ...['可以选几项', 'PDF 最好，最多2个文件', '最多4张', '1到3人', ''],
  ])
})

it('says of a receipt that was brought over that the letter was another then, and that it holds', () => {
  expect(byLine(ANSWER, NOW)).toBe('顾远 今天 09:20填写')
  const carried = (version: number | undefined, mayAnswer = true) =>
    carriedLine({ ...unit(1, { ...ANSWER, ...(version && { version }) }), mayAnswer }, 2)
  expect([carried(undefined), carried(2)]).toEqual(['', ''])
  expect(carried(1)).toBe('这份回执是信更正以前交的，仍然有效，不用重填；有变化再修改。')
  expect(carried(1, false)).toBe('这份回执是信更正以前交的，仍然有效，不用重填。')
  expect(formerLine(ANSWER, NOW)).toBe(
    '顾远 今天 09:20填过一次，题目改了，请再填一次；没有改的题已经填好，请核对。',
  )
})

it('shows below an edition that was put right what was answered, and no form to fill in', () => {
  expect(presentStaffLetter(LETTER, NOW).receipts).toHaveLength(2)
  const old = presentStaffLetter({ ...LETTER, supersededBy: 'b'.repeat(24) }, NOW)
  expect(old.receipts.map((it) => it.unitName)).toEqual(['第1中学'])
})

it('reads what was answered line by line, papers by their names', () => {
  const report = { code: 'report', label: '盖章的回执', text: '1个文件' }
  const seats = { code: 'seats', label: '几个人来', text: '2人' }
  const items = [
    { code: 'report', value: { files: ['f1'] } },
    { code: 'seats', value: 2 },
  ]
  const files = [{ id: 'f1', name: '回执.pdf' }]
  expect(toldLines({ ...ANSWER, lines: [report, seats], items, files }).map((it) => it.text)).toEqual([
    '回执.pdf',
    '2人',
  ])
})
