import { Types } from 'mongoose'
import { keptNumber, soughtNumber } from '../../../infra/id-numbers.ts'
import type { StaffActor } from '../../../http/actor.ts'
import { Refusal } from '../../../http/errors.ts'
import type { Deps } from '../../../infra/deps.ts'
import * as audit from '../../audit/service.ts'
import { type StudentRecord, StudentModel } from '../families/model.ts'
import { refreshKeys } from '../families/search/service.ts'
import type { UnitScope } from '../policy.ts'
import type { UnitRecord } from '../tree/model.ts'
import { DEPTH, idAt, within } from '../tree/rules.ts'
import * as tree from '../tree/service.ts'
import { TransferModel, type TransferRecord } from './model.ts'
import { announceDecision, announceWaiting, awaited } from './messages/service.ts'
import { carry, numberTaken } from './move/service.ts'

const PAGE = 50
type Scope = UnitScope<'transfer'>
type Moving = Pick<Deps, 'clock' | 'fields'>

/** Into another class of the same school, at once. */
export async function moveWithin(student: StudentRecord, classId: string, deps: Moving) {
  const to = await tree.findUnit(classId)
  if (!to || idAt(to.path, DEPTH.school) !== String(student.schoolId)) {
    throw new Refusal('not_found', '本校没有这个班')
  }
  if (student.classId.equals(to._id) && !student.leftAt) return
  const detail = `${student.name}转班到${to.fullName}`
  await StudentModel.db.transaction(() => carry({ student, to, detail, move: 'class' }, deps.clock.now()))
  await refreshKeys([student._id], deps)
}

/** The schools of the same city whose name has these words in it: names only, as anybody in town knows them. */
export async function schoolsOfCity(scope: UnitScope, search: string) {
  const cityPath = `/${idAt(scope.path, DEPTH.city) ?? ''}/`
  const [schools, districts] = await Promise.all([
    tree.unitsWithin(cityPath, 'school'),
    tree.unitsWithin(cityPath, 'district'),
  ])
  const names = new Map(districts.map((it) => [String(it._id), it.name]))
  return schools
    .filter((it) => it.name.includes(search.trim()) && it.schoolType !== 'community')
    .slice(0, 20)
    .map((school) => ({
      id: String(school._id),
      name: school.name,
      districtName: names.get(String(school.parentId)) ?? '',
    }))
}

/** A school another one may give a student to: of the same city, standing, and with classes. */
async function receivingSchool(student: StudentRecord, toSchoolId: string): Promise<UnitRecord> {
  const to = await tree.findUnit(toSchoolId)
  const isThere = to?.kind === 'school' && !to.closedAt && to.schoolType !== 'community'
  if (!to || !isThere || idAt(to.path, DEPTH.city) !== idAt(student.path, DEPTH.city)) {
    throw new Refusal('not_found', '本市没有这所学校')
  }
  if (student.schoolId.equals(to._id)) throw new Refusal('conflict', '孩子已经在这所学校，校内请用“转班”')
  return to
}

interface Opening {
  student: StudentRecord
  to: UnitRecord
  status: 'asked' | 'proposed'
  note: string
}

async function open({ student, to, status, note }: Opening, actor: StaffActor, now: Date) {
  const [klass, from] = await Promise.all([
    tree.findUnit(String(student.classId)),
    tree.findUnit(String(student.schoolId)),
  ])
  if (!klass || !from) throw new Error('A student is in a class of a school')
  try {
    const made = await TransferModel.create({
      studentId: student._id,
      studentName: student.name,
      number: student.number,
      fromSchoolId: from._id,
      fromPath: from.path,
      fromSchool: from.fullName,
      fromClass: klass.fullName.slice(from.fullName.length),
      toSchoolId: to._id,
      toPath: to.path,
      toSchool: to.fullName,
      status,
      note,
      openedBy: new Types.ObjectId(actor.personId),
      openedByName: actor.name,
      openedAt: status === 'asked' ? 'to' : 'from',
      waitsSince: now,
    })
    const unit = status === 'asked' ? to : klass
    const detail = `${student.name}，${from.fullName}到${to.fullName}`
    await audit.record(
      'transfer.proposed',
      { unit: { unitId: String(unit._id), path: unit.path }, studentIds: [String(student._id)], detail },
      now,
    )
    const transfer = made.toObject() as TransferRecord
    await announceWaiting(transfer, now)
    return transfer
  } catch (error) {
    if ((error as { code?: number }).code !== 11000) throw error
    const standing = await TransferModel.findOne({
      studentId: student._id,
      status: { $in: ['asked', 'proposed'] },
    }).lean<TransferRecord>()
    if (standing?.toSchoolId.equals(to._id)) return standing
    throw new Refusal('conflict', '这名学生已经有一次转学在等结果，请先处理它')
  }
}

/** The giving school lets go; the receiving school is to confirm. Where that one had asked, this is its answer. */
export async function propose(
  student: StudentRecord,
  toSchoolId: string,
  note: string,
  actor: StaffActor,
  now: Date,
) {
  const to = await receivingSchool(student, toSchoolId)
  return open({ student, to, status: 'proposed', note }, actor, now)
}

export interface Wanted {
  fromSchoolId: string
  number: string
  studentName: string
  note: string
}

