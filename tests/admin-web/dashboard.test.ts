import { describe, expect, it } from 'vitest'
import type { UnitFigures } from '#contract/figures'
import { comparison, comparisonInWords, MOST_COLUMNS } from '../../admin-web/src/pages/dashboard/comparison'
import { rateInWords, sorted } from '../../admin-web/src/pages/dashboard/measures'

const unit = (name: string, over: Partial<UnitFigures> = {}): UnitFigures => ({
  unitId: 'a'.repeat(24),
  kind: 'class',
  name,
  families: 40,
  activated: { done: 20, of: 40 },
  read: { done: 10, of: 40 },
  certified: { done: 0, of: 0 },
  ...over,
})
const names = (units: UnitFigures[]) => units.map((it) => it.name)

describe('the order of units', () => {
  it('counts classes as people do: 2班 comes before 10班', () => {
    const units = [unit('10班'), unit('2班'), unit('1班')]
    expect(names(sorted(units, { by: 'name', isDescending: false }))).toEqual(['1班', '2班', '10班'])
  })

  it('goes by the share, not by how many', () => {
    const units = [
      unit('大校', { activated: { done: 90, of: 200 } }),
      unit('小校', { activated: { done: 9, of: 10 } }),
    ]
    expect(names(sorted(units, { by: 'activated', isDescending: true }))).toEqual(['小校', '大校'])
  })

  it('puts units with nobody to count last, whichever way one sorts', () => {
    const units = [
      unit('八年级'),
      unit('七年级', { certified: { done: 9, of: 72 } }),
      unit('九年级', { certified: { done: 1, of: 72 } }),
    ]
    expect(names(sorted(units, { by: 'certified', isDescending: true }))).toEqual([
      '七年级',
      '九年级',
      '八年级',
    ])
    expect(names(sorted(units, { by: 'certified', isDescending: false }))).toEqual([
      '九年级',
      '七年级',
      '八年级',
    ])
  })

  it('leaves the order of the server alone while nothing is chosen', () => {
    const units = [unit('2班'), unit('1班')]
    expect(sorted(units, null)).toBe(units)
  })
})

describe('the comparison', () => {
  it('draws no column where there is nobody to count', () => {
    const certified = comparison([unit('八年级')]).series.find((it) => it.name === '绿证完成率')
    expect(certified?.data).toEqual([null])
  })

  it('shows as many units as can be told apart', () => {
    const units = Array.from({ length: 30 }, (_, at) => unit(`${at + 1}班`))
    expect(comparison(units).xAxis.data).toHaveLength(MOST_COLUMNS)
  })

  it('says in words what it shows, with both numbers', () => {
    expect(comparisonInWords([unit('1班')])).toBe(
      '1班：激活率 50%（20 / 40），近30天家长信阅读率 25%（10 / 40），绿证完成率 —',
    )
    expect(rateInWords('激活率', { done: 1023, of: 1024 })).toBe('激活率 99%（1,023 / 1,024）')
  })
})
