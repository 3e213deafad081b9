import { Types } from 'mongoose'
import { Refusal } from '../../../http/errors.ts'
import { StudentModel, type StudentRecord } from '../families/model.ts'
import { STILL_HERE } from '../families/rules.ts'
import { beginningWith } from '../families/search/rules.ts'
import type { UnitScope } from '../policy.ts'
import { isWithin, within } from '../tree/rules.ts'
import { ChildGroupModel, type ChildGroupRecord } from './model.ts'
import type { GroupInScope } from './policy.ts'
import { endOfYear, isStanding, KEPT_AT, MOST_GROUPS } from './rules.ts'

const PAGE = 50

/** A group that stands. */
export async function findGroup(groupId: string, now: Date) {
  const group = await ChildGroupModel.findById(groupId).lean<ChildGroupRecord>()
  return group && isStanding(group, now) ? group : null
}

/** The groups at or below a unit that stand today, the unit's own first. */
export async function groupsWithin(scope: UnitScope<'seeFamilies'>, now: Date) {
  const groups = await ChildGroupModel.find({ path: within(scope.path), closedAt: null })
    .sort({ path: 1, _id: 1 })
    .limit(MOST_GROUPS * 5)
    .lean<ChildGroupRecord[]>()
  return groups.filter((it) => isStanding(it, now))
}

/** The groups named, all kept at or below the unit, else none of them exists. */
export async function groupsNamed(
  scope: UnitScope<'writeLetters'>,
  groupIds: readonly string[],
  now: Date,
): Promise<ChildGroupRecord[]> {
  const wanted = [...new Set(groupIds)]
  if (wanted.length === 0) return []
  if (!scope.may('seeFamilies')) throw new Refusal('forbidden', '您的岗位不能写信给分组')
  const groups = await ChildGroupModel.find({ _id: { $in: wanted } }).lean<ChildGroupRecord[]>()
  const here = groups.filter((it) => isStanding(it, now) && isWithin(it.path, scope.path))
  if (here.length < wanted.length) throw new Refusal('not_found', '选的分组里有的已经解散，请重新选择')
  return here
}

/** How many children are in some groups now, by group. Each is one range of an index. */
export async function sizesOf(groups: readonly ChildGroupRecord[]): Promise<Map<string, number>> {
  const sizes = await Promise.all(groups.map((it) => StudentModel.countDocuments(membersOf(it))))
  return new Map(groups.map((it, at) => [String(it._id), sizes[at] ?? 0]))
}

/** Whoever is in a group and within its unit: out of the unit is out of the group, and back is back. */
const membersOf = ({ _id, path }: Pick<ChildGroupRecord, '_id' | 'path'>) => ({
  'groups.groupId': _id,
  path: within(path),
  groups: { $elemMatch: { groupId: _id, to: null } },
  leftAt: null,
})

/** How many children of a unit have each mark of their family's: a range of an index each, no child is fetched for it. */
export async function markCounts(scope: UnitScope<'seeFamilies'>) {
  const here = { path: within(scope.path), ...STILL_HERE }
  const [boarding, leftBehind] = await Promise.all([
    StudentModel.countDocuments({ isBoarding: true, ...here }),
    StudentModel.countDocuments({ isLeftBehind: true, ...here }),
  ])
  return { boarding, leftBehind }
}

export interface Said {
  name: string
  isSensitive: boolean
  endsWithYear: boolean
}

const nameTaken = () => new Refusal('conflict', '已经有同名的分组，请换一个名字')

/** A new group; the same request again gives what it made the first time. */
export async function createGroup(
  scope: UnitScope<'seeFamilies'>,
  { requestId, ...said }: Said & { requestId: string },
  now: Date,
): Promise<ChildGroupRecord> {
  if (!KEPT_AT.includes(scope.kind)) throw new Refusal('invalid', '分组建在学校、年级或班级里')
  const unitId = new Types.ObjectId(scope.unitId)
  if ((await ChildGroupModel.countDocuments({ unitId, closedAt: null })) >= MOST_GROUPS) {
    throw new Refusal('conflict', `一个单位最多${MOST_GROUPS}个分组，请先解散不用的`)
  }
  const made = await ChildGroupModel.create({
    unitId,
    path: scope.path,
    requestId,
    ...kept(said, now),
  }).catch(async (error: { code?: number }) => {
    if (error.code !== 11000) throw error
    const mine = await ChildGroupModel.findOne({ unitId, name: said.name, closedAt: null, requestId })
    if (!mine) throw nameTaken()
    return mine
  })
  return made.toObject()
}

