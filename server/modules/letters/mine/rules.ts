import type { LetterForm } from '#contract/letter-form'
import type { Confirmation, ReceiptState } from '#contract/letters'
import { shanghaiDay } from '../../../infra/clock.ts'
import { ASKED } from '../rules.ts'
import type { FamilySheet } from '../sheets/service.ts'

/** How far a family has come with a letter, whoever of its guardians did it. */
export function standing(
  letter: { confirmation: Confirmation; dueOn?: string | null | undefined; form?: LetterForm | null },
  sheet: Pick<FamilySheet, 'readBy' | 'confirmedBy' | 'signedBy' | 'answeredBy'> | undefined,
  { studentId, personId }: { studentId: string; personId: string },
  now: Date,
) {
  const did = (deed: 'read' | 'confirmed' | 'signed') => Boolean(sheet?.[`${deed}By`]?.[studentId])
  const state: ReceiptState = (['signed', 'confirmed', 'read'] as const).find(did) ?? 'unread'
  // Where every guardian is asked, what the other one answered does not answer for this one.
  const isMine = letter.form?.answeredBy !== 'each' || Boolean(sheet?.answeredBy?.[studentId]?.[personId])
  const isDone = did(ASKED[letter.confirmation]) && isMine
  return { state, isDone, isOverdue: !isDone && Boolean(letter.dueOn && letter.dueOn < shanghaiDay(now)) }
}
