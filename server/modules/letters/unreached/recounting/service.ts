import type { Types } from 'mongoose'
import type { Logger } from 'pino'
import type { Deps } from '../../../../infra/deps.ts'
import { DEPTH, idAt, SCHOOL_PATH, within } from '../../../org/tree/rules.ts'
import { findUnits } from '../../../org/tree/service.ts'
import { LetterModel, type LetterRecord } from '../../model.ts'
import type { LetterInScope } from '../../policy.ts'
import { inSlices } from '../../sending/slices/service.ts'
import { SheetModel } from '../../sheets/model.ts'
import { tallyBy } from '../../sheets/service.ts'
import { countCauses, FIRST_SCHOOLS, isStale, sumOf, totalOf } from '../rules.ts'
import { unreachedAt } from '../service.ts'
import { UnreachedRecountModel, type UnreachedRecount, UnreachedTallyModel } from './model.ts'

/** What all recounts together may take of a tick; each goes on by one school at least. */
const SLICE_MS = 1_000
const AT_ONCE = 20
/** No city has so many. */
const MOST_SCHOOLS = 5_000

const recountId = ({ letter, scope }: LetterInScope) => `${String(letter._id)}:${scope.unitId}`

/** Asks for a count of the schools below a unit. Asked again while it is under way, or soon after, nothing happens. */
export async function askRecount(inScope: LetterInScope, now: Date) {
  const { letter, scope } = inScope
  const _id = recountId(inScope)
  const before = await UnreachedRecountModel.findById(_id).lean<UnreachedRecount>()
  if (before && !isStale(before, now)) return
  const schools = await tallyBy(letter._id, scope.path, 'school')
  const begun = { askedAt: now, isDue: true, upTo: scope.path, done: 0, of: schools.size }
  await UnreachedRecountModel.updateOne(
    { _id, askedAt: before?.askedAt ?? now },
    { $set: begun, $setOnInsert: { letterId: letter._id, path: scope.path } },
    { upsert: before === null },
  ).catch((error: { code?: number }) => {
    if (error.code !== 11000) throw error // a colleague has asked at the same moment
  })
}

/** What is kept of the schools below a unit, and how far a count of them is. */
export async function readKept(inScope: LetterInScope, now: Date) {
  const { letter, scope } = inScope
  const [recount, tallies] = await Promise.all([
    UnreachedRecountModel.findById(recountId(inScope)).lean<UnreachedRecount>(),
    UnreachedTallyModel.find(
      { letterId: letter._id, path: within(scope.path) },
      { path: 1, counts: 1, countedAt: 1 },
    )
      .limit(MOST_SCHOOLS)
      .lean(),
  ])
  const countedAt = recount?.endedAt
    ? tallies.reduce((oldest, it) => (it.countedAt < oldest ? it.countedAt : oldest), recount.endedAt)
    : null
  return {
    tallies: countedAt ? tallies : [],
    countedAt,
    isStale: !recount || isStale(recount, now),
    progress: recount?.isDue ? { done: Math.min(recount.done, recount.of), of: recount.of } : null,
  }
}

export type Kept = Awaited<ReturnType<typeof readKept>>

/** The counts by unit, one step below the scope. */
export const keptBelow = ({ tallies }: Kept, unitBelow: (path: string) => string) =>
  new Map(
    [...Map.groupBy(tallies, (it) => unitBelow(it.path))].map(([unitId, some]) => [
      unitId,
      sumOf(some.map((it) => it.counts)),
    ]),
  )

/** The schools with most of them: whom to call first. */
export async function firstSchools({ tallies }: Kept) {
  const most = tallies
    .map(({ path, counts }) => ({ unitId: idAt(path, DEPTH.school) ?? '', families: totalOf(counts) }))
    .filter((it) => it.families > 0)
    .sort((a, b) => b.families - a.families)
    .slice(0, FIRST_SCHOOLS)
  const units = await findUnits(most.map((it) => it.unitId))
  const names = new Map(units.map((it) => [String(it._id), it.name]))
  return most.flatMap((it) => {
    const name = names.get(it.unitId)
    return name ? [{ ...it, name }] : []
  })
}

export interface RecountDeps extends Pick<Deps, 'env'> {
  log: Logger
}

/** Goes on with what somebody has asked for, school by school. False while something is left. */
export async function recountDue(now: Date, deps: RecountDeps, sliceMs = SLICE_MS): Promise<boolean> {
  const due = await UnreachedRecountModel.find({ isDue: true })
    .sort({ askedAt: 1 })
    .limit(AT_ONCE)
    .lean<UnreachedRecount[]>()
  return inSlices(due, (it, isOver) => goOn(it, isOver, deps, now), { log: deps.log, sliceMs })
}

async function goOn(recount: UnreachedRecount, isOver: () => boolean, deps: RecountDeps, now: Date) {
  const { _id, askedAt, letterId } = recount
  const letter = await LetterModel.findById(letterId).lean<LetterRecord>()
  const own = { _id, askedAt }
  let { upTo } = recount
  do {
    const school = letter && (await nextSchool(letterId, recount.path, upTo))
    if (!school) {
      await UnreachedRecountModel.updateOne(own, { isDue: false, endedAt: now })
      return true
    }
    await countSchool(letter, school, askedAt, deps, now).catch((error: unknown) => {
      deps.log.error({ err: error, letterId: String(letterId), path: school }, 'school not counted')
    })
    const next = within(school).$lt
    await UnreachedRecountModel.updateOne({ ...own, upTo }, { $set: { upTo: next }, $inc: { done: 1 } })
    upTo = next
  } while (!isOver())
  return false
}

async function nextSchool(letterId: Types.ObjectId, path: string, upTo: string) {
  const sheet = await SheetModel.findOne(
    { letterId, path: { $gte: upTo, $lt: within(path).$lt } },
    { path: 1 },
  )
    .sort({ path: 1 })
    .lean<{ path: string }>()
  return sheet && sheet.path.slice(0, SCHOOL_PATH)
}

/** A school that was counted for somebody else since this count was asked for is not counted again. */
async function countSchool(letter: LetterRecord, path: string, since: Date, deps: RecountDeps, now: Date) {
  const _id = `${String(letter._id)}:${idAt(path, DEPTH.school) ?? ''}`
  if (await UnreachedTallyModel.exists({ _id, countedAt: { $gt: since } })) return
  const classes = await unreachedAt(letter, path, deps, now)
  const counts = countCauses(classes.flatMap((it) => it.families.map(({ cause }) => cause)))
  await UnreachedTallyModel.updateOne(
    { _id },
    { $set: { counts, countedAt: now }, $setOnInsert: { letterId: letter._id, path } },
    { upsert: true },
  )
}
