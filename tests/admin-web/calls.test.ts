import { describe, expect, it } from 'vitest'
import type { TeacherSlot } from '#contract/meetings'
import { byDay, daysAfter } from '../../admin-web/src/pages/calls/days'
import {
  isDayOffered,
  objection,
  type Plan,
  planInWords,
  startsOf,
} from '../../admin-web/src/pages/calls/plan'

const now = new Date('2026-11-20T04:00:00Z')
const plan = (over: Partial<Plan> = {}): Plan => ({
  days: ['2026-11-25'],
  from: '16:00',
  until: '18:00',
  lengthMinutes: 15,
  gapMinutes: 5,
  ...over,
})

describe('what will be opened', () => {
  it('fits exactly six times of 15 minutes with 5 between into 16:00–18:00', () => {
    expect(startsOf(plan())).toEqual(['16:00', '16:20', '16:40', '17:00', '17:20', '17:40'])
  })

  it('opens the last one when it ends on the minute', () => {
    expect(startsOf(plan({ until: '17:55' }))).toHaveLength(6)
    expect(startsOf(plan({ until: '17:54' }))).toHaveLength(5)
  })

  it('says it before it is done', () => {
    expect(planInWords(plan())).toBe('将开放 6 个时段：16:00、16:20、16:40、17:00、17:20、17:40')
    expect(planInWords(plan({ days: ['2026-11-25', '2026-11-26'], until: '16:40' }))).toBe(
      '2 天，每天 2 个，将开放 4 个时段：16:00、16:20',
    )
  })

  it.each<[Partial<Plan>, string | null]>([
    [{}, null],
    [{ days: [] }, '请选日期'],
    [{ until: '16:00' }, '结束时间要晚于开始时间'],
    [{ until: '16:10' }, '这段时间排不下一次通话，请放宽起止时间'],
    [
      { from: '07:00', until: '22:00', lengthMinutes: 5, gapMinutes: 0 },
      '一天最多开放60个时段，请把每次的时间放长些',
    ],
    [{ days: ['2026-11-20'], from: '11:00' }, '今天的这个时间已经过了，请选以后的时间'],
    [{ days: ['2026-11-20'], from: '13:00' }, null],
  ])('with %j objects: %s', (over, said) => {
    expect(objection(plan(over), now)).toBe(said)
  })

  it('offers days from today to two months ahead', () => {
    expect(isDayOffered(new Date('2026-11-18T16:00:00Z'), now)).toBe(false)
    expect(isDayOffered(new Date('2026-11-19T16:00:00Z'), now)).toBe(true)
    expect(isDayOffered(new Date('2027-01-17T16:00:00Z'), now)).toBe(true)
    expect(isDayOffered(new Date('2027-01-18T16:00:00Z'), now)).toBe(false)
  })
})

describe('a teacher’s days', () => {
  const slot = (startAt: string, status: TeacherSlot['status']): TeacherSlot => ({
    id: 'a'.repeat(24),
    startAt,
    endAt: startAt,
    way: 'phone',
    teacherName: '李老师',
    unitName: '七年级2班',
    status,
    booking: null,
  })

  it('puts slots under the day it is in China, with how many are taken', () => {
    const days = byDay([
      slot('2026-11-25T08:00:00.000Z', 'open'),
      slot('2026-11-25T08:20:00.000Z', 'booked'),
      slot('2026-11-25T16:30:00.000Z', 'open'),
    ])
    expect(days.map((it) => [it.day, it.openCount, it.bookedCount])).toEqual([
      ['2026-11-25', 1, 1],
      ['2026-11-26', 1, 0],
    ])
  })

  it('walks over the end of a month', () => {
    expect(daysAfter('2026-11-25', 14)).toBe('2026-12-09')
    expect(daysAfter('2026-03-01', -14)).toBe('2026-02-15')
  })
})
