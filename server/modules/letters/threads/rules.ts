import type { RepliesTo, ThreadState } from '#contract/threads'
import type { UnitKind } from '#contract/org'
import type { Danger } from '../../../../content/shapes.ts'
import type { LetterRecord } from '../model.ts'

/** A line may be taken back so long: for the slip of a thumb, not for changing history. */
export const WITHDRAW_MS = 2 * 60_000

/** One message for a thread in so long, however many lines are written. */
export const BUNDLE_MS = 10 * 60_000

/** Nobody writes more than this in ten minutes; a machine does. */
export const MOST_LINES = { points: 20, duration: 600 } as const

/** After so many working days without an answer it stands in 等您处理, and after so many with the principal. */
export const OVERDUE_WORKDAYS = 2
export const PRINCIPAL_WORKDAYS = 5

/** Words of danger that nobody has taken up by then are brought before the principal (D4: the delay is the deadliest gap). */
export const DANGER_MS = 60 * 60_000

/**
 * Where replies go when the author has not said: what an office of a school or above writes to many is answered by those
 * who know the child; a notice, and what a grade or class writes, by its author's post.
 */
export function repliesOf(
  letter: Pick<LetterRecord, 'kind'> & { replies?: RepliesTo | null | undefined },
  by: UnitKind,
): RepliesTo {
  if (letter.replies) return letter.replies
  const isOffice = by === 'school' || by === 'district' || by === 'city'
  return letter.kind === 'letter' && isOffice ? 'classTeacher' : 'author'
}

/** When a message about something new may be said: now, or when the pause after the last one is over; null when that one is still to come. */
export function nextWord(toldAt: Date | null | undefined, now: Date): Date | null {
  if (!toldAt) return now
  if (toldAt > now) return null
  const earliest = toldAt.getTime() + BUNDLE_MS
  return earliest <= now.getTime() ? now : new Date(earliest)
}

interface Said {
  side: 'family' | 'post'
  at: Date
}

/** How a thread stands by the lines that count, the oldest first. One that was done stays so until the family writes again. */
export function standing(
  lines: readonly Said[],
  wasDone: boolean,
): { state: ThreadState; waitingSince: Date | null } {
  const lastAnswer = lines.findLastIndex((it) => it.side === 'post')
  const open = lines.slice(lastAnswer + 1)
  const [first] = open
  if (first && !wasDone) return { state: 'waiting', waitingSince: first.at }
  return { state: wasDone ? 'done' : 'answered', waitingSince: null }
}

/** Where a page ends: the moment by which it is ordered, and the thread. */
export const markOf = (at: Date, id: unknown, isUrgent = false) =>
  `${at.getTime()}~${String(id)}~${isUrgent ? 1 : 0}`

export function readMark(mark: string): { at: Date; id: string; isUrgent: boolean } | null {
  const [, at = '', id = '', urgent = ''] = /^(\d{1,15})~([0-9a-f]{24})~([01])$/.exec(mark) ?? []
  return id ? { at: new Date(Number(at)), id, isUrgent: urgent === '1' } : null
}

/** The first words of a line for a list. */
export function previewOf(text: string, files: readonly { kind: string }[]) {
  const words = text.replace(/\s+/g, ' ').trim()
  if (words) return words.length > 40 ? `${words.slice(0, 40)}…` : words
  const [first] = files
  return first ? (first.kind === 'image' ? '〔图片〕' : '〔文件〕') : ''
}

/** Whether its writer may still take a line back. */
export const isWithdrawable = (line: { at: Date; withdrawnAt?: Date | null | undefined }, now: Date) =>
  !line.withdrawnAt && now.getTime() < line.at.getTime() + WITHDRAW_MS

/** What people write between the characters of a word: spaces, stops, signs. */
const BETWEEN = /[\s\p{P}\p{S}]+/gu

/**
 * Whether a text speaks of danger to a child, by plain words; spaces and signs between the characters do not hide them. What is
 * harmless is so only when nothing stands in it but spaces: “想死你了”, not “想死，你了解吗”.
 */
export function speaksOfDanger(text: string, { words, harmless }: Danger) {
  const close = text.toLowerCase().replace(/\s+/g, '')
  const plain = harmless.reduce((left, it) => left.replaceAll(it, '\0'), close).replace(BETWEEN, '')
  return words.some((it) => plain.includes(it))
}
