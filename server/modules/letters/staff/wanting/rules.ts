import type { Pointless } from '../../../notify/dispatch/rules.ts'
import type { LetterRecord } from '../../model.ts'
import { type StaffMarked, standingOf } from '../rules.ts'

/** A message about a letter to staff, as its key says it. */
export interface AskedOfStaff {
  id: string
  letterId: string
  personId: string
  isReminder: boolean
}

const KEY = /^staffMatter:([0-9a-f]{24}):([0-9a-f]{24}):(letter|remind-.+)$/

export function readKey(id: string): AskedOfStaff | null {
  const [, letterId, personId, step] = KEY.exec(id) ?? []
  return letterId && personId ? { id, letterId, personId, isReminder: step !== 'letter' } : null
}

/** Why it need not go any more; null while it should. `sheets` are those on which its person stands by the posts of today. */
export function pointlessToStaff(
  { personId, isReminder }: Pick<AskedOfStaff, 'personId' | 'isReminder'>,
  letter: Pick<LetterRecord, 'status' | 'supersededBy' | 'confirmation' | 'form'>,
  sheets: readonly StaffMarked[],
): Pointless | null {
  if (letter.status !== 'sent' || letter.supersededBy || sheets.length === 0) return 'notTheirs'
  const { isRead, isDone } = standingOf(letter, sheets, personId, '')
  return (isReminder ? isDone : isRead) ? 'notNeeded' : null
}
