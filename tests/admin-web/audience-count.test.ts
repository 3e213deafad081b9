import { expect, it } from 'vitest'
import { ageInWords } from '../../admin-web/src/pages/letters/audience-count'

const NOW = new Date('2026-11-25T12:10:00Z')

it('says as of when a count is, with its day where that was not today', () => {
  expect(ageInWords({ countedAt: null }, NOW)).toBe('')
  expect(ageInWords({ countedAt: '2026-11-25T12:05:00Z', isCounting: false }, NOW)).toBe('（截至20:05）')
  expect(ageInWords({ countedAt: '2026-11-24T12:05:00Z', isCounting: true }, NOW)).toBe(
    '（截至11月24日(周二) 20:05，正在重新数）',
  )
})
