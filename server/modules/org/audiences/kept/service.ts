import type { Types } from 'mongoose'
import type { Logger } from 'pino'
import { StudentModel } from '../../families/model.ts'
import { STILL_HERE } from '../../families/rules.ts'
import { UnitModel } from '../../tree/model.ts'
import { DEPTH, idAt, within } from '../../tree/rules.ts'
import { factsOf } from '../facts/service.ts'
import { joinedByClass } from '../service.ts'
import { type FamilyCount, FamilyCountModel, type Sum } from './model.ts'
import { sumsOf } from './rules.ts'

/** Whoever counts a district has it for so long; one of 100,000 families takes a third of a second. */
const BUSY_MS = 60_000
/** The worker lets no count grow older, whether somebody asks or not. */
const OLDEST_MS = 60 * 60_000
/** A district, or some together, with so few families is counted as of this moment: some milliseconds, from the index alone. */
export const FEW = 5_000
/** Districts in one tick of the worker: some seconds. */
const A_TICK = 20

export interface District {
  _id: Types.ObjectId
  path: string
}

/** The districts at, below or above some places. */
export const districtsOf = (paths: readonly string[]) =>
  UnitModel.find(
    {
      kind: 'district',
      closedAt: null,
      $or: paths.map((path) => {
        const districtId = idAt(path, DEPTH.district)
        return districtId ? { _id: districtId } : { path: within(path) }
      }),
    },
    { path: 1 },
  ).lean<District[]>()

/** The families of each class below a path as of this moment. */
export async function countClasses(path: string): Promise<Sum[]> {
  const counts = await joinedByClass(path)
  const facts = await factsOf([...counts.keys()])
  return [...counts].map(([id, it]) => ({
    path: it._id,
    ...{ grade: facts.get(id)?.grade ?? null, campus: facts.get(id)?.campus ?? '' },
    ...{ families: it.families, joined: it.joined },
  }))
}

export interface Kept {
  counts: FamilyCount[]
  /** Those that were counted longer ago than was asked for. */
  old: District[]
  /** Those that nobody has counted yet. */
  missing: District[]
}

/**
 * What the last count of some districts found, class by class where it is wanted. Where there are few families all are counted now:
 * whoever has joined a moment ago is in. What was never counted is counted now, too, or left to be, where the asker does not wait for it.
 */
export async function keptOf(
  districts: readonly (District & { isByClass: boolean })[],
  { since, now, isWaitedFor }: { since: Date; now: Date; isWaitedFor: boolean },
): Promise<Kept> {
  const find = (isByClass: boolean, left: object) => {
    const _id = { $in: districts.filter((it) => it.isByClass === isByClass).map((it) => it._id) }
    return _id.$in.length > 0 ? FamilyCountModel.find({ _id }, left).lean<FamilyCount[]>() : []
  }
  const [summed, byClass] = await Promise.all([find(false, { classes: 0 }), find(true, {})])
  const found = [...summed, ...byClass]
  const countedAt = new Map(found.map((it) => [String(it._id), it.countedAt]))
  const uncounted = districts.filter((it) => !countedAt.has(String(it._id)))
  if (await areFew(found, uncounted)) return { counts: await countAll(districts, now), old: [], missing: [] }
  return {
    counts: isWaitedFor ? [...found, ...(await countAll(uncounted, now))] : found,
    old: districts.filter((it) => (countedAt.get(String(it._id)) ?? now) < since),
    missing: isWaitedFor ? [] : uncounted,
  }
}

const countAll = (districts: readonly District[], now: Date) =>
  Promise.all(districts.map((it) => countOnce(it, now)))

/** Whether some districts have few families together; of those nobody has counted no more are looked at than it takes to say so. */
async function areFew(found: readonly FamilyCount[], uncounted: readonly District[]) {
  const families = found.flatMap(({ sums }) => sums).reduce((sum, it) => sum + it.families, 0)
  if (families > FEW || uncounted.length === 0) return families <= FEW
  const there = { $or: uncounted.map(({ path }) => ({ path: within(path), ...STILL_HERE })) }
  const more = await StudentModel.countDocuments(there, { limit: FEW + 1 - families })
  return families + more <= FEW
}

const underWay = new Map<string, Promise<FamilyCount>>()

/** Counts a district now. What this process is counting already is waited for. */
export function countOnce(district: District, now: Date): Promise<FamilyCount> {
  const key = String(district._id)
  const counting = underWay.get(key) ?? count(district, now).finally(() => underWay.delete(key))
  underWay.set(key, counting)
  return counting
}

async function count({ _id, path }: District, now: Date): Promise<FamilyCount> {
  const classes = await countClasses(path)
  const found = { countedAt: now, sums: sumsOf(path, classes), classes }
  await FamilyCountModel.updateOne(
    { _id, countedAt: { $lte: now } },
    { $set: { ...found, busyUntil: null } },
    { upsert: true },
  ).catch((error: { code?: number }) => {
    if (error.code !== 11000) throw error // somebody has counted it later, or first
  })
  return { _id, ...found }
}

/** Counts a district for the first time, or anew unless somebody has since, or is about to. */
async function recount(district: District, since: Date, now: Date) {
  const { matchedCount } = await FamilyCountModel.updateOne(
    { _id: district._id, countedAt: { $lt: since }, busyUntil: { $not: { $gt: now } } },
    { busyUntil: new Date(now.getTime() + BUSY_MS) },
  )
  if (matchedCount > 0 || !(await FamilyCountModel.exists({ _id: district._id }))) {
    await countOnce(district, now)
  }
}

const waiting = new Map<string, { district: District; since: Date; now: Date }>()
let isCounting = false

/** Counts districts anew, one after the other, while whoever asked has the answer of before. */
export function recountLater(districts: readonly District[], since: Date, now: Date, log: Logger) {
  for (const it of districts) waiting.set(String(it._id), { district: it, since, now })
  if (isCounting) return
  isCounting = true
  void workThrough(log).finally(() => (isCounting = false))
}

async function workThrough(log: Logger) {
  for (const [key, { district, since, now }] of waiting) {
    waiting.delete(key)
    await recount(district, since, now).catch((error: unknown) => {
      log.warn({ err: error, districtId: key }, 'families of a district not counted')
    })
  }
}

/** The tick: what was never counted, or not for an hour. Harmless twice, and beside another worker. */
export async function keepCounts(now: Date) {
  const since = new Date(now.getTime() - OLDEST_MS)
  const [districts, lately] = await Promise.all([
    UnitModel.find({ kind: 'district', closedAt: null }, { path: 1 }).lean<District[]>(),
    FamilyCountModel.find({ countedAt: { $gte: since } }, { _id: 1 }).lean(),
  ])
  const done = new Set(lately.map((it) => String(it._id)))
  const due = districts.filter((it) => !done.has(String(it._id))).slice(0, A_TICK)
  for (const it of due) await countOnce(it, now)
  return due.length
}
