import { describe, expect, it } from 'vitest'
import { dateColumns, listColumns, timeColumns } from '../../miniprogram/preview/elements/picker-columns.ts'

describe('a date picker', () => {
  const pick = (value: string, fields = 'day') =>
    dateColumns({ value, start: '2026-09-01', end: '2028-06-30', fields })

  it('shows the day it was given', () => {
    const { lines, indexes, value } = pick('2027-02-14')
    expect(lines.map((column, at) => column[indexes[at] ?? 0])).toEqual(['2027年', '2月', '14日'])
    expect(value(indexes)).toBe('2027-02-14')
  })

  it('offers no month and no day outside its bounds', () => {
    const { lines } = pick('2026-09-01')
    expect(lines[0]).toEqual(['2026年', '2027年', '2028年'])
    expect(lines[1]).toEqual(['9月', '10月', '11月', '12月'])
    expect(pick('2028-06-15').lines[1]?.at(-1)).toBe('6月')
  })

  it('moves to the last day that a shorter month has', () => {
    const columns = pick('2027-01-31')
    const next = columns.turned?.([1, 1, 30])
    expect(next?.lines[2]).toHaveLength(28)
    expect(columns.value(next?.indexes ?? [])).toBe('2027-02-28')
  })

  it('knows leap years', () => {
    expect(pick('2028-02-01').lines[2]).toHaveLength(29)
  })

  it('can stop at the month', () => {
    const { lines, indexes, value } = pick('2027-03-08', 'month')
    expect(lines).toHaveLength(2)
    expect(value(indexes)).toBe('2027-03')
  })
})

describe('a time picker', () => {
  it('keeps to the minutes that its first and last hour have', () => {
    const columns = timeColumns({ value: '16:30', start: '16:10', end: '18:05' })
    expect(columns.lines[0]).toEqual(['16', '17', '18'])
    expect(columns.lines[1]?.[0]).toBe('10')
    expect(columns.value(columns.indexes)).toBe('16:30')

    const last = columns.turned?.([2, 40])
    expect(last?.lines[1]).toEqual(['00', '01', '02', '03', '04', '05'])
    expect(columns.value(last?.indexes ?? [])).toBe('18:05')
  })
})

it('answers a list with the index of the line', () => {
  const { indexes, value } = listColumns([['语文', '数学']], [1], ([index]) => index)
  expect(value(indexes)).toBe(1)
})
