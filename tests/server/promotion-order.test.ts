import { expect, it } from 'vitest'
import { sideBySide } from '../../server/modules/org/promotion/rules.ts'

const waiting = (schoolId: string, grade: number, name: string, over: object = {}) => ({
  schoolId,
  grade,
  name,
  outcome: 'up',
  mergedWith: null,
  ...over,
})
const names = (moves: { name: string }[]) => moves.map((it) => it.name)

it('moves the highest grade of each school side by side, and goes on with the next school where a grade has few left', () => {
  const moves = [
    waiting('甲', 9, '甲9-1', { outcome: 'graduate' }),
    waiting('甲', 9, '甲9-2', { outcome: 'graduate' }),
    waiting('甲', 8, '甲8-1'),
    waiting('乙', 8, '乙8-1'),
    waiting('乙', 7, '乙7-1'),
  ]

  expect(names(sideBySide(moves, 8))).toEqual(['甲9-1', '甲9-2', '乙8-1'])
  expect(names(sideBySide(moves, 2))).toEqual(['甲9-1', '甲9-2'])
})

it('moves a class that goes into another one alone in its school, and never beside the class it joins', () => {
  const main = waiting('甲', 7, '1班')
  const second = waiting('甲', 7, '2班', { mergedWith: 'id of 1班' })
  const third = waiting('甲', 7, '3班')
  const elsewhere = waiting('乙', 7, '乙1班')

  expect(names(sideBySide([main, second, third, elsewhere], 8))).toEqual(['1班', '3班', '乙1班'])
  expect(names(sideBySide([second, third, elsewhere], 8))).toEqual(['2班', '乙1班'])
})

it('keeps classes that repeat their year apart from those that move', () => {
  const moves = [
    waiting('甲', 9, '1班', { outcome: 'graduate' }),
    waiting('甲', 9, '2班', { outcome: 'stay' }),
  ]

  expect(names(sideBySide(moves, 8))).toEqual(['1班'])
  expect(sideBySide([], 8)).toEqual([])
})
