import type { Rate, UnitFigures } from '#contract/figures'
import type { UnitKind } from '#contract/org'
import { count, percent, shareOf } from '../../format/number'

export type MeasureKey = 'activated' | 'read' | 'certified'

interface Measure {
  key: MeasureKey
  label: string
  /** How it is counted, for those who have to answer for it. */
  help: string
  /** Said where there is nobody to count. */
  none: string
}

export const MEASURES: Measure[] = [
  {
    key: 'activated',
    label: '激活率',
    help: '至少有一位家长登录并加入了班级的家庭，占全部家庭。',
    none: '还没有学生',
  },
  {
    key: 'read',
    label: '近30天家长信阅读率',
    help: '近30天发出的家长信，打开看过的家庭占收信家庭；一个家庭收到几封就计几次。',
    none: '近30天没有发信',
  },
  {
    key: 'certified',
    label: '绿证完成率',
    help: '要求学习课程的年级里，持有有效绿证的家庭占全部家庭。',
    none: '没有要求的年级',
  },
]

export interface Order {
  by: 'name' | 'families' | MeasureKey
  isDescending: boolean
}

/** 1班, 2班 … 10班, as people count them. */
const byName = new Intl.Collator('zh-CN', { numeric: true })

/** Units in the order asked for. Where there is nobody to count a unit stands last, whichever way one sorts. */
export function sorted(units: UnitFigures[], order: Order | null): UnitFigures[] {
  if (!order) return units
  const { by } = order
  const sign = order.isDescending ? -1 : 1
  const value = (it: UnitFigures) => (by === 'families' ? it.families : by === 'name' ? 0 : share(it[by]))
  return [...units].sort((a, b) => {
    if (by === 'name') return sign * byName.compare(a.name, b.name)
    const [left, right] = [value(a), value(b)]
    if (left === null || right === null) return Number(left === null) - Number(right === null)
    return sign * (left - right) || byName.compare(a.name, b.name)
  })
}

const share = (rate: Rate) => shareOf(rate.done, rate.of)

/** 激活率 74%（321 / 432） */
export const rateInWords = (label: string, { done, of }: Rate) =>
  of === 0 ? `${label} —` : `${label} ${percent(done, of)}（${count(done)} / ${count(of)}）`

/** How the units below one are called together. */
export const CHILDREN_TEXT: Record<UnitKind, string> = {
  city: '各区县',
  district: '各学校',
  school: '各年级',
  grade: '各班',
  class: '',
}
