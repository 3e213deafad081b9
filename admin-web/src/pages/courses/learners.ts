import type { LearnerFamily } from '#contract/courses'

export type Group = 'missing' | 'away' | 'done'

export const GROUPS: { key: Group; label: string }[] = [
  { key: 'missing', label: '还没有' },
  { key: 'away', label: '未加入' },
  { key: 'done', label: '已拿到' },
]

/** Where a family stands: reminding helps only those who have joined. */
export function groupOf(it: LearnerFamily): Group {
  if (it.certificateNumber) return 'done'
  return it.hasJoined ? 'missing' : 'away'
}
