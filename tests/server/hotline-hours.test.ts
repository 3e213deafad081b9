import { describe, expect, it } from 'vitest'
import { readHolidays } from '../../content/schema.ts'
import { dayOf, isOpen, spansOf } from '../../server/modules/hotlines/hours/rules.ts'

const years = readHolidays()
/** 2026-11-25 is a Wednesday. */
const at = (day: string, time: string) => {
  const [hour = 0, minute = 0] = time.split(':').map(Number)
  const before = new Date(Date.parse(day) - 86_400_000).toISOString().slice(0, 10)
  return { minutes: hour * 60 + minute, today: dayOf(day, years), yesterday: dayOf(before, years) }
}

describe('the hours of a help line', () => {
  it.each([
    ['24小时', '2026-11-25', '03:00', true],
    ['工作日8:30–17:00', '2026-11-25', '08:29', false],
    ['工作日8:30–17:00', '2026-11-25', '08:30', true],
    ['工作日8:30–17:00', '2026-11-25', '17:00', false],
    ['工作日8:30–17:00', '2026-11-28', '10:00', false],
    ['工作日8:30–11:30、14:00–17:00', '2026-11-25', '12:00', false],
    ['工作日8:30–11:30、14:00–17:00', '2026-11-25', '14:30', true],
    ['每天 8点至22点', '2026-11-29', '21:59', true],
    ['每天8点半到22点', '2026-11-29', '08:15', false],
    ['周一至周五9:00-18:00；周六9:00-12:00', '2026-11-28', '11:00', true],
    ['周一至周五9:00-18:00；周六9:00-12:00', '2026-11-28', '13:00', false],
    ['每天18:00–次日8:00', '2026-11-25', '07:59', true],
    ['每天18:00–8:00', '2026-11-25', '12:00', false],
    // Friday's night goes on into Saturday, Saturday's own does not exist.
    ['周一至周五20:00–次日6:00', '2026-11-28', '05:00', true],
    ['周一至周五20:00–次日6:00', '2026-11-28', '21:00', false],
  ])('%s: on %s at %s', (hours, day, time, open) => {
    expect(isOpen(hours, at(day, time))).toBe(open)
  })

  it('know the holidays of the year, and the weekends that are worked in their place', () => {
    expect(isOpen('工作日9:00–17:00', at('2026-10-01', '10:00'))).toBe(false)
    expect(isOpen('工作日9:00–17:00', at('2026-10-10', '10:00'))).toBe(true)
  })

  it.each([
    '以当地公布的接听时间为准',
    '每天不少于18小时，以当地公布的接听时间为准',
    '白天',
    '9:00以后',
    '25:00–26:00',
    '',
  ])('are not guessed from “%s”', (hours) => expect(spansOf(hours)).toBeNull())
})
