import type { DeskThreadLine } from '../../../contract'
import { daysFrom, dayOf, nearMoment } from '../../../services/format'

/** A family's thread in a teacher's inbox. */
export interface ShownThread {
  id: string
  /** 张三 · 七年级2班 */
  who: string
  title: string
  last: string
  note: string
  tag: string
  tone: 'good' | 'todo' | 'bad' | 'calm'
  isUnread: boolean
  /** 悄悄说: the one guardian who may know of it. */
  privately: string
}

export function presentThread(line: DeskThreadLine, now = new Date()): ShownThread {
  const { tag, tone } = tagOf(line, now)
  return {
    id: line.id,
    who: `${line.childName} · ${line.className}`,
    title: line.letterTitle,
    last: `${line.lastBy}：${line.preview}`,
    note: nearMoment(line.lastAt, now),
    tag,
    tone,
    isUnread: line.isUnread,
    privately: line.privateWith ?? '',
  }
}

function tagOf(line: DeskThreadLine, now: Date): Pick<ShownThread, 'tag' | 'tone'> {
  if (line.isUrgent) return { tag: '请尽快看', tone: 'bad' }
  if (line.isFollowedByMe) return { tag: '我在跟进', tone: 'calm' }
  if (line.state === 'done') return { tag: '已办结', tone: 'calm' }
  if (line.state === 'answered' || !line.waitingSince) return { tag: '已回复', tone: 'good' }
  const days = -daysFrom(now, dayOf(line.waitingSince))
  if (line.isOverdue) return { tag: `等了${days}天`, tone: 'bad' }
  return { tag: '等回复', tone: 'todo' }
}
