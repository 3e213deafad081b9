import { Types } from 'mongoose'
import type { PostKind } from '#contract/org'
import type { Deps } from '../../../../infra/deps.ts'
import { movePosts } from '../../../accounts/moves/service.ts'
import * as audit from '../../../audit/service.ts'
import { followChildren } from '../../../letters/threads/moves/service.ts'
import { moveDrafts } from '../../../letters/moves/service.ts'
import { moveSlots } from '../../../meetings/moves/service.ts'
import { GuardianshipModel, StudentModel, type StudentRecord } from '../../families/model.ts'
import { refreshKeys } from '../../families/search/service.ts'
import { JoinModel } from '../../joins/model.ts'
import { UnitModel, type UnitRecord } from '../../tree/model.ts'
import { closedCode, fullNameOf, gradeName, mintJoinCode } from '../../tree/rules.ts'
import { findUnit } from '../../tree/service.ts'
import { MoveModel, type MoveRecord, PromotionModel, type PromotionRecord, type Target } from '../model.ts'
import { dealt, sideBySide } from '../rules.ts'
import { note } from '../service.ts'

/** Each waits for the disks of a majority, so several together take little longer than one; the pool has sixteen connections. */
const AT_ONCE = 8
/** So many that wait are looked at, to find classes of the next schools where a grade has fewer left than that. */
const LOOKED_AT = 64

type NewClass = Pick<UnitRecord, '_id' | 'path' | 'fullName'>

/**
 * Carries a promotion out, a few classes at a time, each in one transaction with the note that it is done: killed at any moment,
 * the next worker goes on with the classes that were under way.
 */
export async function apply(job: PromotionRecord, deps: Pick<Deps, 'clock' | 'fields'>) {
  const { clock } = deps
  for (;;) {
    const moves = await nextMoves(job)
    if (moves.length === 0) break
    const grades = await gradesFor(job, moves)
    await Promise.all(
      moves.map((move) => moveClass(job, move, grades.get(gradeKey(move)) ?? null, clock.now())),
    )
    const graduated = moves.filter((it) => it.outcome === 'graduate')
    await refreshMoved(
      graduated.map((it) => it._id),
      deps,
    )
    const classesDone = await MoveModel.countDocuments({ promotionId: job._id, state: 'done' })
    await note(job._id, { classesDone }, clock.now())
  }
  await mendStrays(await MoveModel.distinct('classId', { promotionId: job._id, outcome: { $ne: 'stay' } }))
  const now = clock.now()
  await PromotionModel.updateOne({ _id: job._id, status: 'applying' }, { status: 'applied', appliedAt: now })
}

/** Somebody who joined a child in the very moment its class moved was written down for the class that was: they follow the child. */
export async function mendStrays(classIds: Types.ObjectId[]) {
  const strays = await GuardianshipModel.find(
    { classId: { $in: classIds }, to: null, leftAt: null },
    { studentId: 1 },
  ).lean<{ studentId: Types.ObjectId }[]>()
  for (const { studentId } of strays) {
    const student = await StudentModel.findById(studentId).lean<StudentRecord>()
    if (!student) continue
    const { classId, path, leftAt = null } = student
    await GuardianshipModel.updateMany({ studentId, to: null }, { classId, path, leftAt })
  }
}

async function nextMoves(job: PromotionRecord): Promise<MoveRecord[]> {
  const waiting = { promotionId: job._id, state: 'waiting' as const }
  const moves = await MoveModel.find(waiting).sort({ order: 1 }).limit(LOOKED_AT).lean<MoveRecord[]>()
  return sideBySide(moves, AT_ONCE)
}

const gradeKey = ({ schoolId, into: [first] }: MoveRecord) => `${String(schoolId)}:${first?.grade}`

