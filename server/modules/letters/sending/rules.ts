import { askInWords, askOf } from '#contract/letter-ask'
import { dayInWords, shanghaiInstant } from '../../../infra/clock.ts'
import type { AnyOutgoing } from '../../notify/rules.ts'
import type { LetterRecord } from '../model.ts'

const DAY_MS = 86_400_000

export interface Addressee {
  studentId: string
  childName: string
  personId: string
  path: string
  /** Has read an edition before this one. */
  knewItBefore?: boolean
}

/** Where a tap on the message leads. */
export const letterPage = (letterId: string, studentId: string) =>
  `packages/letter/letter/letter?id=${letterId}&child=${studentId}`

const askFor = (letter: Pick<LetterRecord, 'confirmation' | 'form' | 'dueOn'>) =>
  askInWords(askOf(letter), letter.dueOn ? dayInWords(letter.dueOn) : '')

const lastMinuteOf = (dueOn: string) => shanghaiInstant(dueOn, '23:59')

/** After the last day of a letter its messages would only confuse. */
const endOf = (dueOn: string | null | undefined) =>
  dueOn ? { expiresAt: new Date(shanghaiInstant(dueOn).getTime() + DAY_MS) } : {}

/** The letter itself, as its reminders count it. */
export const FIRST = 'sent'

export const announcement = (
  letter: LetterRecord,
  to: Addressee,
  { mayText }: { mayText: boolean },
): AnyOutgoing => ({
  kind: 'letter',
  subject: String(letter._id),
  personId: to.personId,
  // A guardian of two children has two letters to answer.
  step: to.studentId,
  ...(letter.isUrgent && { isUrgent: true }),
  mayText,
  rung: FIRST,
  values: {
    title: letter.title,
    sender: letter.unitName,
    child: to.childName,
    ...(to.knewItBefore
      ? { note: '您读过的信有更正，请再看一遍', about: 'corrected' as const }
      : { note: askFor(letter), ...(letter.isUrgent && { about: 'urgent' as const }) }),
    ...(letter.dueOn && { deadline: lastMinuteOf(letter.dueOn) }),
  },
  page: letterPage(String(letter._id), to.studentId),
  path: to.path,
  ...endOf(letter.dueOn),
})

export interface StaffAddressee {
  personId: string
  path: string
  unitName: string
  /** Has read an edition before this one. */
  knewItBefore: boolean
  /** What was answered below that one holds for this. */
  keepsReceipts: boolean
}

const askForStaff = (letter: LetterRecord, { knewItBefore, keepsReceipts }: StaffAddressee) => {
  const day = letter.dueOn ? dayInWords(letter.dueOn) : ''
  if (!knewItBefore) return letter.form ? askInWords('fill', day) : askFor(letter)
  if (!letter.form) return '请再看一遍'
  return keepsReceipts ? '请再看一遍，交过的回执不用重填' : `题目改了，${askInWords('fill', day)}`
}

/** To the holder of a post: a tap opens the letter itself. */
export const staffAnnouncement = (letter: LetterRecord, to: StaffAddressee): AnyOutgoing => ({
  kind: 'staffMatter',
  subject: String(letter._id),
  personId: to.personId,
  step: 'letter',
  values: {
    title: to.knewItBefore ? '您读过的信有更正' : '收到一封写给老师的信',
    who: letter.unitName,
    unit: to.unitName,
    note: `《${letter.title}》，${askForStaff(letter, to)}`,
  },
  page: `packages/letter/staff-letter/staff-letter?id=${String(letter._id)}`,
  path: to.path,
  ...endOf(letter.dueOn),
})

/**
 * A reminder of one step: `before1`, or `m2` for the second one asked for by hand. After the last day it would only
 * confuse, unless it was asked for then; two days on, it would be an old one.
 */
export function reminder(
  letter: LetterRecord,
  to: Addressee,
  { rung, dueAt, mayText }: { rung: string; dueAt: Date; mayText: boolean },
): AnyOutgoing {
  const inTwoDays = new Date(dueAt.getTime() + 2 * DAY_MS)
  const end = endOf(letter.dueOn).expiresAt
  return {
    kind: 'letterReminder',
    subject: String(letter._id),
    personId: to.personId,
    step: `${to.studentId}-${rung}`,
    rung,
    mayText,
    values: {
      title: letter.title,
      child: to.childName,
      deadline: letter.dueOn ? lastMinuteOf(letter.dueOn) : '请尽快',
      note: askFor(letter),
    },
    page: letterPage(String(letter._id), to.studentId),
    path: to.path,
    dueAt,
    expiresAt: end && end > dueAt && end < inTwoDays ? end : inTwoDays,
  }
}
