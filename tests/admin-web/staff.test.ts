import { describe, expect, it } from 'vitest'
import {
  asSaid,
  type Draft,
  handsInWords,
  isOutside,
  postAfter,
  problemWith,
  problemWithPhone,
  termInWords,
} from '../../admin-web/src/pages/staff/appointment'

const draft = (over: Partial<Draft> = {}): Draft => ({
  name: '李文',
  phone: '13700000002',
  loginName: '',
  fromOn: '',
  toOn: '',
  ...over,
})

it('keeps the chosen post where it fits, and chooses the only one', () => {
  expect(postAfter(['grade_head', 'teacher'], 'teacher')).toBe('teacher')
  expect(postAfter(['teacher'], 'grade_head')).toBe('teacher')
  expect(postAfter(['class_teacher', 'teacher'], 'grade_head')).toBeUndefined()
  expect(postAfter([], 'teacher')).toBeUndefined()
})

describe('what is typed', () => {
  it('may be a number with blanks and dashes, no account and no days', () => {
    expect(asSaid(draft({ name: ' 李文 ', phone: '137 0000-0002', loginName: ' ' }))).toEqual({
      name: '李文',
      phone: '13700000002',
    })
    expect(asSaid(draft({ fromOn: '2026-12-01', toOn: '2027-01-31' }))).toMatchObject({
      fromOn: '2026-12-01',
      toOn: '2027-01-31',
    })
  })

  it.each<['name' | 'phone' | 'loginName', Partial<Draft>, string | null]>([
    ['name', {}, null],
    ['name', { name: ' ' }, '请填写姓名'],
    ['phone', { phone: '137 0000 0002' }, null],
    ['phone', { phone: '' }, '手机号应为11位数字'],
    ['phone', { phone: '1370000000' }, '手机号应为11位数字'],
    ['phone', { phone: '23700000002' }, '手机号应为11位数字'],
    ['loginName', {}, null],
    ['loginName', { loginName: 'li.wen_2' }, null],
    ['loginName', { loginName: '李文' }, '账号用2到40位字母、数字、点或横线'],
  ])('is told about under %s: %o', (field, over, problem) => {
    expect(problemWith(field, draft(over))).toBe(problem)
  })

  it("is a colleague's number for a leave", () => {
    expect(problemWithPhone('137 0000 0002')).toBeNull()
    expect(problemWithPhone('8888')).toBe('手机号应为11位数字')
  })
})

describe('the days of a post', () => {
  const now = new Date('2026-11-22T04:00:00Z')
  const from = '2026-08-31T16:00:00.000Z'
  it.each([
    [{ from, to: null, state: 'now' as const }, '9月1日(周二)起'],
    [{ from, to: '2026-12-31T16:00:00.000Z', state: 'now' as const }, '9月1日(周二)起，到12月31日(周四)'],
    [{ from, to: '2026-10-08T02:00:00.000Z', state: 'past' as const }, '9月1日(周二)到10月8日(周四)'],
    [{ from, to: '2026-09-01T16:00:00.000Z', state: 'coming' as const }, '9月1日(周二)'],
    [
      { from: '2026-12-01T00:00:00.000Z', to: now.toISOString(), state: 'past' as const },
      '原定12月1日(周二)起，已取消',
    ],
  ])('read as people say them: %o', (post, words) => {
    expect(termInWords(post, now)).toBe(words)
  })

  it('name whose hands it went through', () => {
    expect(handsInWords({ givenBy: '许静', endedBy: '许静' })).toBe('许静安排，许静结束')
    expect(handsInWords({ givenBy: null, endedBy: null })).toBe('')
  })

  it('are open from today to the last one allowed', () => {
    const isShut = isOutside(10, now)
    const day = (text: string) => new Date(`${text}T00:00:00`)
    expect([isShut(day('2026-11-21')), isShut(day('2026-11-22')), isShut(day('2026-12-02'))]).toEqual([
      true,
      false,
      false,
    ])
    expect([isShut(day('2026-12-03')), isOutside(null, now)(day('2036-12-03'))]).toEqual([true, false])
  })
})