/** The receiving school asks for a child it knows by school, number and name; without all three it learns nothing. */
export async function ask(scope: Scope, wanted: Wanted, actor: StaffActor, { clock, fields }: Moving) {
  if (scope.kind !== 'school') throw new Refusal('invalid', '请先选择接收的学校')
  const student = await StudentModel.findOne({
    schoolId: new Types.ObjectId(wanted.fromSchoolId),
    number: soughtNumber(wanted.number, fields),
  }).lean<StudentRecord>()
  const isKnown = student?.name === wanted.studentName && student.leftReason !== 'left'
  const isHere = student && idAt(student.path, DEPTH.city) === idAt(scope.path, DEPTH.city)
  if (!student || !isKnown || !isHere) {
    throw new Refusal('not_found', '没有找到这名学生，请核对学校、学号和姓名')
  }
  const to = await receivingSchool(student, scope.unitId)
  return open({ student, to, status: 'asked', note: wanted.note }, actor, clock.now())
}

export const findTransfer = (transferId: string) => TransferModel.findById(transferId).lean<TransferRecord>()

/** Students on the way into a unit or out of it, the last first. */
export async function transfersOf(scope: Scope, box: 'in' | 'out', after: string | undefined) {
  const found = await TransferModel.find({
    [box === 'in' ? 'toPath' : 'fromPath']: within(scope.path),
    ...(after && { _id: { $lt: new Types.ObjectId(after) } }),
  })
    .sort({ _id: -1 })
    .limit(PAGE + 1)
    .lean<TransferRecord[]>()
  const transfers = found.slice(0, PAGE)
  return { transfers, next: found.length > PAGE ? String(transfers.at(-1)?._id) : null }
}

/** How many wait for a school at or below a path that the caller has proven: to be confirmed by it, or to be agreed to. */
export async function countAwaited(path: string) {
  const [incoming, outgoing] = await Promise.all([
    TransferModel.countDocuments({ toPath: within(path), status: 'proposed' }).limit(100),
    TransferModel.countDocuments({ fromPath: within(path), status: 'asked' }).limit(100),
  ])
  return incoming + outgoing
}

/** The giving school agrees: now the receiving school is to confirm. */
export async function agree(transfer: TransferRecord, now: Date) {
  const agreed = await turn(transfer, 'asked', { status: 'proposed', agreedAt: now, waitsSince: now })
  await announceWaiting(agreed, now)
  return agreed
}

/** The receiving school confirms, with a class: from this moment the child is its own. */
export async function accept(
  transfer: TransferRecord,
  { classId, number: typed }: { classId: string; number?: string | undefined },
  actor: StaffActor,
  deps: Moving,
) {
  const now = deps.clock.now()
  const [student, to] = await Promise.all([
    StudentModel.findById(transfer.studentId).lean<StudentRecord>(),
    tree.findUnit(classId),
  ])
  if (!to || idAt(to.path, DEPTH.school) !== String(transfer.toSchoolId)) {
    throw new Refusal('not_found', '本校没有这个班')
  }
  if (!student || !student.schoolId.equals(transfer.fromSchoolId)) {
    throw new Refusal('conflict', '这名学生已经不在原来的学校，请刷新后再试')
  }
  const number = typed ? keptNumber(typed, deps.fields) : undefined
  const detail = `${student.name}从${transfer.fromSchool}转到${transfer.toSchool}`
  const accepted = await StudentModel.db
    .transaction(async () => {
      const turned = await turn(transfer, 'proposed', {
        status: 'accepted',
        toClassId: to._id,
        ...decision(actor, now),
      })
      await carry({ student, to, number, detail, move: 'school' }, now)
      return turned
    })
    .catch((error: unknown) => numberTaken(error, (number ?? student).number))
  await refreshKeys([student._id], deps)
  await announceDecision(accepted, 'to', now)
  return accepted
}

const decision = ({ personId, name }: StaffActor, now: Date) => ({
  decidedBy: new Types.ObjectId(personId),
  decidedByName: name,
  decidedAt: now,
})

export async function decline(
  transfer: TransferRecord,
  reason: string,
  actor: StaffActor,
  scope: Scope,
  now: Date,
) {
  if (!reason) throw new Refusal('invalid', '请写明不同意的原因')
  const declined = await turn(transfer, transfer.status, {
    status: 'declined',
    reason,
    ...decision(actor, now),
  })
  const detail = `${transfer.studentName}，${transfer.fromSchool}到${transfer.toSchool}：${reason}`
  await audit.record(
    'transfer.declined',
    { unit: scope, studentIds: [String(transfer.studentId)], detail },
    now,
  )
  await announceDecision(declined, awaited(transfer), now)
  return declined
}

export const withdraw = (transfer: TransferRecord, actor: StaffActor, now: Date) =>
  turn(transfer, transfer.status, { status: 'withdrawn', ...decision(actor, now) })

async function turn(transfer: TransferRecord, from: TransferRecord['status'], change: object) {
  const turned = await TransferModel.findOneAndUpdate(
    { _id: transfer._id, status: { $in: ['asked', 'proposed'], $eq: from } },
    change,
    { returnDocument: 'after' },
  ).lean<TransferRecord>()
  if (!turned) throw new Refusal('conflict', '这次转学已经有结果了，请刷新后再看')
  return turned
}
