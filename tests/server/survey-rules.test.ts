import { describe, expect, it } from 'vitest'
import { isRight } from '../../server/modules/courses/exams/rules.ts'
import {
  hiddenRows,
  isAware,
  mcnemar,
  pairUp,
  targetOn,
  verdictOf,
  wilson,
} from '../../server/modules/surveys/rules.ts'
import { drawIn, drawItems, sampleSize, shares } from '../../server/modules/surveys/sampling/rules.ts'

describe('how many to ask', () => {
  // Cochran 1977, with the finite correction: the values every table of sample sizes prints.
  it.each([
    [1_000_000, 95, 0.05, 385],
    [1000, 95, 0.05, 278],
    [500, 95, 0.05, 218],
    [100, 95, 0.05, 80],
    [1000, 95, 0.03, 517],
    [1000, 99, 0.05, 400],
    [1000, 90, 0.05, 214],
    [3, 95, 0.05, 3],
    [0, 95, 0.05, 0],
  ] as const)('of %i at %i %% and ±%f: %i', (population, confidence, margin, expected) => {
    expect(sampleSize(population, confidence, margin)).toBe(expected)
  })

  it('shares a sample by size, five or all of a small class', () => {
    expect(shares(80, [50, 30, 20])).toEqual([40, 24, 16])
    expect(shares(10, [40, 40, 3])).toEqual([5, 5, 3])
    expect(shares(10, [])).toEqual([])
  })
})

describe('who is asked, and what', () => {
  const families = Array.from({ length: 40 }, (_, at) => `f${at}`)

  it('is the same for the same seed, and another draw for another', () => {
    const first = drawIn('seed', 'class', families, 10)
    expect(drawIn('seed', 'class', families.toReversed(), 10)).toEqual(first)
    expect(new Set(first).size).toBe(10)
    expect(drawIn('another', 'class', families, 10)).not.toEqual(first)
    expect(drawIn('seed', 'other class', families, 10)).not.toEqual(first)
  })

  it('gives every family the same chance', () => {
    const drawn = new Map<string, number>()
    for (let seed = 0; seed < 2000; seed++) {
      for (const it of drawIn(`s${seed}`, 'class', families, 10)) drawn.set(it, (drawn.get(it) ?? 0) + 1)
    }
    // 2,000 draws with chance 1/4: 500 each, with a deviation of 19; five of them either way.
    for (const it of families) expect(Math.abs((drawn.get(it) ?? 0) - 500)).toBeLessThan(97)
  })

  it('takes as many themes as there are', () => {
    const bank = Array.from({ length: 24 }, (_, at) => ({ code: `i${at}`, theme: `t${at % 4}` }))
    expect(new Set(drawItems('seed', bank, 4).map((it) => it.theme)).size).toBe(4)
    expect(new Set(drawItems('seed', bank, 8).map((it) => it.code)).size).toBe(8)
  })
})

describe('what an answer says', () => {
  it('is right when exactly the right options were chosen', () => {
    expect(isRight([1, 0], [0, 1])).toBe(true)
    expect(isRight([0], [0, 1])).toBe(false)
    expect(isRight([0, 1, 2], [0, 1])).toBe(false)
    expect(isRight([0, 0], [0, 1])).toBe(false)
  })

  it('calls four fifths aware', () => {
    expect([4, 3].map((it) => isAware(it, 5))).toEqual([true, false])
    expect([7, 6].map((it) => isAware(it, 8))).toEqual([true, false])
    expect(isAware(0, 0)).toBe(false)
  })
})

describe('what a sample says', () => {
  // Newcombe 1998, table I, without continuity correction.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
    [29, 29, 0.883, 1],
  ])('%i of %i lies within %f and %f', (part, whole, low, high) => {
    const found = wilson(part, whole, 1.96)
    expect(found.low).toBeCloseTo(low, 4)
    expect(found.high).toBeCloseTo(high, 4)
  })

  it('knows the target of each year (A9)', () => {
    expect(['2023-09-01', '2024-12-31', '2025-01-01', '2026-11-29', '2027-01-01'].map(targetOn)).toEqual([
      95, 95, 98, 98, 100,
    ])
  })

  it('claims a target only when the whole interval reaches it', () => {
    expect(verdictOf(990, 1000, 98, 1.96)).toBe('reached')
    expect(verdictOf(99, 100, 98, 1.96)).toBe('unclear')
    expect(verdictOf(80, 100, 98, 1.96)).toBe('missed')
    expect(verdictOf(50, 50, 100, 1.96)).toBe('reached')
    expect(verdictOf(49, 50, 100, 1.96)).toBe('missed')
  })

  it('leaves few answers blank, and a second row where one alone could be worked out', () => {
    const rows = (...answered: number[]) => hiddenRows(answered.map((it) => ({ answered: it })))
    expect(rows(20, 4, 3, 0)).toEqual([false, true, true, false])
    expect(rows(20, 4, 12)).toEqual([false, true, true])
    expect(rows(20, 12, 0)).toEqual([false, false, false])
    expect(rows(4)).toEqual([true])
  })

  it('sets the same people beside each other', () => {
    // Exact two-sided: 2 × (1 + 10) / 2¹⁰ for one against nine.
    expect(mcnemar(9, 1)).toBeCloseTo(0.0215, 4)
    expect(mcnemar(0, 0)).toBe(1)
    expect(mcnemar(5, 5)).toBe(1)
    const pairs = [
      { before: false, after: true },
      { before: true, after: true },
      { before: true, after: false },
    ]
    expect(pairUp(pairs)).toEqual({ people: 3, awareBefore: 2, awareAfter: 2, gained: 1, lost: 1, p: 1 })
  })
})
