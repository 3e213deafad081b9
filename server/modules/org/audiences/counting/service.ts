import type { Types } from 'mongoose'
import type { Logger } from 'pino'
import { GuardianshipModel } from '../../families/model.ts'
import { UnitModel } from '../../tree/model.ts'
import { DEPTH, idsOf, isWithin } from '../../tree/rules.ts'
import { factsOf } from '../facts/service.ts'
import { countClasses, countOnce, districtsOf, keptOf, recountLater } from '../kept/service.ts'
import { type Entry, isLeftOut, isWhole, type Reached, type Rule, topmost } from '../rules.ts'
import { asReached, childrenMeant, joinedGuardiansOf, type MeantChild, ofClasses } from '../service.ts'

/** While somebody ticks boxes the count of a moment ago is good enough. */
const KEPT_MS = { city: 5 * 60_000, district: 30_000 }
/** So many schools, grades and classes are counted as of this moment; more go by the counts of their districts. */
const MOST_AT_ONCE = 20
/** Children one by one: a group is never larger, and of a mark no more are looked at (tens of thousands board in a city). */
const MOST_ONE_BY_ONE = 5_000

export interface Counted {
  families: number
  joined: number
  /** As of when; null when it is of this moment. */
  countedAt: Date | null
  /** It is older than it should be, or not whole, and is being counted anew. */
  isOld: boolean
  /** So many districts of it have been counted yet; null when all have. */
  progress: { done: number; of: number } | null
  /** There are more children with a mark than were looked at. */
  isAtLeast: boolean
  /** What is in as a whole, and children one by one beside it and out of it. */
  wholes: Wholes
  more: MeantChild[]
  less: MeantChild[]
}

interface Wholes {
  audience: readonly Entry[]
  without: readonly Entry[]
}

export interface Patience {
  now: Date
  /** Whoever gives one has at once what is counted, and what is old or missing is counted meanwhile; else it is waited for. */
  log?: Logger
}

/** How many families are in an audience, each counted once whatever they are chosen by, and how many have joined. */
export async function countRule(
  rule: Rule & { audience: readonly Entry[] },
  patience: Patience,
): Promise<Counted> {
  const without = rule.without ?? []
  const wholes = {
    audience: rule.audience.filter((it) => !it.isStudent && !isOneByOne(it)),
    without: without.filter((it) => !isOneByOne(it)),
  }
  const [{ sums, ...age }, meant, left] = await Promise.all([
    sumsIn(wholes, patience),
    childrenMeant(rule.audience, MOST_ONE_BY_ONE + 1),
    childrenMeant(
      [
        ...without.filter(isOneByOne),
        ...(rule.excluded ?? []).map((it) => ({ unitId: it.studentId, path: '', isStudent: true })),
      ],
      MOST_ONE_BY_ONE,
    ),
  ])
  const facts = await factsOf([...meant, ...left].map((it) => String(it.classId)))
  const isCounted = ({ path, classId }: MeantChild) =>
    isWhole(wholes, { path, ...(facts.get(String(classId)) ?? { grade: null, campus: '' }) })
  const more = meant.filter((it) => !isCounted(it) && !isOut(rule, it))
  const less = left.filter(isCounted)
  const joined = (some: readonly MeantChild[]) => some.filter((it) => it.activatedAt).length
  return {
    families: sum(sums.map((it) => it.families)) + more.length - less.length,
    joined: sum(sums.map((it) => it.joined)) + joined(more) - joined(less),
    ...age,
    isAtLeast: meant.length > MOST_ONE_BY_ONE,
    ...{ wholes, more, less },
  }
}

const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0)
const isOneByOne = ({ part }: Entry) => Boolean(part && !part.includes(':'))

function isOut(rule: Rule, child: MeantChild) {
  const reached: Reached = asReached(child)
  const place = { classId: String(child.classId), path: child.path, grade: null, campus: '' }
  return isLeftOut(rule, reached, place, new Date(8.64e15))
}

/** The families of what is meant as a whole, and as of when they were counted. */
async function sumsIn(wholes: Wholes, patience: Patience) {
  const tops = topmost(wholes.audience.map(({ path }) => ({ path }))).map((it) => it.path)
  const small = tops.filter((it) => depthOf(it) >= DEPTH.school)
  const atOnce = small.length <= MOST_AT_ONCE ? small : []
  const [now, kept] = await Promise.all([
    Promise.all(atOnce.map(countClasses)),
    keptBelow(
      tops.filter((it) => !atOnce.includes(it)),
      wholes,
      patience,
    ),
  ])
  return { ...kept, sums: [...now.flat().filter((it) => isWhole(wholes, it)), ...kept.sums] }
}

const depthOf = (path: string) => idsOf(path).length - 1

/** Those lines that can mean something in a district: a city has 25,000 classes to be held against them. */
function linesNear({ audience, without }: Wholes, path: string) {
  const isNear = (it: Entry) => isWithin(it.path, path) || isWithin(path, it.path)
  const near = { audience: audience.filter(isNear), without: without.filter(isNear) }
  return { ...near, isByClass: [...near.audience, ...near.without].some((it) => !isWithin(path, it.path)) }
}

/** What is meant in the districts of some places, as it was counted last. */
async function keptBelow(paths: readonly string[], wholes: Wholes, { now, log }: Patience) {
  if (paths.length === 0) return { sums: [], countedAt: null, isOld: false, progress: null }
  const isCity = paths.some((it) => depthOf(it) === DEPTH.city)
  const since = new Date(now.getTime() - (isCity ? KEPT_MS.city : KEPT_MS.district))
  const districts = (await districtsOf(paths)).map((it) => ({ ...it, ...linesNear(wholes, it.path) }))
  const { counts, old, missing } = await keptOf(districts, { since, now, isWaitedFor: !log })
  if (log) recountLater([...missing, ...old], since, now, log)
  const anew = log ? [] : await Promise.all(old.map((it) => countOnce(it, now)))
  const last = new Map([...counts, ...anew].map((it) => [String(it._id), it]))
  const sums = districts.flatMap(({ _id, isByClass, ...near }) => {
    const found = last.get(String(_id))
    return ((isByClass ? found?.classes : found?.sums) ?? []).filter((it) => isWhole(near, it))
  })
  return {
    sums,
    countedAt: new Date(Math.min(...[...last.values()].map((it) => it.countedAt.getTime()), now.getTime())),
    isOld: Boolean(log) && old.length + missing.length > 0,
    progress: missing.length > 0 ? { done: districts.length - missing.length, of: districts.length } : null,
  }
}

/** The classes that are in as wholes. */
async function classIdsOf({ audience, without }: Wholes) {
  const classes = await UnitModel.find(
    { kind: 'class', closedAt: null, $or: ofClasses(audience) },
    { path: 1 },
  ).lean()
  return classes.filter(({ path }) => !without.some((it) => isWithin(path, it.path))).map((it) => it._id)
}

/** The guardians who have joined and are written to, for each of their children; at most so many. */
export async function guardiansCounted({ wholes, more, less }: Counted, most: number) {
  const out = new Set(less.map((it) => String(it._id)))
  const [within, beside] = await Promise.all([
    GuardianshipModel.find(
      {
        classId: { $in: await classIdsOf(wholes) },
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
  return [...within, ...beside]
    .filter((it) => !out.has(String(it.studentId)))
    .map((it) => ({ studentId: String(it.studentId), personId: String(it.personId) }))
}
