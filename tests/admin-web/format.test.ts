import { describe, expect, it } from 'vitest'
import { ago, dateTime, dayKey, dayOf, instantOf, span } from '../../admin-web/src/format/date'
import { count, percent, shareOf } from '../../admin-web/src/format/number'

const now = new Date('2026-11-20T04:00:00Z')

describe('dates', () => {
  it('reads an instant as people in China do, whatever zone the computer is in', () => {
    expect(dateTime('2026-11-25T10:00:00Z', now)).toBe('11月25日(周三) 18:00')
  })

  it('counts an evening in UTC to the next day in China', () => {
    expect(dateTime('2026-11-25T16:30:00Z', now)).toBe('11月26日(周四) 00:30')
    expect(dayKey('2026-11-25T16:30:00Z')).toBe('2026-11-26')
  })

  it('says the year when it is not the current one', () => {
    expect(dateTime('2025-11-25T10:00:00Z', now)).toBe('2025年11月25日(周二) 18:00')
  })

  it('leaves a calendar day where it is', () => {
    expect(dayOf('2026-11-25', now)).toBe('11月25日(周三)')
  })

  it('shortens the end of a span that ends on the same day', () => {
    expect(span('2026-11-25T08:00:00Z', '2026-11-25T08:15:00Z', now)).toBe('11月25日(周三) 16:00–16:15')
    expect(span('2026-11-25T15:00:00Z', '2026-11-25T17:00:00Z', now)).toBe(
      '11月25日(周三) 23:00–11月26日(周四) 01:00',
    )
  })

  it.each([
    ['2026-11-20T03:59:40Z', '刚刚'],
    ['2026-11-20T03:35:00Z', '25分钟前'],
    ['2026-11-20T00:30:00Z', '3小时前'],
    ['2026-11-18T04:00:00Z', '11月18日(周三)'],
  ])('says how long ago %s was', (instant, said) => {
    expect(ago(instant, now)).toBe(said)
  })

  it('turns a day and a time on the wall into the instant that the contract wants', () => {
    expect(instantOf('2026-11-25', '18:00')).toBe('2026-11-25T10:00:00.000Z')
  })
})

describe('shares', () => {
  it('never claims everybody while one is missing, nor nobody while one is there', () => {
    expect(percent(999, 1000)).toBe('99%')
    expect(percent(1, 1000)).toBe('1%')
    expect(percent(1000, 1000)).toBe('100%')
    expect(percent(0, 1000)).toBe('0%')
  })

  it('shows a dash where a number is held back or there is nobody to count', () => {
    expect(percent(null, 20)).toBe('—')
    expect(percent(3, 0)).toBe('—')
    expect(count(null)).toBe('—')
    expect(shareOf(5, 0)).toBeNull()
  })

  it('groups large numbers', () => {
    expect(count(1234567)).toBe('1,234,567')
  })
})
