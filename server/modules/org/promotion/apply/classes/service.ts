import { Types } from 'mongoose'
import type { PostKind } from '#contract/org'
import { movePosts } from '../../../../accounts/moves/service.ts'
import { findPerson, postsNow } from '../../../../accounts/service.ts'
import * as audit from '../../../../audit/service.ts'
import { moveGroups } from '../../../groups/service.ts'
import { noteMoved } from '../../../../letters/latecomers/service.ts'
import { moveDrafts } from '../../../../letters/moves/service.ts'
import { followChildren } from '../../../../letters/threads/moves/service.ts'
import { moveSlots } from '../../../../meetings/moves/service.ts'
import { GuardianshipModel, StudentModel } from '../../../families/model.ts'
import { HOLD_MS } from '../../../families/moves/service.ts'
import { JoinModel } from '../../../joins/model.ts'
import { UnitModel, type UnitRecord } from '../../../tree/model.ts'
import { closedCode, fullNameOf, gradeName, mintJoinCode } from '../../../tree/rules.ts'
import { findUnit } from '../../../tree/service.ts'
import { MoveModel, type MoveRecord, PromotionModel, type PromotionRecord, type Target } from '../../model.ts'
import { dealt } from '../../rules.ts'

type NewClass = Pick<UnitRecord, '_id' | 'path' | 'fullName'>

/** One promotion, who pressed its button, and the grades its classes move up into, each asked for and made once. */
export interface Order {
  job: PromotionRecord
  actor: Awaited<ReturnType<typeof ordererOf>>
  grades: Map<string, Promise<UnitRecord | null>>
}

function gradeOf({ job, grades }: Order, move: MoveRecord) {
  const key = `${String(move.schoolId)}:${move.into[0]?.grade}`
  const known = grades.get(key) ?? gradeFor(job, move)
  grades.set(key, known)
  return known
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

/** One class in one transaction with the note that it is done. */
export async function moveClass(order: Order, move: MoveRecord, now: Date) {
  const grade = await gradeOf(order, move)
  await MoveModel.db.transaction(async () => {
    const done = await carryOut(order, move, grade, now)
    const { matchedCount } = await MoveModel.updateOne(
      { _id: move._id, state: 'waiting' },
      { $set: { ...done, state: 'done', doneAt: now, ...(done.studentIds?.length && { news: 'due' }) } },
    )
    if (matchedCount === 0) throw new Error('Another worker has moved this class')
  })
  return move
}

async function carryOut(
  { job, actor }: Order,
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
  await noteMoved(
    studentIds.map((studentId) => ({ studentId, classIds: [klass._id] })),
    now,
    new Date(now.getTime() + HOLD_MS),
  )
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
    await moveGroups(klass, first)
  }
  const detail = `${move.name}${targets.length > 0 ? `升入${targets.map((it) => it.fullName).join('、')}` : '毕业'}，${studentIds.length}名学生`
  await audit.record(
    'promotion.applied',
    { ...aboutClass(actor, klass), studentIds: studentIds.map(String), detail },
    now,
  )
  return { studentIds, posts, joinCode: klass.joinCode ?? null, schoolYear: klass.schoolYear ?? null }
}

/** Of two class teachers of a class that was put together, the one of the other class stays on as teacher. */
const asSecond = (post: PostKind): PostKind => (post === 'class_teacher' ? 'teacher' : post)

/** Who pressed the button, with the posts they hold: the log names both with every class, and asks once. */
export async function ordererOf({ orderedBy, begunBy }: PromotionRecord, now: Date) {
  const personId = String(orderedBy ?? begunBy)
  const person = await findPerson(personId)
  return { personId, role: 'staff' as const, posts: person ? postsNow(person, now) : [] }
}

export const aboutClass = (
  actor: Awaited<ReturnType<typeof ordererOf>>,
  klass: Pick<UnitRecord, '_id' | 'path'>,
) => ({ unit: { unitId: String(klass._id), path: klass.path }, actor })

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
