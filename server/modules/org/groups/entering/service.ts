import { Types } from 'mongoose'
import { Refusal } from '../../../../http/errors.ts'
import { shanghaiDay } from '../../../../infra/clock.ts'
import type { Deps } from '../../../../infra/deps.ts'
import { soughtNumber } from '../../../../infra/id-numbers.ts'
import { StudentModel, type StudentRecord } from '../../families/model.ts'
import { DEPTH, idAt, within } from '../../tree/rules.ts'
import { ChildGroupModel, type ChildGroupRecord } from '../model.ts'
import type { GroupInScope } from '../policy.ts'
import { linesOf, MOST_ENDED, MOST_LINES, MOST_OF_A_CHILD, repeated, roomObjection } from '../rules.ts'
import { sizesOf } from '../service.ts'

const CHUNK = 500

export interface Problem {
  line: number
  text: string
  problem: string
}

type Entering = Pick<StudentRecord, '_id' | 'number' | 'name' | 'classId'>

/**
 * Puts children into a group; those who are in stay as they are, a line that names nobody is told with its number, and a
 * child that is in too many groups already is told by name.
 */
export async function addToGroup(
  proof: GroupInScope,
  { studentIds = [], numbers = '' }: { studentIds?: string[] | undefined; numbers?: string | undefined },
  now: Date,
  deps: Pick<Deps, 'fields'>,
) {
  const { group } = proof
  const lines = linesOf(numbers)
  if (lines.length > MOST_LINES) throw new Refusal('invalid', `一次最多粘贴${MOST_LINES}行，请分几次`)
  if (studentIds.length + lines.length === 0) throw new Refusal('invalid', '请选择孩子，或粘贴学号')
  const byId = await studentsHere(group, { _id: { $in: studentIds } })
  if (byId.length < new Set(studentIds).size) {
    throw new Refusal('not_found', '选的孩子里有的不在这个单位，请重新选择')
  }
  const { students, problems } = await studentsOn(group, lines, deps)
  const wanted = [...new Map([...byId, ...students].map((it) => [String(it._id), it])).values()]
  const objection = await objectionTo(
    group,
    wanted.map((it) => it._id),
  )
  if (objection) throw new Refusal('conflict', objection)
  const { added, leftOut } = await enterAll(group, wanted, now)
  return { added, already: wanted.length - added - leftOut.length, problems, leftOut }
}

/** Why some children cannot come in, or null. Those who are in take no room: a full group may be told its own list again. */
export async function objectionTo(group: ChildGroupRecord, studentIds: readonly (Types.ObjectId | string)[]) {
  const [sizes, more] = await Promise.all([
    sizesOf([group]),
    StudentModel.countDocuments({ _id: { $in: studentIds }, ...outside(group) }),
  ])
  return roomObjection(sizes.get(String(group._id)) ?? 0, more)
}

const outside = ({ _id }: ChildGroupRecord) => ({
  groups: { $not: { $elemMatch: { groupId: _id, to: null } } },
})

/** Puts children in that are known to be of the unit; whoever is in stays as it is. */
export async function enterAll(group: ChildGroupRecord, students: readonly Entering[], now: Date) {
  let added = 0
  const leftOut: Entering[] = []
  for (let at = 0; at < students.length; at += CHUNK) {
    const done = await enter(group, students.slice(at, at + CHUNK), now)
    added += done.added
    leftOut.push(...done.leftOut)
  }
  return { added, leftOut }
}

async function enter(group: ChildGroupRecord, students: readonly Entering[], now: Date) {
  const ids = students.map((it) => it._id)
  await endPlacesOfThePast(ids, now)
  const { modifiedCount: added } = await StudentModel.updateMany(
    { _id: { $in: ids }, ...outside(group), $expr: { $lt: [{ $size: open }, MOST_OF_A_CHILD] } },
    [{ $set: { groups: { $concatArrays: [{ $slice: [ended, -MOST_ENDED] }, open, [place(group, now)]] } } }],
    { updatePipeline: true },
  )
  if (added === students.length) return { added, leftOut: [] }
  const left = await StudentModel.find({ _id: { $in: ids }, ...outside(group) }, { _id: 1 }).lean()
  const leftIds = new Set(left.map((it) => String(it._id)))
  return { added, leftOut: students.filter((it) => leftIds.has(String(it._id))) }
}

const placesWhere = (isEnded: boolean) => ({
  $filter: {
    input: { $ifNull: ['$groups', []] },
    cond: { [isEnded ? '$gt' : '$lte']: ['$$this.to', null] },
  },
})
const open = placesWhere(false)
const ended = placesWhere(true)

const place = ({ _id, path }: ChildGroupRecord, now: Date) => ({
  $literal: { groupId: _id, path, from: now, to: null },
})

/**
 * A group that is over with its school year leaves its places open, and nobody could clear them by hand: for children
 * without room they end here.
 */
async function endPlacesOfThePast(ids: readonly Types.ObjectId[], now: Date) {
  const crowded = await StudentModel.find(
    { _id: { $in: ids }, [`groups.${MOST_OF_A_CHILD - 1}`]: { $exists: true } },
    { groups: 1 },
  ).lean<Pick<StudentRecord, '_id' | 'groups'>[]>()
  const groupIds = crowded.flatMap((it) => it.groups ?? []).filter((it) => !it.to)
  if (groupIds.length === 0) return
  const over = await ChildGroupModel.find(
    {
      _id: { $in: groupIds.map((it) => it.groupId) },
      $or: [{ closedAt: { $ne: null } }, { endsOn: { $lt: shanghaiDay(now) } }],
    },
    { _id: 1 },
  ).lean<{ _id: Types.ObjectId }[]>()
  if (over.length === 0) return
  await StudentModel.updateMany(
    { _id: { $in: crowded.map((it) => it._id) } },
    { $set: { 'groups.$[it].to': now } },
    { arrayFilters: [{ 'it.groupId': { $in: over.map((it) => it._id) }, 'it.to': null }] },
  )
}

/** Children of the unit that keeps a group. */
export const studentsHere = (group: ChildGroupRecord, which: object) =>
  StudentModel.find(
    { ...which, leftAt: null, path: within(group.path) },
    { number: 1, name: 1, classId: 1 },
  ).lean<Entering[]>()

async function studentsOn(
  group: ChildGroupRecord,
  lines: ReturnType<typeof linesOf>,
  deps: Pick<Deps, 'fields'>,
) {
  const twice = repeated(lines)
  const sought = lines.map((it) => ({ ...it, number: soughtNumber(it.text, deps.fields) }))
  const schoolId = new Types.ObjectId(idAt(group.path, DEPTH.school) ?? '')
  const students: Entering[] = []
  for (let at = 0; at < sought.length; at += CHUNK) {
    const numbers = sought.slice(at, at + CHUNK).map((it) => it.number)
    students.push(...(await studentsHere(group, { schoolId, number: { $in: numbers } })))
  }
  const known = new Set(students.map((it) => it.number))
  const problems = sought.flatMap(({ line, text, number }): Problem[] => {
    if (!known.has(number)) return [{ line, text, problem: '这个单位里没有这个学号' }]
    return twice.has(line) ? [{ line, text, problem: '和前面的一行重复，只算一次' }] : []
  })
  return { students, problems }
}
