import type { ColumnKey, OutlineColumn, readRosterOutline } from '#contract/roster'
import type * as z from 'zod/mini'

type Outline = Pick<z.output<typeof readRosterOutline.reply>, 'missing' | 'choices' | 'columns'>

/** What a column is given that stays out. */
export const NOT_IMPORTED = ''

/** How a proposal came about. */
export const originText: Record<OutlineColumn['from'], string> = {
  title: '名称一致',
  remembered: '上次这样对应',
  similar: '按名称猜的',
  none: '',
}

/**
 * What still has to be said, or null. What the server found missing may have been chosen meanwhile, and the other way round;
 * it looks again itself when the check begins.
 */
export function mappingObjection(
  { missing, choices, columns }: Outline,
  chosen: Readonly<Record<number, ColumnKey | ''>>,
): string | null {
  const titleOf = new Map(choices.map((it) => [it.key, it.title]))
  const given = Object.values(chosen).flatMap((key) => (key ? [titleOf.get(key) ?? ''] : []))
  const proposed = columns.flatMap((it) => (it.key ? [titleOf.get(it.key) ?? ''] : []))
  const hasPhone = given.some((it) => it.endsWith('手机号'))
  const lost = proposed.filter(
    (it) => ['学号', '学生姓名', '班级', '学校', '年级'].includes(it) && !given.includes(it),
  )
  const wanted = [
    ...missing.filter((it) => (it === '家长手机号' ? !hasPhone : !given.includes(it))),
    ...lost,
    ...(hasPhone || missing.includes('家长手机号') ? [] : ['家长手机号']),
  ]
  return wanted.length > 0 ? `还没有对应：${[...new Set(wanted)].join('、')}` : null
}
