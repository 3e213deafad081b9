import type { MyLetterLine, WithdrawnLetter } from '../../../contract'
import { due, nearDate, dayOf, type Due } from '../../../services/format'

/** A letter in the family's list. */
export interface ShownLine {
  id: string
  title: string
  /** 实验中学 · 9月1日(周二) */
  note: string
  due: Due | null
  tag: string
  tone: 'good' | 'todo' | 'bad' | 'calm'
  isDone: boolean
  /** 紧急, until it is answered. */
  isUrgent: boolean
  /** 更正: it took the place of a letter that was sent before. */
  isCorrected: boolean
  /** What the family read before it is not what it says now. */
  again: string
}

const ASKS = { read: '未读', confirm: '待确认', sign: '待签字' } as const
const DONE = { read: '已读', confirm: '已确认', sign: '已签字' } as const

export function presentLine(line: MyLetterLine, now = new Date()): ShownLine {
  return {
    id: line.id,
    title: line.title,
    note: `${line.from} · ${nearDate(dayOf(line.sentAt), now)}`,
    due: line.dueOn && !line.isDone ? due(line.dueOn, now) : null,
    tag: line.isDone ? DONE[line.confirmation] : ASKS[line.confirmation],
    tone: line.isDone ? 'good' : line.isOverdue ? 'bad' : 'todo',
    isDone: line.isDone,
    isUrgent: Boolean(line.isUrgent) && !line.isDone,
    isCorrected: line.isCorrected === true,
    again: line.isToReadAgain ? '您家读过旧的一版，请再看一遍' : '',
  }
}

/** A letter that was taken back, with its author's reason. */
export interface ShownWithdrawn {
  id: string
  title: string
  /** 实验中学 · 9月2日撤回 */
  note: string
  reason: string
}

export const presentWithdrawn = (it: WithdrawnLetter, now = new Date()): ShownWithdrawn => ({
  id: it.id,
  title: it.title,
  note: `${it.from} · ${nearDate(dayOf(it.withdrawnAt), now)}撤回`,
  reason: it.reason,
})
