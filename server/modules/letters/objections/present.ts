import type { ObjectionRow } from '#contract/letter-receipts'
import type { Deps } from '../../../infra/deps.ts'
import { shownNumber } from '../../../infra/id-numbers.ts'
import { callingOf } from '../sheets/present.ts'
import { keyOf, opinionsOf } from './rules.ts'
import type { objectionsOn } from './service.ts'

interface People {
  students: { _id: unknown; number: string; name: string }[]
  bonds: { studentId: unknown; personId?: unknown; relation: string }[]
  /** The office that sent it: nobody else reads why. */
  isSender: boolean
}

export function presentObjections(
  { sheet, said, settlements }: Awaited<ReturnType<typeof objectionsOn>>,
  { students, bonds, isSender }: People,
  { fields }: Pick<Deps, 'fields'>,
): ObjectionRow[] {
  const apart = new Set((sheet.conflictIds ?? []).map(String))
  const waiting = new Set((sheet.waitingIds ?? []).map(String))
  return students.map((student) => {
    const studentId = String(student._id)
    const { agreed, objecting } = opinionsOf(sheet, studentId)
    const call = (key: string) => callingOf(bonds, student.name, studentId, key)
    const settlement = settlements.find(
      (it) => String(it.studentId) === studentId && it.key === keyOf(sheet, studentId),
    )
    return {
      studentId,
      number: shownNumber(student.number),
      name: student.name,
      objections: objecting.map((key) => {
        const words = said.find((it) => String(it.studentId) === studentId && it.guardianKey === key)
        return {
          by: words ? `${words.childName}${words.relation}` : call(key),
          at: (sheet.objectedBy?.[studentId]?.[key] ?? sheet.sentAt).toISOString(),
          reason: isSender && words?.sealedReason ? fields.open(words.sealedReason) : null,
          way: words?.way ?? 'app',
          enteredBy: words?.enteredBy ?? null,
        }
      }),
      agreed: agreed.map(call),
      isConflict: apart.has(studentId),
      isOpen: apart.has(studentId) || waiting.has(studentId),
      settlement: settlement
        ? {
            decision: settlement.decision,
            note: settlement.note,
            by: settlement.by,
            at: settlement.at.toISOString(),
          }
        : null,
    }
  })
}
