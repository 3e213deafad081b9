import { Types } from 'mongoose'
import { Refusal } from '../../../../http/errors.ts'
import { record } from '../../../audit/service.ts'
import type { OwnChild, UnitScope } from '../../policy.ts'
import { within } from '../../tree/rules.ts'
import { inForce, unitOf } from '../admission/service.ts'
import type { StudentRecord } from '../model.ts'
import { ReportModel, type ReportRecord } from './model.ts'

const MOST = 50

/** A guardian reports another one of the same child. Nothing changes until the 班主任 has looked: families quarrel. */
export async function report(child: OwnChild, guardianshipId: string, reason: string, now: Date) {
  const studentId = new Types.ObjectId(child.studentId)
  const bond = (await inForce(studentId)).find((it) => String(it._id) === guardianshipId)
  if (!bond) throw new Refusal('not_found', '名单里没有这位家长')
  if (String(bond._id) === child.guardianshipId) {
    throw new Refusal('invalid', '如果这不是您的孩子，请用“这不是我的孩子”')
  }
  const reporter = { reportedBy: new Types.ObjectId(child.personId), reporterRelation: child.relation }
  const { upsertedCount } = await ReportModel.updateOne(
    { guardianshipId: bond._id, status: 'open' },
    { $setOnInsert: { studentId, path: child.path, ...reporter, reason, at: now } },
    { upsert: true },
  ).catch((error: { code?: number }) => {
    if (error.code !== 11000) throw error
    return { upsertedCount: 0 }
  })
  if (upsertedCount === 0) return null
  const detail = `${child.studentName}的${child.relation}报告：${bond.relation}不是家里的人`
  const about = { studentIds: [child.studentId], ...(bond.personId && { personId: String(bond.personId) }) }
  await record('match.reported', { unit: unitOf(bond), ...about, detail }, now)
  return bond
}

export const openReportsOf = (studentId: Types.ObjectId) =>
  ReportModel.find({ studentId, status: 'open' }).sort({ _id: -1 }).limit(MOST).lean<ReportRecord[]>()

export const openReportsIn = (scope: UnitScope<'decideJoins'>) =>
  ReportModel.find({ path: within(scope.path), status: 'open' })
    .sort({ at: -1 })
    .limit(MOST)
    .lean<ReportRecord[]>()

/** The reported one is gone: whatever was said about them is settled. */
export const confirmReports = (guardianshipId: Types.ObjectId, decidedBy: string, now: Date) =>
  ReportModel.updateMany(
    { guardianshipId, status: 'open' },
    { status: 'confirmed', decidedBy: new Types.ObjectId(decidedBy), decidedAt: now },
  )

/** The 班主任 has looked: the reported one does belong to the family. */
export async function dismissReport(student: StudentRecord, reportId: string, decidedBy: string, now: Date) {
  const { matchedCount } = await ReportModel.updateOne(
    { _id: reportId, studentId: student._id, status: 'open' },
    { status: 'dismissed', decidedBy: new Types.ObjectId(decidedBy), decidedAt: now },
  )
  if (matchedCount === 0) throw new Refusal('not_found', '没有这条等待核对的报告')
}
