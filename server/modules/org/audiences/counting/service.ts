import type { Redis } from 'ioredis'
import { Types } from 'mongoose'
import { cached } from '../../../../infra/redis.ts'
import { GuardianshipModel } from '../../families/model.ts'
import { UnitModel } from '../../tree/model.ts'
import { DEPTH, idsOf, isWithin } from '../../tree/rules.ts'
import { type Entry, isLeftOut, type Reached, type Rule, topmost } from '../rules.ts'
import {
  asReached,
  childrenMeant,
  joinedByClass,
  joinedGuardiansOf,
  type MeantChild,
  ofClasses,
} from '../service.ts'

/** A city counts its classes in a second or two; while somebody ticks boxes the count of a moment ago is good enough. */
const KEPT_SECONDS = { city: 300, district: 30 }

export interface Counted {
  families: number
  joined: number
  /** The classes that are in as wholes, and children one by one beside them and out of them. */
  classIds: string[]
  more: MeantChild[]
  less: MeantChild[]
}

/** How many families are in an audience, each counted once whatever they are chosen by, and how many have joined. */
export async function countRule(rule: Rule & { audience: readonly Entry[] }, redis: Redis): Promise<Counted> {
  const wholes = rule.audience.filter((it) => !it.isStudent && !isOneByOne(it))
  const without = rule.without ?? []
  const [classes, meant, left] = await Promise.all([
    wholes.length > 0 ? classesOf(wholes, without, redis) : new Map<string, Count>(),
    childrenMeant(rule.audience),
    childrenMeant([
      ...without.filter(isOneByOne),
      ...(rule.excluded ?? []).map((it) => ({ unitId: it.studentId, path: '', isStudent: true })),
    ]),
  ])
  const isCounted = (it: MeantChild) => classes.has(String(it.classId))
  const more = meant.filter((it) => !isCounted(it) && !isOut(rule, it))
  const less = left.filter(isCounted)
  const joined = (some: readonly MeantChild[]) => some.filter((it) => it.activatedAt).length
  const all = [...classes.values()]
  return {
    families: sum(all.map((it) => it.families)) + more.length - less.length,
    joined: sum(all.map((it) => it.joined)) + joined(more) - joined(less),
    classIds: [...classes.keys()],
    more,
    less,
  }
}

type Count = { families: number; joined: number }
const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0)
const isOneByOne = ({ part }: Entry) => Boolean(part && !part.includes(':'))

function isOut(rule: Rule, child: MeantChild) {
  const reached: Reached = asReached(child)
  const place = { classId: String(child.classId), path: child.path, grade: null, campus: '' }
  return isLeftOut(rule, reached, place, new Date(8.64e15))
}

/** The classes meant as wholes with their families, by class. */
async function classesOf(wholes: readonly Entry[], without: readonly Entry[], redis: Redis) {
  const tops = topmost(wholes.map(({ path }) => ({ path })))
  const counts = new Map(
    (await Promise.all(tops.map(({ path }) => countsBelow(path, redis)))).flat().map((it) => [it[0], it[1]]),
  )
  const out = without.filter((it) => !it.part)
  if (wholes.every((it) => !it.part) && out.length === 0) return counts
  const classes = await UnitModel.find(
    { kind: 'class', closedAt: null, $or: ofClasses(wholes) },
    { path: 1 },
  ).lean()
  const meant = classes.filter(({ path }) => !out.some((it) => isWithin(path, it.path)))
  return new Map(
    meant.flatMap(({ _id }) => {
      const count = counts.get(String(_id))
      return count ? [[String(_id), count] as const] : []
    }),
  )
}

/** The families of each class below a path; of a school and what is in it as of this moment. */
async function countsBelow(path: string, redis: Redis): Promise<[string, Count][]> {
  const count = async () =>
    [...(await joinedByClass(path))].map(([id, { families, joined }]): [string, Count] => [
      id,
      { families, joined },
    ])
  const depth = idsOf(path).length - 1
  if (depth >= DEPTH.school) return count()
  const seconds = depth === DEPTH.city ? KEPT_SECONDS.city : KEPT_SECONDS.district
  return cached(redis, `audiences:classes:${path}`, seconds, count)
}

/** The accounts of the guardians who are written to, each once; at most so many. */
export async function guardiansCounted({ classIds, more, less }: Counted, most: number): Promise<string[]> {
  const out = new Set(less.map((it) => String(it._id)))
  const [within, beside] = await Promise.all([
    GuardianshipModel.find(
      {
        classId: { $in: classIds.map((it) => new Types.ObjectId(it)) },
        to: null,
        leftAt: null,
        personId: { $type: 'objectId' },
      },
      { studentId: 1, personId: 1 },
    )
      .limit(most)
      .lean<{ studentId: Types.ObjectId; personId: Types.ObjectId }[]>(),
    joinedGuardiansOf(more.map((it) => it._id)),
  ])
  const people = [...within, ...beside].filter((it) => !out.has(String(it.studentId)))
  return [...new Set(people.map((it) => String(it.personId)))]
}