/** The grade each class moves up into; asked for and made once, however many classes go there. */
async function gradesFor(job: PromotionRecord, moves: readonly MoveRecord[]) {
  const grades = new Map<string, UnitRecord | null>()
  for (const move of moves) {
    const key = gradeKey(move)
    if (!grades.has(key)) grades.set(key, await gradeFor(job, move))
  }
  return grades
}

/** The grade a class moves up into, made where the school has not had it yet. Its id is noted first, so that an undo finds it. */
async function gradeFor(job: PromotionRecord, move: MoveRecord): Promise<UnitRecord | null> {
  const [first] = move.into
  if (!first) return null
  const key = { parentId: move.schoolId, code: `G${first.grade}` }
  const standing = await UnitModel.findOne(key).lean<UnitRecord>()
  if (standing) return standing
  const school = await findUnit(String(move.schoolId))
  if (!school) throw new Error('The school of a promotion is gone')
  const _id = new Types.ObjectId()
  await PromotionModel.updateOne({ _id: job._id }, { $addToSet: { madeGrades: _id } })
  const name = gradeName(first.grade)
  return UnitModel.findOneAndUpdate(
    key,
    {
      $setOnInsert: {
        _id,
        kind: 'grade',
        name,
        fullName: fullNameOf(name, school),
        path: `${school.path}${String(_id)}/`,
        grade: first.grade,
      },
    },
    { upsert: true, returnDocument: 'after' },
  ).lean<UnitRecord>()
}

/** A school is searched for those who are in it; who has left it is not found, and who came back is again. */
export async function refreshMoved(moveIds: readonly Types.ObjectId[], deps: Pick<Deps, 'fields'>) {
  if (moveIds.length === 0) return
  const moves = await MoveModel.find({ _id: { $in: moveIds } }, { studentIds: 1 }).lean<MoveRecord[]>()
  await refreshKeys(
    moves.flatMap((it) => it.studentIds),
    deps,
  )
}

async function moveClass(job: PromotionRecord, move: MoveRecord, grade: UnitRecord | null, now: Date) {
  await MoveModel.db.transaction(async () => {
    const done = await carryOut(job, move, grade, now)
    const { matchedCount } = await MoveModel.updateOne(
      { _id: move._id, state: 'waiting' },
      { $set: { ...done, state: 'done', doneAt: now, ...(done.studentIds?.length && { news: 'due' }) } },
    )
    if (matchedCount === 0) throw new Error('Another worker has moved this class')
  })
}

async function carryOut(
  job: PromotionRecord,
  move: MoveRecord,
  grade: UnitRecord | null,
  now: Date,
): Promise<Partial<MoveRecord>> {
  const standing = { _id: move.classId, closedAt: null }
  if (move.outcome === 'stay') {
    const klass = await UnitModel.findOneAndUpdate(standing, { schoolYear: job.year }).lean<UnitRecord>()
    return klass ? { schoolYear: klass.schoolYear ?? null } : {}
  }
  const klass = await UnitModel.findOneAndUpdate(
    standing,
    [
      { $set: { closedAt: now, code: { $concat: ['$code', closedCode('', move.classId)] } } },
      { $unset: 'joinCode' },
    ],
    { updatePipeline: true },
  ).lean<UnitRecord>()
  if (!klass) return {}
  const targets = grade ? await openTargets(job, move, klass, grade) : []
  const studentIds = await rollOf(klass._id)
  await (targets.length > 0 ? moveUp(studentIds, klass._id, targets, now) : graduate(studentIds, now))
  await followChildren(studentIds, now)
  const [first] = targets
  const posts = await movePosts(
    klass._id,
    first ? { unitId: first._id, path: first.path } : null,
    move.mergedWith ? asSecond : (post) => post,
    now,
  )
  if (first) {
    await JoinModel.updateMany(
      { path: klass.path, status: 'waiting' },
      { classId: first._id, path: first.path },
    )
    await moveSlots(klass, { unitId: first._id, path: first.path }, now)
    await moveDrafts(klass, targets)
  }
  const detail = `${move.name}${targets.length > 0 ? `升入${targets.map((it) => it.fullName).join('、')}` : '毕业'}，${studentIds.length}名学生`
  await audit.record(
    'promotion.applied',
    { ...aboutClass(job, klass), studentIds: studentIds.map(String), detail },
    now,
  )
  return { studentIds, posts, joinCode: klass.joinCode ?? null, schoolYear: klass.schoolYear ?? null }
}

