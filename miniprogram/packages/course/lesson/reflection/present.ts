import type { MyReflection } from '../../../../contract'

const STATUS: Record<MyReflection['status'], string> = {
  kept: '只有您自己看得到',
  waiting: '学校看过以后，其他家长就能看到（不写姓名）',
  shown: '其他家长看得到，不写姓名',
  refused: '没有公开',
}

/** Where a text stands, in words; why not, where it was not shown. */
export const statusInWords = ({ status, reason }: Pick<MyReflection, 'status' | 'reason'>) =>
  STATUS[status] + (status === 'refused' && reason ? `：${reason}` : '')
