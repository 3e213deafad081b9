import type { FamilyBar, FamilyGuardian, FamilyReport } from '#contract/families'
import { type FieldCrypto, maskPhone } from '../../../../infra/field-crypto.ts'
import type { BarRecord } from '../bars/model.ts'
import type { GuardianshipRecord, StudentRecord } from '../model.ts'
import type { ReportRecord } from '../reports/model.ts'

/** 爸爸 张强 */
export const whoIs = ({ relation, name }: { relation: string; name: string }) => `${relation} ${name}`.trim()

export function presentGuardian(bond: GuardianshipRecord, fields: FieldCrypto): FamilyGuardian {
  return {
    guardianshipId: String(bond._id),
    name: bond.name,
    relation: bond.relation,
    maskedPhone: bond.phone ? maskPhone(fields.open(bond.phone)) : null,
    isPrimary: bond.isPrimary,
    joinedAt: bond.joinedAt?.toISOString() ?? null,
    isDenied: Boolean(bond.deniedAt) && !bond.joinedAt,
    cameBy: bond.cameBy ?? (bond.joinedAt ? 'match' : 'roster'),
  }
}

export function presentBar(bar: BarRecord, names: Map<string, string>, mayDecide: boolean): FamilyBar {
  const by = String((bar.status === 'asked' ? bar.askedBy : bar.decidedBy) ?? '')
  const at = (bar.status === 'asked' ? bar.askedAt : bar.decidedAt) ?? new Date(0)
  return {
    barId: String(bar._id),
    guardianshipId: String(bar.guardianshipId),
    who: whoIs(bar),
    because: bar.because,
    status: bar.status === 'dismissed' ? 'lifted' : bar.status,
    document: bar.document,
    at: at.toISOString(),
    by: names.get(by) ?? '',
    abilities: {
      decide: mayDecide && bar.status === 'asked',
      lift: mayDecide && bar.status === 'active',
    },
  }
}

export function presentReport(report: ReportRecord, bonds: GuardianshipRecord[]): FamilyReport {
  const bond = bonds.find((it) => it._id.equals(report.guardianshipId))
  return {
    reportId: String(report._id),
    guardianshipId: String(report.guardianshipId),
    who: bond ? whoIs(bond) : '',
    by: report.reporterRelation,
    reason: report.reason,
    at: report.at.toISOString(),
  }
}

const ENDS = { left: '自己退出', mismatch: '不是这家的人，已撤销', barred: '依法限制' } as const
const WAYS = { match: '手机号匹配', join: '班级码申请', invitation: '家人邀请' } as const

/** What happened to a family, the newest first. */
export function historyOf(
  student: StudentRecord,
  bonds: GuardianshipRecord[],
  classNames: Map<string, string>,
) {
  const joined = bonds.flatMap((it) =>
    it.joinedAt ? [{ at: it.joinedAt, text: `${whoIs(it)}加入（${WAYS[it.cameBy ?? 'match']}）` }] : [],
  )
  const ended = bonds.flatMap((it) =>
    it.to
      ? [{ at: it.to, text: `${whoIs(it)}离开${it.endedBecause ? `（${ENDS[it.endedBecause]}）` : ''}` }]
      : [],
  )
  const moved = student.memberships.map((it) => ({
    at: it.from,
    text: `进入${classNames.get(String(it.classId)) ?? '一个班级'}`,
  }))
  return [...joined, ...ended, ...moved]
    .filter((it) => it.at.getTime() > 0)
    .sort((a, b) => b.at.getTime() - a.at.getTime())
    .map(({ at, text }) => ({ at: at.toISOString(), text }))
}
