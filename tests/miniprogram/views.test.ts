import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { ViewOfMyChild } from '../../miniprogram/contract.ts'
import { byDay } from '../../miniprogram/packages/account/views/present.ts'

const view = (id: string, at: string, why: string | null = null): ViewOfMyChild => ({
  id: id.repeat(24),
  at,
  who: '李文老师',
  post: '班主任 · 实验中学七年级2班',
  what: '看了家长的完整手机号',
  why,
})

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

it('tells day by day who looked, in China’s days', () => {
  const now = new Date('2026-11-25T10:00:00Z')
  const days = byDay(
    [
      view('c', '2026-11-25T01:30:00Z', '妈妈的号码，紧急情况：发烧'),
      view('b', '2026-11-24T16:30:00Z'),
      view('a', '2026-11-20T04:00:00Z'),
    ],
    now,
  )
  expect(days.map((it) => [it.title, it.views.length])).toEqual([
    ['今天', 2],
    ['11月20日(周五)', 1],
  ])
  expect(days[0]?.views[0]).toMatchObject({ at: '09:30', why: '妈妈的号码，紧急情况：发烧' })
  expect(days[1]?.views[0]?.why).toBe('')
})
