import type { Assignment, AssignmentStatus, GroupStatus, Transfer, TransferStatus } from '#contract/transfers'

type Tone = 'primary' | 'success' | 'warning' | 'info' | 'danger'

export const statusText: Record<TransferStatus, string> = {
  asked: '等转出学校同意',
  proposed: '等接收学校确认',
  accepted: '已转入',
  declined: '没有同意',
  withdrawn: '已撤回',
  expired: '到期结束',
}
export const statusTone: Record<TransferStatus, Tone> = {
  asked: 'warning',
  proposed: 'warning',
  accepted: 'success',
  declined: 'danger',
  withdrawn: 'info',
  expired: 'info',
}

export const assignmentText: Record<AssignmentStatus, string> = {
  begun: '没有传完',
  uploaded: '等待检查',
  checking: '正在检查',
  checked: '等您发出',
  sent: '已发给学校',
  refused: '不能使用',
}
export const groupText: Record<GroupStatus, string> = {
  checked: '还没发出',
  waiting: '等学校确认',
  applying: '正在转入',
  applied: '已转入',
  declined: '学校退回',
  expired: '到期结束',
}
export const groupTone: Record<GroupStatus, Tone> = {
  checked: 'info',
  waiting: 'warning',
  applying: 'primary',
  applied: 'success',
  declined: 'danger',
  expired: 'info',
}

/** The server is at work on it, so it is asked about again and again. */
export const isMoving = ({ status, groups }: Pick<Assignment, 'status' | 'groups'>) =>
  status === 'uploaded' || status === 'checking' || groups.some((it) => it.status === 'applying')

/** What a decision is called on its button. */
export const verbOf = ({ abilities }: Transfer) =>
  abilities.agree ? '同意转出' : abilities.confirm ? '确认接收' : ''
