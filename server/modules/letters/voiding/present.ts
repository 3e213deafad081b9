import type { VoidedRow } from '#contract/letters'
import { maskName } from '../../../infra/field-crypto.ts'
import type { strangersTo } from '../../org/families/service.ts'
import type { SheetRecord } from '../sheets/model.ts'

export interface Voided {
  sheet: Pick<SheetRecord, 'voided'>
  children: { _id: unknown; name: string }[]
  /** Answers to the letter's form that were voided on this sheet. */
  answers: { studentId: unknown; guardianKey: string; changedAt: Date }[]
  bonds: Awaited<ReturnType<typeof strangersTo>>
}

const WHY = { mismatch: '不是这家的人', barred: '依法限制', left: '已退出' } as const

/** What was given and counts no more: by whom (not by name, as the school may not know them), when, and why. */
export function presentVoided({ sheet, children, answers, bonds }: Voided): VoidedRow[] {
  return (sheet.voided ?? []).map((it) => {
    const bond = bonds.find(
      (one) => String(one.studentId) === it.studentId && String(one.personId) === it.personId,
    )
    const answer = answers.find(
      (one) => String(one.studentId) === it.studentId && one.guardianKey === it.personId,
    )
    const deeds = [
      ['read', it.read],
      ['answered', answer?.changedAt ?? null],
      ['confirmed', it.confirmed],
      ['signed', it.signed],
      ['objected', it.objected ?? null],
    ] as const
    return {
      studentId: it.studentId,
      childName: children.find((one) => String(one._id) === it.studentId)?.name ?? '',
      by: bond?.name ? `${maskName(bond.name)}（${bond.relation}）` : (bond?.relation ?? '家长'),
      deeds: deeds.flatMap(([deed, at]) => (at ? [{ deed, at: at.toISOString() }] : [])),
      voidedAt: it.voidedAt.toISOString(),
      because: WHY[bond?.endedBecause ?? 'mismatch'],
    }
  })
}
