import type { Redis } from 'ioredis'
import type { Tally } from '#contract/letters'
import { Refusal } from '../../../../http/errors.ts'
import { shanghaiDay, shanghaiInstant } from '../../../../infra/clock.ts'
import type { Deps } from '../../../../infra/deps.ts'
import { cached } from '../../../../infra/redis.ts'
import { enqueue } from '../../../notify/service.ts'
import type { UnitScope } from '../../../org/policy.ts'
import { BELOW, DEPTH, idAt, idAtExpression, within } from '../../../org/tree/rules.ts'
import { childrenOf, findUnits, schoolsByGrade } from '../../../org/tree/service.ts'
import { LetterModel } from '../../model.ts'
import { shownStatus } from '../../present.ts'
import { SheetModel } from '../../sheets/model.ts'
import { NOTHING } from '../../sheets/rules.ts'
import { talliesOf } from '../../sheets/service.ts'
import { isServed, nudgeMessage } from '../drafting/rules.ts'
import { DismissalModel, type DismissalRecord } from '../model.ts'
import { lettersAbove, overviewOf } from '../overview/service.ts'
import { addDays, gradesFor, nodeKey, stateOf } from '../rules.ts'
import { divisionOf, nodeAt, templateOf } from '../service.ts'
import { officesOf } from '../telling/service.ts'
import { addTallies, countsOf, isMissing, type SchoolStanding } from './rules.ts'

const KEPT_SECONDS = 10
const DAY_SECONDS = 86_400
/** Schools whose offices are looked up at a time. */
const OFFICES = 500

export interface NodeOf {
  year: number
  code: string
}

const keyOf = (scope: UnitScope, { year, code }: NodeOf) =>
  nodeKey(idAt(scope.path, DEPTH.city) ?? '', year, code)

/** How far each school below a unit is with one node. Letters and dismissals are each one walk along an index. */
export async function standingsOf(scope: UnitScope, which: NodeOf): Promise<SchoolStanding[]> {
  const nodeKeyed = keyOf(scope, which)
  const [node, city, byGrade, letters, above, dismissals] = await Promise.all([
    nodeAt(scope.path, which.year, which.code),
    divisionOf(scope.path),
    schoolsByGrade(scope.path),
    statusesBySchool(scope, nodeKeyed),
    lettersAbove(scope, [nodeKeyed]),
    DismissalModel.find(
      { nodeKey: nodeKeyed, path: within(scope.path) },
      { path: 1, reason: 1, byName: 1 },
    ).lean<Pick<DismissalRecord, 'path' | 'reason' | 'byName'>[]>(),
  ])
  const concerned = new Set(gradesFor(node, templateOf, city).flatMap((it) => byGrade.get(it) ?? []))
  const dismissedBy = new Map(dismissals.map((it) => [it.path, it]))
  return [...concerned].sort().map((path) => {
    const own = letters.get(idAt(path, DEPTH.school) ?? '') ?? { statuses: [], sent: 0 }
    const dismissal = dismissedBy.get(path)
    const state = isServed(path, above) ? 'sent' : stateOf(own.statuses, dismissal !== undefined)
    const reason = state === 'dismissed' && dismissal ? dismissal.reason : null
    return { path, state, reason, letters: own.sent }
  })
}

async function statusesBySchool(scope: UnitScope, key: string) {
  const rows = await LetterModel.aggregate<{ _id: { school: string; status: string }; count: number }>([
    { $match: { 'node.key': key, path: within(scope.path) } },
    {
      $group: { _id: { school: idAtExpression(DEPTH.school), status: '$status' }, count: { $sum: 1 } },
    },
  ])
  const bySchool = new Map<string, { statuses: string[]; sent: number }>()
  for (const { _id, count } of rows) {
    const school = bySchool.get(_id.school) ?? { statuses: [], sent: 0 }
    school.statuses.push(_id.status)
    if (_id.status === 'sent' || _id.status === 'sending') school.sent += count
    bySchool.set(_id.school, school)
  }
  return bySchool
}

/** What families have done with all letters of a node, by the units of one depth: read from the index alone. */
async function talliesBy(scope: UnitScope, key: string, depth: number) {
  const sums = Object.fromEntries(Object.keys(NOTHING).map((it) => [it, { $sum: `$${it}` }]))
  const rows = await SheetModel.aggregate<Tally & { _id: string }>([
    { $match: { node: key, path: within(scope.path) } },
    { $group: { _id: idAtExpression(depth), ...sums } },
  ])
  return new Map(rows.map(({ _id, ...tally }) => [_id, tally]))
}

/** The figures of a node below a unit: by district in a city, by school in a district, and in a school its letters. */
export async function progressOf(scope: UnitScope, which: NodeOf, redis: Redis, now: Date) {
  if (DEPTH[scope.kind] >= DEPTH.school) return ofSchool(scope, which, redis, now)
  const key = `calendar:progress:${scope.unitId}:${which.year}:${which.code}`
  return cached(redis, key, KEPT_SECONDS, () => rowsAbove(scope, which, now))
}

async function rowsAbove(scope: UnitScope, which: NodeOf, now: Date) {
  const kind = BELOW[scope.kind]
  const depth = DEPTH[kind]
  const [schools, tallies, units] = await Promise.all([
    standingsOf(scope, which),
    talliesBy(scope, keyOf(scope, which), depth),
    childrenOf(scope.unitId),
  ])
  const bySchools = Map.groupBy(schools, (it) => idAt(it.path, depth) ?? '')
  const rows = units
    .map((unit) => ({ unit, inside: bySchools.get(String(unit._id)) ?? [] }))
    .filter(({ inside }) => inside.length > 0)
    .map(({ unit, inside }) => {
      const only = kind === 'school' ? inside[0] : undefined
      return {
        ...{ unitId: String(unit._id), kind: unit.kind, name: unit.name },
        state: only?.state ?? null,
        reason: only?.reason ?? null,
        ...countsOf(inside),
        tally: tallies.get(String(unit._id)) ?? NOTHING,
      }
    })
  return {
    total: {
      ...{ unitId: scope.unitId, kind: scope.kind, name: scope.fullName, state: null, reason: null },
      ...countsOf(schools),
      tally: addTallies([...tallies.values()]),
    },
    rows,
    letters: [],
    countedAt: now.toISOString(),
  }
}

