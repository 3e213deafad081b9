import { expect, it } from 'vitest'
import type { LetterTemplate } from '#contract/letters'
import { sectionsOf, shortTitle, stagesText } from '../../admin-web/src/pages/letters/templates'

const template = (over: Partial<LetterTemplate>): LetterTemplate => ({
  code: 'x',
  title: '给家长的一封信：寒假在家',
  kind: 'letter',
  stages: ['小学', '初中'],
  occasion: '假期和安全',
  summary: '寒假前发。',
  confirmation: 'sign',
  dueDays: 3,
  pledge: '我已读完。',
  body: '冰面水边不去',
  ...over,
})

const winter = template({ code: 'winter' })
const visit = template({
  code: 'visit',
  title: '老师想到家里坐坐',
  occasion: '联系到每一家',
  summary: '家访前发。',
  stages: ['高中'],
})
const old = template({ code: 'old', occasion: undefined })

it('groups templates by occasion, in the order they came', () => {
  expect(sectionsOf([visit, winter, old], '全部', '').map((it) => it.occasion)).toEqual([
    '联系到每一家',
    '假期和安全',
    '其他',
  ])
})

it('keeps what fits a stage and holds every word looked for', () => {
  const codes = (stage: '初中' | '全部', words: string) =>
    sectionsOf([visit, winter], stage, words).flatMap(({ templates }) => templates.map(({ code }) => code))
  expect(codes('初中', '')).toEqual(['winter'])
  expect(codes('全部', ' 家里 ')).toEqual(['visit'])
  expect(codes('全部', '寒假 安全')).toEqual(['winter'])
  expect(codes('全部', '寒假 高考')).toEqual([])
})

it('leaves out what goes without saying', () => {
  expect(shortTitle('给家长的一封信：寒假在家')).toBe('寒假在家')
  expect(shortTitle('班级通知')).toBe('班级通知')
  expect(stagesText(['小学', '初中'])).toBe('小学、初中')
  expect(stagesText(['幼儿园', '小学', '初中', '高中', '中职'])).toBe('各学段')
})
