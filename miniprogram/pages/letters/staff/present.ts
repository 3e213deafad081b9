import type { LetterLine, MyPost } from '../../../contract'
import { nearMoment } from '../../../services/format'

/** A letter in a teacher's list. */
export interface ShownLine {
  id: string
  title: string
  note: string
  tag: string
  tone: 'good' | 'todo' | 'bad' | 'calm'
  /** 已读12/45 · 已签8/45; empty before it is sent. */
  figures: string
  percent: number
}

const STATUS: Record<LetterLine['status'], string> = {
  draft: '草稿',
  scheduled: '定时',
  sending: '正在发送',
  sent: '',
  withdrawn: '已撤回',
}

/** Of a draft that somebody above wants to see first. */
const APPROVAL = { submitted: '待审核', approved: '已通过', returned: '已退回' } as const

export function presentLine(line: LetterLine, now = new Date()): ShownLine {
  const { tally, confirmation } = line
  const isWhole = tally !== null && tally.expected > 0 && doneOf(line) >= tally.expected
  const answered = confirmation === 'confirm' ? '已确认' : '已签'
  return {
    id: line.id,
    title: line.title,
    note: noteOf(line, now),
    tag: (line.approval && APPROVAL[line.approval]) || STATUS[line.status] || (isWhole ? '全部完成' : ''),
    tone: line.status === 'sent' ? 'good' : 'calm',
    figures: tally
      ? [
          `已读${tally.read}/${tally.expected}`,
          ...(confirmation === 'read' ? [] : [`${answered}${doneOf(line)}/${tally.expected}`]),
        ].join(' · ')
      : '',
    percent: tally && tally.expected > 0 ? Math.floor((100 * doneOf(line)) / tally.expected) : 0,
  }
}

function noteOf({ unitName, sentAt, sendAt, status }: LetterLine, now: Date) {
  if (sentAt) return `${unitName} · ${nearMoment(sentAt, now)}`
  if (status === 'scheduled' && sendAt) return `${unitName} · ${nearMoment(sendAt, now)}发出`
  return unitName
}

const doneOf = ({ tally, confirmation }: LetterLine) =>
  tally ? { read: tally.read, confirm: tally.confirmed, sign: tally.signed }[confirmation] : 0

/** Who sees letters at all; a subject teacher, a mentor or a lecturer does not. The server decides, this only spares a refusal. */
const SEES_LETTERS: MyPost['post'][] = [
  'city_admin',
  'district_admin',
  'principal',
  'school_admin',
  'grade_head',
  'class_teacher',
  'inspector',
]

/** The units whose letters a teacher looks at on the phone: own classes first. */
export function writingUnits(posts: MyPost[]): MyPost[] {
  const units = posts.filter((it) => SEES_LETTERS.includes(it.post))
  const nearest = ['class', 'grade', 'school', 'district', 'city']
  return [...units].sort((a, b) => nearest.indexOf(a.unitKind) - nearest.indexOf(b.unitKind))
}
