import type { Confirmation, ReceiptState } from '#contract/letters'
import { shanghaiDay } from '../../../infra/clock.ts'
import { ASKED } from '../rules.ts'
import type { FamilySheet } from '../sheets/service.ts'

/** How far a family has come with a letter, whoever of its guardians did it. */
export function standing(
  letter: { confirmation: Confirmation; dueOn?: string | null | undefined },
  sheet: Pick<FamilySheet, 'readBy' | 'confirmedBy' | 'signedBy'> | undefined,
  studentId: string,
  now: Date,
) {
  const did = (deed: 'read' | 'confirmed' | 'signed') => Boolean(sheet?.[`${deed}By`]?.[studentId])
  const state: ReceiptState = (['signed', 'confirmed', 'read'] as const).find(did) ?? 'unread'
  const isDone = did(ASKED[letter.confirmation])
  return { state, isDone, isOverdue: !isDone && Boolean(letter.dueOn && letter.dueOn < shanghaiDay(now)) }
}