/** Of two class teachers of a class that was put together, the one of the other class stays on as teacher. */
const asSecond = (post: PostKind): PostKind => (post === 'class_teacher' ? 'teacher' : post)

export const aboutClass = (job: PromotionRecord, klass: Pick<UnitRecord, '_id' | 'path'>) => ({
  unit: { unitId: String(klass._id), path: klass.path },
  actor: { personId: String(job.orderedBy ?? job.begunBy), role: 'staff' as const },
})

const rollOf = async (classId: Types.ObjectId) => {
  const students = await StudentModel.find({ classId, leftAt: null }, { _id: 1 })
    .sort({ number: 1 })
    .lean<{ _id: Types.ObjectId }[]>()
  return students.map((it) => it._id)
}

/** The classes of the new year. The first takes over the class code, so that what is printed keeps working. */
async function openTargets(job: PromotionRecord, move: MoveRecord, klass: UnitRecord, grade: UnitRecord) {
  const open = async (target: Target, joinCode: string | null) => {
    const path = `${grade.path}${String(target.classId)}/`
    const fullName = fullNameOf(target.name, grade)
    await UnitModel.updateOne(
      { _id: target.classId },
      {
        $setOnInsert: {
          kind: 'class',
          name: target.name,
          fullName,
          parentId: grade._id,
          path,
          code: target.code,
          grade: target.grade,
          campus: move.campus,
          entryYear: move.entryYear,
          schoolYear: job.year,
          ...(!joinCode && { joinCode: mintJoinCode() }),
        },
        ...(joinCode && { $set: { joinCode } }),
      },
      { upsert: true },
    )
    return { _id: target.classId, path, fullName }
  }
  const made: NewClass[] = []
  for (const [at, target] of move.into.entries()) {
    made.push(await open(target, at === 0 && !move.mergedWith ? (klass.joinCode ?? null) : null))
  }
  return made
}

/** One statement for each class of the new year: the old membership ends where the new one begins. */
async function moveUp(studentIds: Types.ObjectId[], from: Types.ObjectId, targets: NewClass[], now: Date) {
  for (const [part, ids] of dealt(studentIds, targets.length).entries()) {
    const target = targets[part]
    if (!target || ids.length === 0) continue
    const where = { classId: target._id, path: target.path }
    await StudentModel.updateMany(
      { _id: { $in: ids }, classId: from },
      [
        {
          $set: {
            ...where,
            memberships: { $concatArrays: [ended(now), [{ ...where, from: now, to: null }]] },
          },
        },
      ],
      { updatePipeline: true },
    )
    await GuardianshipModel.updateMany({ studentId: { $in: ids }, to: null }, where)
  }
}

/** The memberships of a student with the open one ended. */
export const ended = (now: Date) => ({
  $map: {
    input: '$memberships',
    in: { $mergeObjects: ['$$this', { to: { $ifNull: ['$$this.to', now] } }] },
  },
})

/** Out of the school, with account, certificates and courses kept: who guards the child stays who they are. */
async function graduate(studentIds: Types.ObjectId[], now: Date) {
  await StudentModel.updateMany(
    { _id: { $in: studentIds }, leftAt: null },
    [{ $set: { leftAt: now, leftReason: 'graduated', memberships: ended(now) } }],
    { updatePipeline: true },
  )
  await GuardianshipModel.updateMany({ studentId: { $in: studentIds }, to: null }, { leftAt: now })
}