const kept = ({ name, isSensitive, endsWithYear }: Said, now: Date) => ({
  name,
  isSensitive,
  endsOn: endsWithYear ? endOfYear(now) : null,
})

export async function changeGroup({ group }: GroupInScope, said: Said, now: Date): Promise<ChildGroupRecord> {
  const changed = await ChildGroupModel.findOneAndUpdate(
    { _id: group._id, closedAt: null },
    kept(said, now),
    {
      returnDocument: 'after',
    },
  )
    .lean<ChildGroupRecord>()
    .catch((error: { code?: number }) => {
      if (error.code === 11000) throw nameTaken()
      throw error
    })
  if (!changed) throw new Refusal('not_found', '没有这个分组，或它已经解散')
  return changed
}

/** Ends a group and everybody's place in it. What was sent to it stays with the families that have it. */
export async function closeGroup({ group }: GroupInScope, now: Date) {
  await ChildGroupModel.updateOne({ _id: group._id, closedAt: null }, { closedAt: now })
  await leave({ 'groups.groupId': group._id }, group._id, now)
}

const leave = async (who: object, groupId: Types.ObjectId, now: Date) =>
  StudentModel.updateMany(
    { ...who, groups: { $elemMatch: { groupId, to: null } } },
    { $set: { 'groups.$[it].to': now } },
    { arrayFilters: [{ 'it.groupId': groupId, 'it.to': null }] },
  )

/** Of some children those leave that came in at one instant; whoever has left and come back since stays. */
export const leaveSince = async (
  studentIds: readonly Types.ObjectId[],
  { groupId, from }: { groupId: Types.ObjectId; from: Date },
  now: Date,
) =>
  StudentModel.updateMany(
    { _id: { $in: studentIds }, groups: { $elemMatch: { groupId, from, to: null } } },
    { $set: { 'groups.$[it].to': now } },
    { arrayFilters: [{ 'it.groupId': groupId, 'it.from': from, 'it.to': null }] },
  )

export async function removeFromGroup({ group }: GroupInScope, studentIds: readonly string[], now: Date) {
  const ids = studentIds.map((it) => new Types.ObjectId(it))
  const { modifiedCount } = await leave({ _id: { $in: ids } }, group._id, now)
  return modifiedCount
}

/**
 * A page of a group's children, by class and number; of those a text points at, and how many these are. A group is one short range of
 * its index, looked through by itself.
 */
export async function membersPage(
  { group }: GroupInScope,
  { after, sought }: { after?: string | undefined; sought: string },
) {
  const [path, number] = after?.split('~') ?? []
  const which = { ...membersOf(group), ...(sought && { $or: beginningWith(sought) }) }
  const isLater = path && number && { $or: [{ path: { $gt: path } }, { path, number: { $gt: number } }] }
  const [page, found] = await Promise.all([
    StudentModel.find({ $and: [which, isLater || {}] })
      .sort({ path: 1, number: 1 })
      .limit(PAGE + 1)
      .lean<StudentRecord[]>(),
    sought ? StudentModel.countDocuments(which) : undefined,
  ])
  const students = page.slice(0, PAGE)
  const last = students.at(-1)
  return { students, found, next: page.length > PAGE && last ? `${last.path}~${last.number}` : null }
}

/** When a class moves up, its groups go along with it, unless they end with the year; so do the children's places in them. */
export async function moveGroups(
  from: { _id: Types.ObjectId },
  to: { _id: Types.ObjectId; path: string } | undefined,
) {
  if (!to) return
  const groups = await ChildGroupModel.find({ unitId: from._id, closedAt: null }).lean<ChildGroupRecord[]>()
  for (const { _id, name } of groups) {
    // Two classes that are put together may each have a 值日一组.
    const isTaken = await ChildGroupModel.exists({ unitId: to._id, name, closedAt: null, _id: { $ne: _id } })
    const here = { unitId: to._id, path: to.path }
    await ChildGroupModel.updateOne(
      { _id },
      { ...here, ...(isTaken && { name: `${name}（${String(_id).slice(-4)}）` }) },
    )
    await StudentModel.updateMany(
      { 'groups.groupId': _id },
      { $set: { 'groups.$[it].path': to.path } },
      { arrayFilters: [{ 'it.groupId': _id, 'it.to': null }] },
    )
  }
}
