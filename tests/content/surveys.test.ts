import { expect, it } from 'vitest'
import { readSurveyItems, THEMES } from '../../content/schema.ts'
import { faultsOf } from './proofreading.ts'

const { items } = readSurveyItems()

it('hold forty items or more, over every theme that parents must know about (A6)', () => {
  expect(items.length).toBeGreaterThanOrEqual(40)
  const asked = new Set(items.map((it) => it.theme))
  // What a leap in difficulty asks of a family is taught, not tested in one sentence.
  expect(Object.keys(THEMES).filter((it) => !asked.has(it as never))).toEqual(['course-jump'])
})

it('rest on a law by its article, or on a guideline by its title and who published it', () => {
  for (const { code, source } of items) {
    expect([code, /^《.+》$/.test(source.title), Boolean(source.article ?? source.by)]).toEqual([
      code,
      true,
      true,
    ])
    if (source.title.includes('中华人民共和国'))
      expect([code, source.article]).toEqual([code, expect.stringMatching(/^第.+条/)])
  }
})

it('are read in a breath, and are not all answered by the same letter', () => {
  for (const it of items) {
    expect([it.code, it.stem.length <= 60]).toEqual([it.code, true])
    expect([it.code, it.explanation.length <= 80]).toEqual([it.code, true])
  }
  const judged = items.filter((it) => it.kind === 'truefalse')
  const yes = judged.filter((it) => it.correct[0] === 0).length
  expect(yes / judged.length).toBeGreaterThan(0.3)
  expect(yes / judged.length).toBeLessThan(0.7)
})

it.each(items)('$code reads as a native editor would let it pass', ({ stem, options, explanation }) => {
  expect([stem, ...options, explanation].flatMap(faultsOf)).toEqual([])
})
