import type { Transfer } from '#contract/transfers'
import { shownNumber } from '../../../infra/id-numbers.ts'
import type { TransferRecord } from './model.ts'

/** `gives` and `receives`: whether whoever looks may act for that school. */
export function presentTransfer(
  it: TransferRecord,
  { gives, receives }: { gives: boolean; receives: boolean },
): Transfer {
  const isOpen = it.status === 'asked' || it.status === 'proposed'
  return {
    id: String(it._id),
    studentName: it.studentName,
    number: shownNumber(it.number),
    fromSchool: it.fromSchool,
    fromClass: it.fromClass,
    toSchoolId: String(it.toSchoolId),
    toSchool: it.toSchool,
    status: it.status,
    note: it.note,
    openedBy: it.openedByName,
    openedAt: it.createdAt.toISOString(),
    decidedBy: it.decidedByName ?? null,
    decidedAt: it.decidedAt?.toISOString() ?? null,
    reason: it.reason ?? null,
    abilities: {
      agree: it.status === 'asked' && gives,
      confirm: it.status === 'proposed' && receives,
      withdraw: isOpen && (it.openedAt === 'from' ? gives : receives),
    },
  }
}
