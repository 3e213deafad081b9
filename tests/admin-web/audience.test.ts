import { expect, it } from 'vitest'
import {
  type Audience,
  audienceInWords,
  chipsOf,
  type ShownTo,
} from '../../admin-web/src/pages/letters/audience.ts'

const id = (n: number) => String(n).repeat(24)
const none = {
  grades: [],
  campuses: [],
  groups: [],
  hiddenGroups: 0,
  marks: [],
  without: { units: [], groups: [] },
}
const unit = (n: number, name: string) => ({ unitId: id(n), name })
const child = (n: number, name: string) => ({ studentId: id(n), name })
const to = (over: Partial<ShownTo>): ShownTo => ({ audience: [], parts: none, staff: null, ...over })

it('says an audience as its author would, the school once', () => {
  const shown = to({
    audience: [unit(1, '三中七年级'), unit(2, '三中八年级')],
    students: [child(5, '张三'), child(6, '李四')],
    parts: { ...none, without: { units: [unit(3, '三中七年级3班')], groups: [] } },
  })
  expect(audienceInWords(shown)).toBe('三中七年级和八年级，除了七年级3班；另加2户家庭')
})

it.each<[Partial<ShownTo>, string]>([
  [{ audience: [unit(1, '三中')] }, '三中'],
  [{ students: [child(5, '张三')] }, '张三家'],
  [{ students: [1, 2, 3, 4].map((it) => child(it, '张三')) }, '4户家庭'],
  [{ audience: [unit(1, '三中')], excluded: [child(5, '张三')] }, '三中，除了1户家庭'],
  [{ audience: [unit(1, '一中'), unit(2, '三中')] }, '一中和三中'],
  [
    { parts: { ...none, grades: [{ ...unit(1, '东湖区'), grades: [1, 2, 3, 4, 5, 6, 7] }] } },
    '东湖区小学和七年级',
  ],
  [
    {
      parts: {
        ...none,
        groups: [{ groupId: id(4), name: '校车' }],
        marks: [{ ...unit(1, '三中'), mark: 'boarding' as const }],
        hiddenGroups: 2,
      },
    },
    '三中住校、分组“校车”和2个分组',
  ],
  [
    { staff: { posts: ['class_teacher', 'grade_head'], units: [unit(1, '东湖区')] } },
    '东湖区的班主任和年级组长',
  ],
])('says %o', (shown, words) => {
  expect(audienceInWords(to(shown))).toBe(words)
})

it('takes any part away, and that part alone', () => {
  const shown = to({
    audience: [unit(1, '三中')],
    students: [child(5, '张三')],
    excluded: [child(6, '李四')],
    parts: {
      ...none,
      grades: [{ ...unit(2, '二中'), grades: [7, 8] }],
      campuses: [{ ...unit(2, '二中'), campus: '南校区' }],
      groups: [{ groupId: id(4), name: '校车' }],
      marks: [{ ...unit(1, '三中'), mark: 'leftBehind' }],
      without: { units: [unit(3, '三中七年级3班')], groups: [{ groupId: id(7), name: '社团' }] },
    },
  })
  const whole: Audience = {
    audience: [id(1)],
    students: [child(5, '张三')],
    excluded: [child(6, '李四')],
    parts: {
      grades: [{ unitId: id(2), grades: [7, 8] }],
      campuses: [{ unitId: id(2), campus: '南校区' }],
      groupIds: [id(4)],
      marks: [{ unitId: id(1), mark: 'leftBehind' }],
      without: { unitIds: [id(3)], groupIds: [id(7)] },
    },
    staff: null,
  }
  const chips = chipsOf(shown)
  expect(chips.map((it) => it.key)).toHaveLength(10)
  expect(chips.filter((it) => it.isOut).map((it) => it.text)).toEqual([
    '三中七年级3班',
    '分组“社团”',
    '李四家',
  ])
  const seven = chips.find((it) => it.text === '二中七年级')
  expect(seven?.without(whole)).toEqual({
    ...whole,
    parts: { ...whole.parts, grades: [{ unitId: id(2), grades: [8] }] },
  })
  const left = chips.reduce((of, chip) => chip.without(of), whole)
  expect(left).toEqual({
    ...{ audience: [], students: [], excluded: [], staff: null },
    parts: {
      ...{ grades: [], campuses: [], groupIds: [], marks: [] },
      without: { unitIds: [], groupIds: [] },
    },
  })
})
