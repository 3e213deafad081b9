import { expect, it } from 'vitest'
import type { LetterForm } from '#contract/letter-form'
import {
  columnsOf,
  EMPTY,
  fitsTable,
  isAsked,
  isReady,
  problemOf,
  withValue,
} from '../../admin-web/src/pages/letters/entry-table.ts'

const FORM: LetterForm = {
  answeredBy: 'any',
  fields: [
    { code: 'join', label: '参加吗', type: 'choice', required: true, options: ['参加', '不参加'] },
    {
      ...{ code: 'size', label: '尺码', type: 'number', required: true, min: 80, max: 200 },
      shownIf: { field: 'join', is: ['参加'] },
    },
    { code: 'hand', label: '签名', type: 'signature', required: true },
  ],
}

it('is a table where questions are few and short; what stays on the paper is no column', () => {
  const text = (maxLength: number) => ({
    code: 'w',
    label: '话',
    type: 'text' as const,
    required: false,
    maxLength,
  })
  expect(columnsOf(FORM).map((it) => it.code)).toEqual(['join', 'size'])
  expect(fitsTable(FORM)).toBe(true)
  expect(fitsTable({ ...FORM, fields: [...FORM.fields, text(60)] })).toBe(true)
  expect(fitsTable({ ...FORM, fields: [...FORM.fields, text(300)] })).toBe(false)
  const many = Array.from({ length: 7 }, (_, at) => ({ ...text(20), code: `w${at}` }))
  expect(fitsTable({ ...FORM, fields: many })).toBe(false)
})

it('says of a line what is wrong with it, and nothing of one that nobody has touched', () => {
  const begun = withValue(EMPTY, 'join', ['参加'])
  expect([problemOf(FORM, EMPTY), isReady(FORM, EMPTY)]).toEqual(['', false])
  expect([isAsked(FORM, EMPTY, 'size'), isAsked(FORM, begun, 'size')]).toEqual([false, true])
  expect(problemOf(FORM, begun)).toBe('请填一填“尺码”')

  const whole = withValue(begun, 'size', 150)
  expect(isReady(FORM, whole)).toBe(true)
  expect(isReady(FORM, { ...whole, refused: '这家刚刚交了回执' })).toBe(false)
  expect(isReady(FORM, withValue({ ...whole, refused: '这家刚刚交了回执' }, 'size', 160))).toBe(true)
  expect(withValue(whole, 'size', undefined).items).toEqual([{ code: 'join', value: ['参加'] }])
  expect(problemOf(FORM, { ...EMPTY, papers: ['1'] })).toBe('附了照片，还没有填')
})
