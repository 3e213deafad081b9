import type { MyJoin } from '../../../contract'
import { nearMoment } from '../../../services/format'

export interface ShownJoin {
  id: string
  who: string
  where: string
  status: string
  tone: 'good' | 'todo' | 'bad' | 'calm'
  note: string
  canWithdraw: boolean
  canAskAgain: boolean
}

const STATUS: Record<MyJoin['status'], Pick<ShownJoin, 'status' | 'tone'>> = {
  waiting: { status: '等待同意', tone: 'todo' },
  approved: { status: '已加入', tone: 'good' },
  declined: { status: '没有通过', tone: 'bad' },
  withdrawn: { status: '已撤回', tone: 'calm' },
}

const EXPIRED = { status: '没有等到处理', tone: 'calm' } as const

export function presentJoin(join: MyJoin, now = new Date()): ShownJoin {
  return {
    id: join.id,
    who: `${join.studentName}的${join.relation}`,
    where: `${join.schoolName} ${join.className}`,
    ...(join.mayAskAgain ? EXPIRED : STATUS[join.status]),
    note: noteOf(join, now),
    canWithdraw: join.status === 'waiting',
    canAskAgain: join.mayAskAgain === true,
  }
}

function noteOf(join: MyJoin, now: Date) {
  if (join.status === 'waiting') return `${nearMoment(join.askedAt, now)}提交，班主任核对后您会看到结果。`
  if (join.mayAskAgain) return join.reason ?? ''
  if (join.status === 'declined')
    return join.reason ? `班主任留言：${join.reason}` : '请和班主任联系后再申请。'
  return `${nearMoment(join.askedAt, now)}提交`
}
