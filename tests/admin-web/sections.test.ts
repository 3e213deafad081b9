import { expect, it } from 'vitest'
import { sectionsOf } from '../../admin-web/src/layout/sections'

it('puts every entry of the navigation into one section, and leaves out a section without any', () => {
  const entries = [1, 20, 22, 36, 38, 47, 90].map((order) => ({ order }))
  expect(sectionsOf(entries).map(({ title, entries: own }) => [title, own.map((it) => it.order)])).toEqual([
    ['', [1]],
    ['学生和家庭', [20, 22]],
    ['家校沟通', [36]],
    ['家长学校', [38, 47]],
    ['学校管理', [90]],
  ])
  expect(sectionsOf([{ order: 30 }])).toHaveLength(1)
})
