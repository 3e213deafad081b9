import type { StaffReceipt } from '#contract/staff-letters'
import { linesOf } from '../../answers/present.ts'
import type { receiptsOf } from './service.ts'
import { uploadsIn } from './rules.ts'

type Receipt = Awaited<ReturnType<typeof receiptsOf>>[number]

/** One form for a holder of the office: their own and their colleagues' answer, whole. */
export function presentReceipt(
  { slot, form, answer, items, files, former, prefill }: Receipt,
  { personId, mayAnswer, isOver }: { personId: string; mayAnswer: boolean; isOver: boolean },
): StaffReceipt {
  const uploads = new Set(uploadsIn(items))
  return {
    unitId: String(slot.unitId),
    unitName: slot.unitName,
    answer: answer && {
      by: answer.by,
      isMine: String(answer.personId) === personId,
      at: answer.changedAt.toISOString(),
      ...(answer.version && { version: answer.version }),
      lines: linesOf(form, items, { isOpen: true, seesReasons: true }),
      items,
      files: files
        .filter((it) => uploads.has(String(it._id)))
        .map((it) => ({ id: String(it._id), name: it.name })),
    },
    mayAnswer: mayAnswer && !(answer && isOver),
    ...(former && { former: { by: former.by, at: former.changedAt.toISOString() } }),
    prefill,
  }
}
