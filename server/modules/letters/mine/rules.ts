import type { LetterForm } from '#contract/letter-form'
import type { FamilyProgress, ReceiptRule } from '#contract/letter-receipts'
import type { Confirmation, ReceiptState } from '#contract/letters'
import { shanghaiDay } from '../../../infra/clock.ts'
import { ASKED } from '../rules.ts'
import type { Marks } from '../sheets/model.ts'
import type { FamilySheet } from '../sheets/service.ts'

interface Asked {
  confirmation: Confirmation
  dueOn?: string | null | undefined
  form?: LetterForm | null
  receiptRule?: ReceiptRule | null | undefined
}

/**
 * How far a family has come with a letter, whoever of its guardians did it. Where each of them is asked it is how far this one
 * has come, unless the family was counted before they joined.
 */
export function standing(
  { confirmation, dueOn, form, receiptRule }: Asked,
  sheet: Partial<FamilySheet> | undefined,
  { studentId, personId }: { studentId: string; personId: string },
  now: Date,
) {
  const isSaid = (marks: Marks | undefined) => Object.keys(marks?.[studentId] ?? {}).length > 0
  const did = (deed: 'read' | 'confirmed' | 'signed') => isSaid(sheet?.[`${deed}By`])
  const state: ReceiptState = (['signed', 'confirmed', 'read'] as const).find(did) ?? 'unread'
  const asked = ASKED[confirmation]
  const isOver = (isDone: boolean) => ({
    state,
    isDone,
    isOverdue: !isDone && Boolean(dueOn && dueOn < shanghaiDay(now)),
  })
  const isMine = (marks: Marks | undefined) => Boolean(marks?.[studentId]?.[personId])
  if (receiptRule === 'each' && asked !== 'read') {
    const isCounted = (sheet?.[`${asked}Ids`] ?? []).length > 0
    return isOver(isCounted || isMine(sheet?.[`${asked}By`]) || isMine(sheet?.objectedBy))
  }
  // Where every guardian is asked, what the other one answered does not answer for this one.
  const hasAnswered = form?.answeredBy !== 'each' || isMine(sheet?.answeredBy)
  return isOver((did(asked) && hasAnswered) || isSaid(sheet?.objectedBy))
}

/** Where each guardian is asked: how many have answered, and who has not. */
export function progressOf(
  sheet: Pick<FamilySheet, 'isForEach' | 'confirmedBy' | 'signedBy' | 'confirmedIds' | 'signedIds'>,
  { studentId, confirmation }: { studentId: string; confirmation: Confirmation },
  bonds: readonly { studentId: unknown; personId?: unknown; relation: string }[],
): FamilyProgress | undefined {
  const asked = ASKED[confirmation]
  if (!sheet.isForEach || asked === 'read') return undefined
  const family = bonds.filter((it) => it.personId && String(it.studentId) === studentId)
  const marks = sheet[`${asked}By`]?.[studentId] ?? {}
  const missing = family.filter((it) => !(String(it.personId) in marks))
  const isCounted = (sheet[`${asked}Ids`] ?? []).some((it) => String(it) === studentId)
  if (isCounted) return { done: family.length, of: family.length, missing: [] }
  return {
    done: family.length - missing.length,
    of: family.length,
    missing: missing.map((it) => it.relation),
  }
}
