import { expect, it } from 'vitest'
import {
  frameOf,
  isTooLittle,
  turned,
  upright,
  type Stroke,
} from '../../miniprogram/components/signature-pad/ink.ts'
import { ring } from '../../miniprogram/components/progress-ring/ring.ts'

const line = (length: number, y = 0): Stroke => [
  { x: 0, y },
  { x: length, y },
]

it.each<[string, Stroke[], boolean]>([
  ['nothing', [], true],
  ['a dot', [[{ x: 5, y: 5 }]], true],
  ['two dots', [[{ x: 5, y: 5 }], [{ x: 9, y: 5 }]], true],
  ['one long line', [line(2000)], true],
  ['two short ticks', [line(40), line(40, 10)], true],
  ['a two-character name', [line(120), line(120, 40), line(90, 80)], false],
])('judges %s', (_, strokes, tooLittle) => {
  expect(isTooLittle(strokes, 300)).toBe(tooLittle)
})

it('turns points of the upright screen to those of the writer and back', () => {
  const screen = 300
  // The screen's top left corner is the writer's bottom left one.
  expect(turned({ x: 0, y: 0 }, screen)).toEqual({ x: 0, y: 300 })
  expect(turned({ x: 300, y: 700 }, screen)).toEqual({ x: 700, y: 0 })
  expect(upright(turned({ x: 12, y: 34 }, screen), screen)).toEqual({ x: 12, y: 34 })
})

it('cuts out the writing alone, at most 640 px wide', () => {
  const frame = frameOf([line(2000, 100), line(2000, 300)])
  expect(frame.width).toBeLessThanOrEqual(641)
  const corner = frame.place({ x: 0, y: 100 })
  expect(corner.x).toBeGreaterThan(0)
  expect(corner.x).toBeLessThan(12)
})

it('draws a ring that CSS can take in quotes', () => {
  for (const percent of [0, 40, 100]) expect(ring(percent)).toMatch(/^data:image\/svg\+xml,[^"\s<>]+$/)
})
