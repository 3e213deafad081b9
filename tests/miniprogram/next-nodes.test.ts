import { describe, expect, it, vi } from 'vitest'
import type { NextNode } from '../../miniprogram/contract.ts'
import { usePhone } from '../support/phone.ts'

usePhone()
type ShownNode = ReturnType<typeof presentNode>
vi.stubGlobal('Component', () => undefined)
const { besideDismissed, presentNode } = await import('../../miniprogram/components/next-nodes/next-nodes.ts')

const node = (from: string, to: string): NextNode => ({
  ...{ unitId: 'a'.repeat(24), unitName: '一中', year: 2026, code: 'national-day', title: '国庆假期' },
  ...{ from, to, status: 'proposed', state: 'none', templates: [], letterId: null },
})
const said = (from: string, to: string, day: string) =>
  presentNode(node(from, to), new Date(`${day}T02:00:00Z`)).when

describe('when a day of the calendar is', () => {
  it('names each date once, before, during and after it', () => {
    const week = ['2026-10-01', '2026-10-07'] as const
    expect(said(...week, '2026-09-25')).toBe('10月1日(周四)–10月7日(周三)，还有6天')
    expect(said(...week, '2026-09-30')).toBe('10月1日(周四)–10月7日(周三)，就在眼前')
    expect(said(...week, '2026-10-04')).toBe('10月1日(周四)–10月7日(周三)，已经开始')
    expect(said(...week, '2026-10-09')).toBe('10月1日(周四)–10月7日(周三)，已经过了')
    expect(said('2026-10-01', '2026-10-01', '2026-10-02')).toBe('10月1日(周四)，已经过了')
  })
})

describe('a list that is read anew while one is put away', () => {
  const shown = ['one', 'two', 'three'].map((code) =>
    presentNode({ ...node('2026-10-01', '2026-10-07'), code }, new Date('2026-09-25T02:00:00Z')),
  )
  const [one, two, three] = shown as [ShownNode, ShownNode, ShownNode]
  const away = { ...two, isDismissed: true }

  it('keeps what was put away where it was said, whether the answer still has it or not', () => {
    expect(besideDismissed([one, away, three], [one, three])).toEqual([one, away, three])
    expect(besideDismissed([one, away, three], [one, two, three])).toEqual([one, away, three])
    expect(besideDismissed([one, away, three], [three])).toEqual([three, away])
  })
})