async function ofSchool(scope: UnitScope, which: NodeOf, redis: Redis, now: Date) {
  const view = (await overviewOf(scope, which.year, { redis, today: shanghaiDay(now) })).find(
    (it) => it.node.code === which.code,
  )
  if (!view) throw new Refusal('not_found', '这个节点与本校的学段无关')
  const tallies = await talliesOf(
    view.letters.map((it) => it._id),
    scope.path,
  )
  const statuses = view.letters.map((it) => it.status)
  const state = view.isServedFromAbove ? 'sent' : stateOf(statuses, view.dismissal !== null)
  const sent = statuses.filter((it) => it === 'sent' || it === 'sending').length
  const byUnit = await talliesBy(scope, keyOf(scope, which), DEPTH[scope.kind])
  return {
    total: {
      ...{ unitId: scope.unitId, kind: scope.kind, name: scope.fullName, state },
      reason: view.dismissal?.reason ?? null,
      ...countsOf([{ path: scope.path, state, reason: null, letters: sent }]),
      tally: byUnit.get(scope.unitId) ?? NOTHING,
    },
    rows: [],
    letters: view.letters.map((it) => ({
      ...{ id: String(it._id), title: it.title, unitName: it.unitName, status: shownStatus(it.status) },
      tally: tallies.get(String(it._id)) ?? null,
    })),
    countedAt: now.toISOString(),
  }
}

/** Every school below a unit with its district's name, for the workbook. */
export async function linesOf(scope: UnitScope, which: NodeOf) {
  const [schools, tallies] = await Promise.all([
    standingsOf(scope, which),
    talliesBy(scope, keyOf(scope, which), DEPTH.school),
  ])
  const ids = schools.flatMap((it) => [
    idAt(it.path, DEPTH.district) ?? '',
    idAt(it.path, DEPTH.school) ?? '',
  ])
  const names = new Map((await findUnits([...new Set(ids)])).map((it) => [String(it._id), it.name]))
  return schools.map((it) => {
    const schoolId = idAt(it.path, DEPTH.school) ?? ''
    return {
      ...it,
      district: names.get(idAt(it.path, DEPTH.district) ?? '') ?? '',
      school: names.get(schoolId) ?? '',
      tally: tallies.get(schoolId) ?? NOTHING,
    }
  })
}

const nudgeKey = (scope: UnitScope, which: NodeOf, today: string) =>
  `calendar:nudge:${scope.unitId}:${which.year}:${which.code}:${today}`

/** Until when one reminder a day has been had; null when it may go out now. */
export async function remindAfter(
  scope: UnitScope,
  which: NodeOf,
  { redis }: Pick<Deps, 'redis'>,
  now: Date,
) {
  const today = shanghaiDay(now)
  const had = await redis.exists(nudgeKey(scope, which, today)).catch(() => 0)
  return had ? shanghaiInstant(addDays(today, 1)).toISOString() : null
}

/** Whether somebody may hurry the schools here: those above them, and in a school nobody. */
export const mayRemind = (scope: UnitScope) => DEPTH[scope.kind] < DEPTH.school && scope.may('writeLetters')

/** Tells the offices of the schools that have not sent theirs; once a day, whoever presses. */
export async function remindSchools(
  scope: UnitScope<'writeLetters'>,
  which: NodeOf,
  { redis }: Pick<Deps, 'redis'>,
  now: Date,
) {
  if (!mayRemind(scope)) throw new Refusal('invalid', '提醒学校由市或区县来做')
  const node = await nodeAt(scope.path, which.year, which.code)
  if (node.isOff) throw new Refusal('conflict', '这个节点今年停用了，不用提醒')
  const today = shanghaiDay(now)
  if (node.to < today) throw new Refusal('conflict', '这个节点已经过去，不用再提醒')
  const missing = (await standingsOf(scope, which)).filter(isMissing)
  if (missing.length === 0) throw new Refusal('conflict', '该发的学校都发了，不用提醒')
  if (!(await redis.set(nudgeKey(scope, which, today), '1', 'EX', DAY_SECONDS, 'NX')))
    throw new Refusal('too_many', '今天已经提醒过了，请明天再提醒')
  let people = 0
  for (let at = 0; at < missing.length; at += OFFICES)
    people += await nudge(missing.slice(at, at + OFFICES), { scope, node, today, now })
  return { schools: missing.length, people }
}

async function nudge(
  schools: readonly SchoolStanding[],
  {
    scope,
    node,
    today,
    now,
  }: { scope: UnitScope; node: Awaited<ReturnType<typeof nodeAt>>; today: string; now: Date },
) {
  const ids = schools.map((it) => idAt(it.path, DEPTH.school) ?? '')
  const [offices, units] = await Promise.all([officesOf(ids, now), findUnits(ids)])
  const messages = units.flatMap((unit) =>
    (offices.get(String(unit._id)) ?? []).map((personId) =>
      nudgeMessage(
        { personId, unitName: unit.fullName, path: unit.path, nodes: [node] },
        today,
        scope.fullName,
      ),
    ),
  )
  // Somebody above may have hurried them today already: one such message a day is enough.
  return enqueue(messages, now)
}
