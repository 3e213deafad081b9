import { Types } from 'mongoose'
import type { UnitKind } from '#contract/org'
import type { Redis } from 'ioredis'
import { cached } from '../../../infra/redis.ts'
import { StudentModel } from '../families/model.ts'
import { STILL_HERE } from '../families/rules.ts'
import { UnitModel, type UnitRecord } from './model.ts'
import { DEPTH, fullNameOf, idAtExpression, idsOf, mintJoinCode, SCHOOL_PATH, within } from './rules.ts'

/** One unit, or null. Callers outside this room hold a proof before they show it. */
export const findUnit = (unitId: string) => UnitModel.findById(unitId).lean<UnitRecord>()

export const findUnits = (unitIds: string[]) => UnitModel.find({ _id: { $in: unitIds } }).lean<UnitRecord[]>()

export const findByJoinCode = (joinCode: string) =>
  UnitModel.findOne({ joinCode, kind: 'class' }).lean<UnitRecord>()

/** The units of one kind at or below a path that stand today, in the order of their paths. */
export const unitsWithin = (path: string, kind: UnitKind) =>
  UnitModel.find({ path: within(path), kind, closedAt: null })
    .sort({ path: 1 })
    .lean<UnitRecord[]>()

/** The schools below a path that stand today, in the order of their paths, after one of them. */
export const schoolsAfter = (path: string, after: string, most: number) =>
  UnitModel.find({ kind: 'school', path: { ...within(path), $gt: after || path }, closedAt: null })
    .sort({ path: 1 })
    .limit(most)
    .lean<UnitRecord[]>()

/** The units of one kind from one school to another in the order of paths, both with all that is in them. */
export const unitsBetween = (first: string, last: string, kind: 'grade' | 'class') =>
  UnitModel.find(
    { kind, path: { $gte: first, $lt: within(last).$lt }, closedAt: null },
    { path: 1, grade: 1, name: 1, fullName: 1, kind: 1 },
  )
    .sort({ path: 1 })
    .lean<Pick<UnitRecord, '_id' | 'path' | 'grade' | 'name' | 'fullName' | 'kind'>[]>()

/** The paths of the schools at or below a path that teach each grade today, by the grade's number. */
export async function schoolsByGrade(path: string): Promise<Map<number, string[]>> {
  const rows = await UnitModel.aggregate<{ _id: number; schools: string[] }>([
    { $match: { kind: 'grade', path: within(path), closedAt: null, grade: { $ne: null } } },
    { $group: { _id: '$grade', schools: { $addToSet: { $substrBytes: ['$path', 0, SCHOOL_PATH] } } } },
  ])
  return new Map(rows.map((it) => [it._id, it.schools]))
}

/** The grades that are taught at or below a path, by their numbers. */
export const gradesWithin = (path: string): Promise<number[]> =>
  UnitModel.distinct('grade', {
    path: within(path),
    kind: { $in: ['grade', 'class'] },
    grade: { $ne: null },
    closedAt: null,
  })

/** The units right below one that stand today, in the order of their codes. */
export const childrenOf = (unitId: string) =>
  UnitModel.find({ parentId: new Types.ObjectId(unitId), closedAt: null })
    .sort({ code: 1 })
    .lean<UnitRecord[]>()

/** Which of some units have a unit below them that stands today. */
export async function withChildren(unitIds: Types.ObjectId[]) {
  const parents = await UnitModel.distinct('parentId', { parentId: { $in: unitIds }, closedAt: null })
  return new Set(parents.map(String))
}

/** The units on the way down to `path`, the root first, itself last. */
export async function unitsOnPath(path: string) {
  const units = await findUnits(idsOf(path))
  return units.sort((a, b) => a.path.length - b.path.length)
}

/** Full names by id, for lists that show where something belongs. */
export async function fullNamesOf(unitIds: string[]) {
  const units = await UnitModel.find({ _id: { $in: unitIds } }, { fullName: 1 }).lean()
  return new Map(units.map((it) => [String(it._id), it.fullName]))
}

/** How many students each unit of one kind has below `path`; kept for ten seconds. */
export async function studentCounts(path: string, kind: UnitKind, redis: Redis) {
  const rows = await cached(redis, `org:counts:${path}:${kind}`, 10, () =>
    StudentModel.aggregate<{ _id: string; count: number }>([
      { $match: { path: within(path), ...STILL_HERE } },
      { $group: { _id: idAtExpression(DEPTH[kind]), count: { $sum: 1 } } },
    ]),
  )
  return new Map(rows.map((it) => [it._id, it.count]))
}

export interface NewUnit extends Partial<
  Pick<UnitRecord, 'schoolType' | 'stages' | 'campuses' | 'hotlines' | 'entryYear' | 'schoolYear' | 'campus'>
> {
  kind: UnitKind
  name: string
  code: string
  parent: Pick<UnitRecord, '_id' | 'path' | 'fullName' | 'kind'> | null
  grade?: number
}

/** The unit with this code below its parent, made when it is not there. Harmless twice and at once. */
export async function ensureUnit({ kind, name, code, parent, grade, ...also }: NewUnit): Promise<UnitRecord> {
  const _id = new Types.ObjectId()
  return UnitModel.findOneAndUpdate(
    { parentId: parent?._id ?? null, code },
    {
      $setOnInsert: {
        _id,
        kind,
        name,
        fullName: fullNameOf(name, parent),
        path: `${parent?.path ?? '/'}${String(_id)}/`,
        grade: grade ?? null,
        ...(kind === 'class' && { joinCode: mintJoinCode() }),
        ...also,
      },
    },
    { upsert: true, returnDocument: 'after' },
  ).lean<UnitRecord>()
}
