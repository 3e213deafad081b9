import { expect, it } from 'vitest'
import {
  clock,
  date,
  dayOf,
  daysFrom,
  due,
  greeting,
  hour,
  length,
  moment,
  nearMoment,
  span,
} from '../../miniprogram/services/format.ts'

const now = new Date('2026-11-23T02:00:00Z') // 10:00 on a Monday in China

it('writes a moment as people here write it', () => {
  expect(moment('2026-11-25T10:00:00Z', now)).toBe('11月25日(周三) 18:00')
  expect(span('2026-11-25T08:00:00Z', '2026-11-25T08:15:00Z', now)).toBe('11月25日(周三) 16:00–16:15')
})

it('takes the calendar day of China, not of Greenwich', () => {
  expect(dayOf('2026-11-24T16:30:00Z')).toBe('2026-11-25')
  expect(hour('2026-11-24T16:30:00Z')).toBe('00:30')
  expect(daysFrom(new Date('2026-11-24T16:30:00Z'), '2026-11-25')).toBe(0)
})

it('names the year only when it is another one', () => {
  expect(date('2026-01-01', now)).toBe('1月1日(周四)')
  expect(date('2027-01-01', now)).toBe('2027年1月1日(周五)')
  expect(date('2026-12-31', new Date('2026-12-31T16:00:00Z'))).toBe('2026年12月31日(周四)')
})

it.each([
  ['2026-11-22T10:00:00Z', '昨天 18:00'],
  ['2026-11-23T10:00:00Z', '今天 18:00'],
  ['2026-11-24T10:00:00Z', '明天 18:00'],
  ['2026-11-25T10:00:00Z', '后天 18:00'],
  ['2026-11-26T10:00:00Z', '11月26日(周四) 18:00'],
])('says %s as %s', (instant, said) => {
  expect(nearMoment(instant, now)).toBe(said)
})

it.each([
  ['2026-11-21', { text: '已过期2天', tone: 'late' }],
  ['2026-11-23', { text: '今天截止', tone: 'soon' }],
  ['2026-11-25', { text: '后天截止', tone: 'soon' }],
  ['2026-11-26', { text: '11月26日(周四)前', tone: 'calm' }],
])('says a due day %s so that its haste is felt', (day, said) => {
  expect(due(day, now)).toEqual(said)
})

it('tells lengths', () => {
  expect([clock(7), clock(307), clock(3907), clock(-1)]).toEqual(['0:07', '5:07', '1:05:07', '0:00'])
  expect([length(0.2), length(8), length(60), length(65)]).toEqual(['1分钟', '8分钟', '1小时', '1小时5分钟'])
})

it('greets by the hour in China', () => {
  expect(greeting(new Date('2026-11-22T23:30:00Z'))).toBe('早上好')
  expect(greeting(new Date('2026-11-23T12:00:00Z'))).toBe('晚上好')
})
