import { Types } from 'mongoose'
import type { StaffActor } from '../../../../http/actor.ts'
import { Refusal } from '../../../../http/errors.ts'
import type { Deps } from '../../../../infra/deps.ts'
import * as audit from '../../../audit/service.ts'
import { StudentModel, type StudentRecord } from '../../families/model.ts'
import { refreshKeys } from '../../families/search/service.ts'
import type { UnitScope } from '../../policy.ts'
import { DEPTH, idAt, within } from '../../tree/rules.ts'
import { findUnits, unitsWithin } from '../../tree/service.ts'
import { announceGroups } from '../messages/service.ts'
import { carry, numberTaken } from '../move/service.ts'
import {
  AssignmentModel,
  type AssignmentRecord,
  GroupModel,
  type GroupRecord,
  LineModel,
  type LineRecord,
} from './model.ts'

export const LEASE_MS = 30_000
const PAGE = 100
const SHOWN_ERRORS = 50
type Scope = UnitScope<'transfer'>

export async function begin(
  scope: Scope,
  { fileName, bytes }: { fileName: string; bytes: number },
  actor: StaffActor,
) {
  if (scope.kind !== 'district') throw new Refusal('invalid', '分配名单由区县上传')
  const made = await AssignmentModel.create({
    unitId: new Types.ObjectId(scope.unitId),
    path: scope.path,
    unitName: scope.fullName,
    begunBy: new Types.ObjectId(actor.personId),
    begunByName: actor.name,
    fileName,
    bytes,
  })
  return String(made._id)
}

export const findAssignment = (assignmentId: string) =>
  AssignmentModel.findById(assignmentId).lean<AssignmentRecord>()

export const assignmentsOf = (scope: Scope) =>
  AssignmentModel.find({ unitId: new Types.ObjectId(scope.unitId), status: { $ne: 'begun' } })
    .sort({ _id: -1 })
    .limit(10)
    .lean<AssignmentRecord[]>()

export const groupsOf = (assignmentId: Types.ObjectId) =>
  GroupModel.find({ assignmentId }).sort({ path: 1 }).limit(1000).lean<GroupRecord[]>()

export const errorsOf = (assignmentId: Types.ObjectId) =>
  LineModel.find({ assignmentId, schoolId: null }).sort({ row: 1 }).limit(SHOWN_ERRORS).lean<LineRecord[]>()

/** The file is on disk: the checker may begin. Harmless twice. */
export const fileArrived = (assignmentId: string) =>
  AssignmentModel.updateOne({ _id: assignmentId, status: 'begun' }, { status: 'uploaded' })

export const noteAssignment = (_id: Types.ObjectId, change: object, now: Date) =>
  AssignmentModel.updateOne({ _id }, { ...change, leaseUntil: new Date(now.getTime() + LEASE_MS) })

/** Each school gets its part of the list to confirm. Pressed twice it is sent once. */
export async function send(job: AssignmentRecord, scope: Scope, now: Date) {
  await AssignmentModel.db.transaction(async () => {
    const { matchedCount } = await AssignmentModel.updateOne(
      { _id: job._id, status: 'checked' },
      { status: 'sent' },
    )
    if (matchedCount === 0) return
    const groups = await groupsOf(job._id)
    if (groups.length === 0) throw new Refusal('conflict', '名单里没有可以分配的学生')
    await GroupModel.updateMany(
      { assignmentId: job._id, status: 'checked' },
      { status: 'waiting', waitsSince: now },
    )
    const lines = await LineModel.find(
      { assignmentId: job._id, schoolId: { $ne: null } },
      { studentId: 1 },
    ).lean()
    const detail = `分配名单“${job.fileName}”，${lines.length}名学生到${groups.length}所学校`
    await audit.record(
      'transfer.proposed',
      { unit: scope, studentIds: lines.map((it) => String(it.studentId)), detail },
      now,
    )
  })
  const sent = await findAssignment(String(job._id))
  if (sent?.status !== 'sent') throw new Refusal('conflict', '这份名单现在不能发出，请先等检查完成')
  await announceGroups(sent, await groupsOf(job._id), now)
  return sent
}

export async function discard(job: AssignmentRecord) {
  const { deletedCount } = await AssignmentModel.deleteOne({
    _id: job._id,
    status: { $in: ['begun', 'uploaded', 'checked', 'refused'] },
  })
  if (deletedCount === 0) throw new Refusal('conflict', '名单正在检查或已经发给学校，不能放弃')
  await LineModel.deleteMany({ assignmentId: job._id })
  await GroupModel.deleteMany({ assignmentId: job._id })
}

/** What was assigned to the schools below a unit, the last first. */
export const groupsTo = (scope: Scope) =>
  GroupModel.find({ path: within(scope.path), status: { $ne: 'checked' } })
    .sort({ _id: -1 })
    .limit(50)
    .lean<GroupRecord[]>()

/** How many lists wait for the schools at or below a path that the caller has proven. Counted up to 100. */
export const countWaiting = (path: string) =>
  GroupModel.countDocuments({ path: within(path), status: 'waiting' }).limit(100)

export const findGroup = (assignmentId: string, schoolId: string) =>
  GroupModel.findOne({ assignmentId, schoolId }).lean<GroupRecord>()

export async function linesOf(group: GroupRecord, after: number) {
  const found = await LineModel.find({
    assignmentId: group.assignmentId,
    schoolId: group.schoolId,
    row: { $gt: after },
  })
    .sort({ row: 1 })
    .limit(PAGE + 1)
    .lean<LineRecord[]>()
  const lines = found.slice(0, PAGE)
  return { lines, next: found.length > PAGE ? (lines.at(-1)?.row ?? null) : null }
}

