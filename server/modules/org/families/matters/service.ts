import type { Types } from 'mongoose'
import type { FamilyMatter } from '#contract/families'
import type { UnitScope } from '../../policy.ts'
import { within } from '../../tree/rules.ts'
import { fullNamesOf } from '../../tree/service.ts'
import { BarModel, type BarRecord } from '../bars/model.ts'
import { GuardianshipModel, type GuardianshipRecord, StudentModel, type StudentRecord } from '../model.ts'
import { whoIs } from '../keeping/present.ts'
import { openReportsIn } from '../reports/service.ts'

const DAY_MS = 86_400_000
/** An invitation is looked at within two weeks, as a request would be. */
const FRESH_DAYS = 14
const MOST = 50

interface Raw {
  kind: FamilyMatter['kind']
  id: Types.ObjectId
  studentId: Types.ObjectId
  guardianshipId: Types.ObjectId
  text: string
  at: Date
}

/** What somebody at the school should look at in a unit's families, the newest first. */
export async function mattersIn(scope: UnitScope<'decideJoins'>, now: Date): Promise<FamilyMatter[]> {
  const since = new Date(now.getTime() - FRESH_DAYS * DAY_MS)
  const [reports, invited, asked] = await Promise.all([
    openReportsIn(scope),
    GuardianshipModel.find({
      path: within(scope.path),
      to: null,
      cameBy: 'invitation',
      joinedAt: { $gte: since },
    })
      .sort({ joinedAt: -1 })
      .limit(MOST)
      .lean<GuardianshipRecord[]>(),
    askedIn(scope),
  ])
  const raw: Raw[] = [
    ...reports.map((it): Raw => {
      const text = `${it.reporterRelation}报告：不是家里的人${it.reason ? `。${it.reason}` : ''}`
      return {
        kind: 'report',
        id: it._id,
        studentId: it.studentId,
        guardianshipId: it.guardianshipId,
        text,
        at: it.at,
      }
    }),
    ...invited.map((it): Raw => ({
      kind: 'invited',
      id: it._id,
      studentId: it.studentId,
      guardianshipId: it._id,
      text: '由家人邀请加入',
      at: it.joinedAt ?? now,
    })),
    ...asked.map((it): Raw => ({
      kind: 'barAsked',
      id: it._id,
      studentId: it.studentId,
      guardianshipId: it.guardianshipId,
      text: `班主任提出依法限制：${it.document}`,
      at: it.askedAt ?? now,
    })),
  ]
  return named(raw)
}

/** Asked by a 班主任, for those who may decide it: a school or a district. */
async function askedIn(scope: UnitScope) {
  if (scope.kind === 'class' || scope.kind === 'grade') return []
  const asked = await BarModel.find({ status: 'asked' }).sort({ _id: -1 }).limit(500).lean<BarRecord[]>()
  const here = await StudentModel.find(
    { _id: { $in: asked.map((it) => it.studentId) }, path: within(scope.path) },
    { _id: 1 },
  ).lean()
  const ids = new Set(here.map((it) => String(it._id)))
  return asked.filter((it) => ids.has(String(it.studentId))).slice(0, MOST)
}

/** How many of these there are, counted up to fifty. */
export const countBarsAsked = async (scope: UnitScope) => (await askedIn(scope)).length

async function named(raw: Raw[]): Promise<FamilyMatter[]> {
  const [students, bonds] = await Promise.all([
    StudentModel.find({ _id: { $in: raw.map((it) => it.studentId) } }).lean<StudentRecord[]>(),
    GuardianshipModel.find({ _id: { $in: raw.map((it) => it.guardianshipId) } }).lean<GuardianshipRecord[]>(),
  ])
  const classes = await fullNamesOf(students.map((it) => String(it.classId)))
  return raw
    .flatMap(({ id, at, studentId, guardianshipId, ...it }) => {
      const student = students.find((one) => one._id.equals(studentId))
      const bond = bonds.find((one) => one._id.equals(guardianshipId))
      if (!student || !bond) return []
      return [
        {
          ...it,
          id: String(id),
          studentId: String(studentId),
          guardianshipId: String(guardianshipId),
          studentName: student.name,
          className: classes.get(String(student.classId)) ?? '',
          who: whoIs(bond),
          at: at.toISOString(),
        },
      ]
    })
    .sort((a, b) => (a.at < b.at ? 1 : -1))
}
