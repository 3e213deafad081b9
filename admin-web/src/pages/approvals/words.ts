import type { ApprovalKind, ApprovalReach, ApprovalRequest } from '#contract/audit'
import type { Me } from '#contract/accounts'

export const KINDS: Record<ApprovalKind, string> = { names: '查看名单', exports: '导出表格' }

export const REACHES: Record<ApprovalReach, string> = { class: '一个班', grade: '一个年级', school: '全校' }

export const STATES: Record<
  ApprovalRequest['status'],
  { text: string; type: 'warning' | 'success' | 'info' | 'danger' }
> = {
  waiting: { text: '等待中', type: 'warning' },
  approved: { text: '已同意', type: 'success' },
  refused: { text: '未同意', type: 'danger' },
  expired: { text: '已过期', type: 'info' },
}

/** Who answers for units sees what waits for them; everybody else sees what they asked for. The server decides what they may do. */
export const answersFor = (me: Pick<Me, 'posts'>) =>
  me.posts.some(({ post }) => post === 'city_admin' || post === 'district_admin' || post === 'principal')