/** The school takes them all, into these classes in turn; from here on a worker moves them. */
export async function accept(group: GroupRecord, classIds: string[], actor: StaffActor, now: Date) {
  const classes = await findUnits([...new Set(classIds)])
  const isOwn = classes.every(
    (it) => it.kind === 'class' && !it.closedAt && idAt(it.path, DEPTH.school) === String(group.schoolId),
  )
  if (classes.length === 0 || classes.length < new Set(classIds).size || !isOwn) {
    throw new Refusal('invalid', '请选择学生要去的班级；还没有班级的，请先在“单位”里建班')
  }
  await GroupModel.db.transaction(async () => {
    const { matchedCount } = await GroupModel.updateOne(
      { _id: group._id, status: 'waiting' },
      { status: 'applying', decidedBy: new Types.ObjectId(actor.personId), decidedAt: now },
    )
    if (matchedCount === 0) throw new Refusal('conflict', '这份名单已经处理过了')
    const lines = await LineModel.find(
      { assignmentId: group.assignmentId, schoolId: group.schoolId },
      { row: 1 },
    )
      .sort({ row: 1 })
      .lean()
    const inOrder = classes.sort((a, b) => (a.path < b.path ? -1 : 1))
    for (const [part, klass] of inOrder.entries()) {
      const ids = lines.filter((_, at) => at % inOrder.length === part).map((it) => it._id)
      await LineModel.updateMany({ _id: { $in: ids } }, { classId: klass._id })
    }
  })
}

export async function decline(
  group: GroupRecord,
  reason: string,
  scope: Scope,
  actor: StaffActor,
  now: Date,
) {
  if (!reason) throw new Refusal('invalid', '请写明退回的原因')
  const { matchedCount } = await GroupModel.updateOne(
    { _id: group._id, status: 'waiting' },
    { status: 'declined', reason, decidedBy: new Types.ObjectId(actor.personId), decidedAt: now },
  )
  if (matchedCount === 0) throw new Refusal('conflict', '这份名单已经处理过了')
  const lines = await LineModel.find(
    { assignmentId: group.assignmentId, schoolId: group.schoolId },
    { studentId: 1 },
  ).lean()
  const detail = `退回分配名单“${group.fileName}”，${lines.length}名学生：${reason}`
  await audit.record(
    'transfer.declined',
    { unit: scope, studentIds: lines.map((it) => String(it.studentId)), detail },
    now,
  )
}

/** Takes the next group that waits to be moved, or whose worker is gone. */
export const leaseGroup = (now: Date) =>
  GroupModel.findOneAndUpdate(
    { status: 'applying', leaseUntil: { $lt: now } },
    { leaseUntil: new Date(now.getTime() + LEASE_MS) },
    { sort: { _id: 1 }, returnDocument: 'after' },
  ).lean<GroupRecord>()

/** Moves the students of a group one after the other, each in one transaction with the note of it. Resumes after a crash. */
export async function apply(group: GroupRecord, deps: Pick<Deps, 'clock' | 'fields'>) {
  const { assignmentId, schoolId } = group
  const classes = new Map((await unitsWithin(group.path, 'class')).map((it) => [String(it._id), it]))
  const actor = { personId: String(group.decidedBy), role: 'staff' as const }
  for (;;) {
    const line = await LineModel.findOne({ assignmentId, schoolId, state: 'waiting' })
      .sort({ row: 1 })
      .lean<LineRecord>()
    if (!line) break
    const now = deps.clock.now()
    const to = classes.get(String(line.classId))
    const student = await StudentModel.findById(line.studentId).lean<StudentRecord>()
    const problem = !to
      ? '选定的班级已经停用'
      : !student || student.schoolId.equals(schoolId)
        ? '学生已经在本校或不在名册里'
        : await moved(line, student, to, { group, actor, now })
    if (!problem && student) await refreshKeys([student._id], deps)
    if (problem) await LineModel.updateOne({ _id: line._id, state: 'waiting' }, { state: 'failed', problem })
    await noteGroup(group, now)
  }
  await GroupModel.updateOne({ _id: group._id, status: 'applying' }, { status: 'applied' })
}

interface Mover {
  group: GroupRecord
  actor: { personId: string; role: 'staff' }
  now: Date
}

/** Null when the student has moved, else why not. */
async function moved(
  line: LineRecord,
  student: StudentRecord,
  to: Parameters<typeof carry>[0]['to'],
  { group, actor, now }: Mover,
): Promise<string | null> {
  const number = line.newNumber
    ? { number: line.newNumber, sealedNumber: line.sealedNewNumber ?? null }
    : undefined
  const detail = `${line.name}从${line.fromSchool}分配到${group.schoolName}`
  try {
    await LineModel.db
      .transaction(async () => {
        await carry({ student, to, number, detail, move: 'assigned', actor }, now)
        await LineModel.updateOne({ _id: line._id, state: 'waiting' }, { state: 'moved' })
      })
      .catch((error: unknown) => numberTaken(error, (number ?? student).number))
    return null
  } catch (error) {
    if (error instanceof Refusal) return error.message
    throw error
  }
}

async function noteGroup(group: GroupRecord, now: Date) {
  const of = { assignmentId: group.assignmentId, schoolId: group.schoolId }
  const [moved, failed] = await Promise.all([
    LineModel.countDocuments({ ...of, state: 'moved' }),
    LineModel.countDocuments({ ...of, state: 'failed' }),
  ])
  await GroupModel.updateOne(
    { _id: group._id },
    { moved, failed, leaseUntil: new Date(now.getTime() + LEASE_MS) },
  )
}
