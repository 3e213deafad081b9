import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ThreadLine } from '#contract/threads'
import { usePhone } from '../support/phone.ts'

const load = () => import('../../miniprogram/services/talk.ts')
let talk: Awaited<ReturnType<typeof load>>
beforeEach(async () => {
  usePhone()
  talk = await load()
})
afterEach(() => vi.unstubAllGlobals())

const now = new Date('2026-11-25T02:00:00Z')
const line = (change: Partial<ThreadLine> = {}): ThreadLine => ({
  id: 'a'.repeat(24),
  seq: 1,
  side: 'family',
  by: '张三妈妈',
  isMine: true,
  text: '在吗',
  files: [],
  at: '2026-11-25T01:59:00.000Z',
  isRead: false,
  isWithdrawn: false,
  isInReview: false,
  refusedBecause: null,
  withdrawableUntil: '2026-11-25T02:01:00.000Z',
  ...change,
})

describe('a line of a talk', () => {
  it('says how far it has come', () => {
    const standing = (change: Partial<ThreadLine>) => talk.presentLines([line(change)], now)[0]?.standing
    expect(standing({})).toBe('已送到')
    expect(standing({ isRead: true })).toBe('已读')
    expect(standing({ isInReview: true })).toBe('学校看一下就会送到')
    expect(standing({ refusedBecause: '请不要写别家的事' })).toBe('没有送出：请不要写别家的事')
    expect(standing({ isMine: false })).toBe('')
  })

  it('can be taken back for two minutes, and then says that it was', () => {
    const [fresh] = talk.presentLines([line()], now)
    expect(fresh?.canWithdraw).toBe(true)
    expect(talk.presentLines([line()], new Date('2026-11-25T02:01:01Z'))[0]?.canWithdraw).toBe(false)
    const [gone] = talk.presentLines([line({ isWithdrawn: true, text: '' })], now)
    expect(gone).toMatchObject({ text: '您收回了一条', canWithdraw: false, standing: '' })
  })

  it('has the hour above it after a pause, and a note stands in the middle', () => {
    const shown = talk.presentLines(
      [
        line(),
        line({ at: '2026-11-25T02:05:00.000Z' }),
        line({ at: '2026-11-25T03:05:00.000Z', side: 'note', by: '转给心理教师来回复' }),
      ],
      now,
    )
    expect(shown.map((it) => it.when)).toEqual(['今天 09:59', '', '今天 11:05'])
    expect(shown[2]?.note).toBe('转给心理教师来回复')
  })

  it('shows pictures by our own address and papers with their size', () => {
    const file = { id: 'f'.repeat(24), bytes: 250_000, link: '/api/thread-files/x' }
    const [shown] = talk.presentLines(
      [
        line({
          files: [
            { ...file, kind: 'image', name: '图片.jpg' },
            { ...file, kind: 'pdf', name: '病历.pdf', bytes: 2_600_000 },
          ],
        }),
      ],
      now,
    )
    expect(shown?.pictures[0]?.url).toBe('https://server.test/api/thread-files/x')
    expect(shown?.papers).toMatchObject([{ name: '病历.pdf', size: '2.5 MB' }])
  })
})
