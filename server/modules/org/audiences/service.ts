import type { Types } from 'mongoose'
import type { UnitScope } from '../policy.ts'
import { Refusal } from '../../../http/errors.ts'
import { GuardianshipModel, StudentModel, type StudentRecord } from '../families/model.ts'
import { STILL_HERE } from '../families/rules.ts'
import { UnitModel, type UnitRecord } from '../tree/model.ts'
import { DEPTH, idAt, idsOf, isWithin, within } from '../tree/rules.ts'
import { type Entry, MARKS, type Reached, topmost } from './rules.ts'

/** Units somebody has been proven to write to, none inside another. */
export type Audience = Pick<UnitRecord, '_id' | 'kind' | 'fullName' | 'path'>[]

/** The units named, all of them inside the scope, else none of them exists. */
export async function audienceWithin(scope: UnitScope<'writeLetters'>, unitIds: string[]): Promise<Audience> {
  const wanted = [...new Set(unitIds)]
  const units = await UnitModel.find(
    { _id: { $in: wanted }, closedAt: null },
    { kind: 1, fullName: 1, path: 1 },
  ).lean<Audience>()
  if (units.length < wanted.length || units.some((it) => !isWithin(it.path, scope.path))) {
    throw new Refusal('not_found', '收信的范围里有不归您管理的单位，请重新选择')
  }
  return topmost(units).sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** A family that is written to by name, or left out by name. */
export interface SingleFamily {
  _id: Types.ObjectId
  name: string
  path: string
  classId: Types.ObjectId
  activatedAt: Date | null
}

/** The families of the students named, all of them inside the scope, else none of them exists. */
export async function familiesWithin(
  scope: UnitScope<'writeLetters'>,
  studentIds: readonly string[],
): Promise<SingleFamily[]> {
  const wanted = [...new Set(studentIds)]
  if (wanted.length === 0) return []
  if (!scope.may('seeFamilies')) throw new Refusal('forbidden', '您的岗位不能写信给单个家庭')
  const students = await StudentModel.find(
    { _id: { $in: wanted }, leftAt: null },
    { name: 1, path: 1, classId: 1, activatedAt: 1 },
  ).lean<SingleFamily[]>()
  if (students.length < wanted.length || students.some((it) => !isWithin(it.path, scope.path))) {
    throw new Refusal('not_found', '名单里有不归您管理的孩子，请重新选择')
  }
  return students
}

/** How many families each class below a path has, and how many of them have joined. */
export async function joinedByClass(path: string) {
  const rows = await StudentModel.aggregate<{ _id: string; families: number; joined: number }>([
    { $match: { path: within(path), ...STILL_HERE } },
    {
      $group: {
        _id: '$path',
        families: { $sum: 1 },
        joined: { $sum: { $cond: [{ $gt: ['$activatedAt', null] }, 1, 0] } },
      },
    },
  ])
  return new Map(rows.map((it) => [idsOf(it._id).at(-1) ?? '', it]))
}

/** The classes below some units, or in some parts of them, that stand today, in the order of their paths, after one of them. */
export const classesAfter = (audience: readonly Entry[], after: string, most: number) =>
  UnitModel.find({
    kind: 'class',
    closedAt: null,
    $and: [{ path: { $gt: after } }, { $or: ofClasses(audience) }],
  })
    .sort({ path: 1 })
    .limit(most)
    .lean<UnitRecord[]>()

/** Whether some lines of an audience mean a whole class at or below a place, also one of last year. */
export const hasClassIn = async (audience: readonly Entry[], path: string) =>
  (await UnitModel.exists({ kind: 'class', path: within(path), $or: ofClasses(audience) })) !== null

/** What classes are meant by the lines of an audience that mean whole classes; nothing is meant by none. */
export function ofClasses(audience: readonly Entry[]): object[] {
  const meant = audience.flatMap(({ path, part, isStudent }) => {
    if (isStudent) return []
    if (!part) return [{ path: within(path) }]
    const [kind = '', ...value] = part.split(':')
    if (kind === 'grade') return [{ path: within(path), grade: Number(value.join(':')) }]
    return kind === 'campus' ? [{ path: within(path), campus: value.join(':') }] : []
  })
  return meant.length > 0 ? meant : [{ _id: null }]
}

/** Children who are meant one by one: by name, as members of a group, or by a mark. At most so many of each. */
export async function childrenMeant(audience: readonly Entry[], most: number): Promise<MeantChild[]> {
  const found = await Promise.all(
    waysTo(audience).map((way) =>
      StudentModel.find(way, {
        path: 1,
        classId: 1,
        activatedAt: 1,
        groups: 1,
        isBoarding: 1,
        isLeftBehind: 1,
      })
        .limit(most)
        .lean<MeantChild[]>(),
    ),
  )
  return [...new Map(found.flat().map((it) => [String(it._id), it])).values()]
}

/** The paths of the classes in which such children are, however many. */
export async function placesMeant(audience: readonly Entry[]): Promise<string[]> {
  const found = await Promise.all(waysTo(audience).map((way) => StudentModel.distinct('path', way)))
  return [...new Set(found.flat())]
}

/** One filter for all who are named, one for each group, one for each mark somewhere. Each is a range of an index. */
function waysTo(audience: readonly Entry[]): object[] {
  const named = audience.filter((it) => it.isStudent)
  const groups = audience.filter((it) => it.part === 'group')
  return [
    ...(named.length > 0 ? [{ _id: { $in: named.map((it) => it.unitId) } }] : []),
    ...groups.map((it) => ({
      groups: { $elemMatch: { groupId: it.unitId, to: null } },
      'groups.groupId': it.unitId,
      path: within(it.path),
    })),
    ...MARKS.flatMap((mark) =>
      audience
        .filter((it) => it.part === mark)
        .map((it) => ({
          [mark === 'boarding' ? 'isBoarding' : 'isLeftBehind']: true,
          path: within(it.path),
        })),
    ),
  ].map((way) => ({ ...way, leftAt: null }))
}

export type MeantChild = Pick<
  StudentRecord,
  '_id' | 'path' | 'classId' | 'activatedAt' | 'groups' | 'isBoarding' | 'isLeftBehind'
>

/** A child as the rules of audiences know it. */
export const asReached = ({
  _id,
  groups,
  isBoarding,
  isLeftBehind,
}: Omit<MeantChild, 'path' | 'classId' | 'activatedAt'>): Reached => ({
  studentId: String(_id),
  groups: groups ?? [],
  isBoarding: isBoarding ?? false,
  isLeftBehind: isLeftBehind ?? false,
})

/** The schools at, below or above some places, in the order of their paths, after one of them. */
export const schoolsAfter = (places: readonly { path: string }[], after: string, most: number) =>
  UnitModel.find({
    kind: 'school',
    closedAt: null,
    $and: [
      { path: { $gt: after } },
      {
        $or: places.map(({ path }) => {
          const schoolId = idAt(path, DEPTH.school)
          return schoolId ? { _id: schoolId } : { path: within(path) }
        }),
      },
    ],
  })
    .sort({ path: 1 })
    .limit(most)
    .lean<UnitRecord[]>()

/** The cities and districts among some places and below them. A city has some dozens of districts. */
export const officesIn = (places: readonly { path: string }[]) =>
  UnitModel.find({
    kind: { $in: ['city', 'district'] },
    closedAt: null,
    $or: places.map(({ path }) => ({ path: within(path) })),
  })
    .sort({ path: 1 })
    .limit(500)
    .lean<UnitRecord[]>()

/** Who is in some classes now: student ids, and those of them whose guardians have not joined. */
export async function rollsOf(classIds: Types.ObjectId[]) {
  const rows = await StudentModel.aggregate<{
    _id: Types.ObjectId
    roster: Types.ObjectId[]
    unreached: Types.ObjectId[]
  }>([
    { $match: { classId: { $in: classIds }, leftAt: null } },
    {
      $group: {
        _id: '$classId',
        roster: { $push: '$_id' },
        unreached: { $push: { $cond: [{ $gt: ['$activatedAt', null] }, '$$REMOVE', '$_id'] } },
      },
    },
  ])
  return new Map(rows.map((it) => [String(it._id), it]))
}

/** What an audience by groups and marks goes by, for the children of some classes who are in any. */
export async function traitsOf(classIds: Types.ObjectId[]): Promise<Map<string, Reached>> {
  const students = await StudentModel.find(
    {
      classId: { $in: classIds },
      leftAt: null,
      $or: [{ 'groups.groupId': { $exists: true } }, { isBoarding: true }, { isLeftBehind: true }],
    },
    { groups: 1, isBoarding: 1, isLeftBehind: 1 },
  ).lean<MeantChild[]>()
  return new Map(students.map((it) => [String(it._id), asReached(it)]))
}

/** The guardians of some students who have an account, with what to call them. */
export const joinedGuardiansOf = (studentIds: Types.ObjectId[]) =>
  GuardianshipModel.find(
    { studentId: { $in: studentIds }, to: null, personId: { $type: 'objectId' } },
    { studentId: 1, personId: 1, relation: 1, path: 1 },
  ).lean<{ studentId: Types.ObjectId; personId: Types.ObjectId; relation: string; path: string }[]>()
