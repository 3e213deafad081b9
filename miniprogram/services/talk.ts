import { origin } from '../config'
import type { ThreadLine } from '../contract'
import { hour, nearDate, dayOf } from './format'

/** One line as both sides see it: mine on the right. */
export interface ShownLine {
  id: string
  /** 今天 18:00, above the first line of a day or after a pause; else empty. */
  when: string
  /** Nothing but a note in the middle: 转给心理教师来回复. */
  note: string
  by: string
  isMine: boolean
  text: string
  pictures: { id: string; url: string; link: string }[]
  papers: { id: string; name: string; size: string; link: string }[]
  /** 已读, 等学校看一下, or why it was kept back. */
  standing: string
  isRefused: boolean
  canWithdraw: boolean
}

const PAUSE_MS = 20 * 60_000

/** 180 KB, 2.4 MB */
const sizeOf = (bytes: number) =>
  bytes < 1024 * 1024
    ? `${Math.max(1, Math.round(bytes / 1024))} KB`
    : `${(bytes / 1024 / 1024).toFixed(1)} MB`

export function presentLines(lines: readonly ThreadLine[], now = new Date()): ShownLine[] {
  return lines.map((line, at) => ({
    id: line.id,
    when: isAfterPause(lines[at - 1], line) ? `${nearDate(dayOf(line.at), now)} ${hour(line.at)}` : '',
    note: line.side === 'note' ? line.by : '',
    by: line.by,
    isMine: line.isMine,
    text: textOf(line),
    pictures: line.files
      .filter((it) => it.kind === 'image')
      .map((it) => ({ id: it.id, url: `${origin}${it.link}`, link: it.link })),
    papers: line.files
      .filter((it) => it.kind === 'pdf')
      .map((it) => ({ id: it.id, name: it.name, size: sizeOf(it.bytes), link: it.link })),
    standing: standingOf(line),
    isRefused: line.refusedBecause !== null && line.refusedBecause !== undefined,
    canWithdraw:
      !line.isWithdrawn && line.withdrawableUntil !== null && new Date(line.withdrawableUntil) > now,
  }))
}

function isAfterPause(before: ThreadLine | undefined, line: ThreadLine) {
  if (!before) return true
  return new Date(line.at).getTime() - new Date(before.at).getTime() > PAUSE_MS
}

function textOf({ isWithdrawn, isMine, text }: ThreadLine) {
  if (!isWithdrawn) return text
  if (text) return `${text}\n（已收回，因为说到孩子的安全，学校仍能看到）`
  return isMine ? '您收回了一条' : '对方收回了一条'
}

function standingOf(line: ThreadLine) {
  if (line.isWithheld) return '这位家长现在看不到这段往来'
  if (!line.isMine || line.isWithdrawn) return ''
  if (line.isInReview) return '学校看一下就会送到'
  if (line.refusedBecause !== null && line.refusedBecause !== undefined) {
    return `没有送出${line.refusedBecause ? `：${line.refusedBecause}` : ''}`
  }
  return line.isRead ? '已读' : '已送到'
}
