import type { LetterForm, StaffLetter, StaffLetterLine, StaffReceipt } from '../../../contract'
import { due, moment, nearMoment, type Due } from '../../../services/format'
import { dueAsk } from '../../../services/letter-card'
import { presentCorrection, type ShownCorrection } from '../correction'

/** A letter to one's post in the list. */
export interface ShownStaffLine {
  id: string
  title: string
  note: string
  tag: string
  tone: 'good' | 'todo' | 'bad'
  /** Stands below: beside a title in large letters a day has no room. */
  due: Due | null
  /** Nobody has opened it yet. */
  isNew: boolean
}

export function presentStaffLine(line: StaffLetterLine, now = new Date()): ShownStaffLine {
  const isLate = line.isOverdue && !line.isDone
  return {
    id: line.id,
    title: line.title,
    note: `${line.from} · ${nearMoment(line.sentAt, now)}`,
    tag: tagOf(line),
    tone: line.isDone ? 'good' : isLate ? 'bad' : 'todo',
    due: line.dueOn && !line.isDone ? due(line.dueOn, now) : null,
    isNew: !line.isRead,
  }
}

function tagOf({ isDone, isRead, confirmation, hasForm }: StaffLetterLine) {
  if (hasForm && (isDone || isRead)) return isDone ? '已交回执' : '请填回执'
  if (isDone) return confirmation === 'confirm' ? '已确认' : '已读'
  return isRead ? '待确认' : '未读'
}

export interface ShownStaffLetter {
  id: string
  title: string
  from: string
  sent: string
  due: Due | null
  blocks: StaffLetter['blocks']
  attachments: NonNullable<StaffLetter['attachments']>
  pledge: string
  mayConfirm: boolean
  form: LetterForm | null
  receipts: StaffReceipt[]
  /** One for the whole school, not one of each. */
  isOfUnit: boolean
  /** 已确认; empty while something is asked, and where a receipt says it. */
  doneText: string
  deeds: string[]
  /** The corrected edition that took its place. */
  newer: string
  version: number
  /** For who has read an edition before. */
  correction: ShownCorrection | null
}

export function presentStaffLetter(letter: StaffLetter, now = new Date()): ShownStaffLetter {
  const { isDone, confirmation, readAt, confirmedAt, form = null, receipts = [] } = letter
  return {
    id: letter.id,
    title: letter.title,
    from: letter.from,
    sent: nearMoment(letter.sentAt, now),
    due: isDone ? null : dueAsk(letter, now),
    blocks: letter.blocks,
    attachments: letter.attachments ?? [],
    pledge: letter.pledge,
    mayConfirm: letter.abilities.confirm,
    form,
    // An old edition shows what was answered below it and asks for nothing.
    receipts: form ? receipts.filter((it) => it.answer ?? !letter.supersededBy) : [],
    isOfUnit: form?.answeredBy !== 'each',
    doneText: isDone && !form ? (confirmation === 'confirm' ? '已确认' : '已读') : '',
    deeds: [
      ...(confirmedAt ? [`您在${moment(confirmedAt, now)}确认了`] : []),
      ...(readAt ? [`您在${moment(readAt, now)}读了`] : []),
    ],
    newer: letter.supersededBy ?? '',
    version: letter.version,
    correction: letter.correction ? presentCorrection(letter.correction) : null,
  }
}
