import { describe, expect, it } from 'vitest'
import { isForGrade, MOST_SECONDS, neededSeconds, present } from '../../server/modules/courses/live/rules.ts'
import { freshLedger, type Ledger } from '../../server/modules/courses/watch/rules.ts'

const BEGAN = new Date('2026-11-23T11:00:00Z')
const at = (seconds: number) => new Date(BEGAN.getTime() + seconds * 1000)

/** Beats at so many seconds after the beginning, each with what it claims to have played. */
const sit = (beats: [at: number, played: number][], from: Ledger = freshLedger(MOST_SECONDS)) =>
  beats.reduce((ledger, [seconds, played]) => present(ledger, played, BEGAN, at(seconds)), from)

const honest = (until: number) =>
  Array.from({ length: until / 15 + 1 }, (_, n): [number, number] => [n * 15, n === 0 ? 0 : 15])

describe('presence in a class', () => {
  it('is what was played, second for second', () => {
    expect(sit(honest(600)).watched).toBe(600)
  })

  it('comes back after a tunnel: what played meanwhile is claimed with the next beat', () => {
    expect(sit([...honest(60), [150, 90]]).watched).toBe(150)
  })

  it.each<[string, [number, number][]]>([
    ['a beat that claims the whole class at once', [[1800, 600]]],
    [
      'beats that each claim ten minutes',
      [
        [0, 600],
        [15, 600],
        [30, 600],
        [45, 600],
      ],
    ],
    ['a hundred beats in one second', Array.from({ length: 100 }, (): [number, number] => [1, 15])],
    [
      'the same beat twice',
      [
        [0, 0],
        [15, 15],
        [15, 15],
        [15, 15],
      ],
    ],
    [
      'a clock that goes back',
      [
        [60, 15],
        [30, 15],
        [10, 15],
        [60, 15],
      ],
    ],
    [
      'beats from two phones at once',
      [
        [0, 0],
        [15, 15],
        [15, 15],
        [30, 15],
        [30, 15],
      ],
    ],
  ])('is never more than the clock plus three seconds: %s', (_, beats) => {
    const first = Math.min(...beats.map(([seconds]) => seconds))
    const last = Math.max(...beats.map(([seconds]) => seconds))
    expect(sit(beats).watched).toBeLessThanOrEqual(last - first + 3)
  })

  it('cannot be claimed for before one came, or for what is still to come', () => {
    const late = sit([
      [900, 600],
      [915, 600],
    ])
    expect(late.watched).toBeLessThanOrEqual(18)
    expect(late.position).toBe(915)
  })
})

it('asks for two thirds of what was planned, or of what was held when it was less', () => {
  expect(neededSeconds(60, null)).toBe(2400)
  expect(neededSeconds(60, 1800)).toBe(1200)
  expect(neededSeconds(60, 7200)).toBe(2400)
})

it('is for the grades that were named, or for all', () => {
  expect([isForGrade([], 7), isForGrade([7, 8], 7), isForGrade([8], 7), isForGrade([8], null)]).toEqual([
    true,
    true,
    false,
    false,
  ])
})
