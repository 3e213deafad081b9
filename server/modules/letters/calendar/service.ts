import { Types } from 'mongoose'
import { readCalendarNodes, readHolidays } from '../../../../content/schema.ts'
import { Refusal } from '../../../http/errors.ts'
import { shanghaiDay } from '../../../infra/clock.ts'
import type { UnitScope } from '../../org/policy.ts'
import { comingYearOn, schoolYearOn } from '../../org/terms/rules.ts'
import { yearsOf } from '../../org/terms/service.ts'
import { DEPTH, idAt } from '../../org/tree/rules.ts'
import { findUnit } from '../../org/tree/service.ts'
import { letterTemplates } from '../service.ts'
import { type AddedNode, type NodeChange, WalkModel, YearModel, type YearRecord } from './model.ts'
import {
  type EffectiveNode,
  isNextOpen,
  moveOf,
  nodeKey,
  nodesOf,
  objectionTo,
  type Sources,
  yearKey,
} from './rules.ts'

/** More nodes of one's own no unit adds to a year. */
const MOST_ADDED = 20

let content: Pick<Sources, 'nodes' | 'holidays'> | undefined
const prepared = () => (content ??= { nodes: readCalendarNodes(), holidays: readHolidays() })

export const templateOf = (code: string) => letterTemplates().find((it) => it.code === code)

export const findYears = (keys: string[]) => YearModel.find({ _id: { $in: keys } }).lean<YearRecord[]>()

/** What a year of a city is made of, without any school's own word. Two reads by key. */
export async function sourcesOf(path: string, year: number): Promise<Sources> {
  const cityId = idAt(path, DEPTH.city) ?? ''
  const [terms, city] = await Promise.all([
    yearsOf(path),
    YearModel.findById(yearKey(cityId, year)).lean<YearRecord>(),
  ])
  return { ...prepared(), year, terms, templates: letterTemplates(), city }
}

/** The nodes of a school year as they stand for a unit: the city's, and in a school with what it says itself. */
export async function nodesAt(path: string, year: number): Promise<EffectiveNode[]> {
  const schoolId = idAt(path, DEPTH.school)
  const [sources, school] = await Promise.all([
    sourcesOf(path, year),
    schoolId ? YearModel.findById(yearKey(schoolId, year)).lean<YearRecord>() : null,
  ])
  return nodesOf({ ...sources, school })
}

export async function nodeAt(path: string, year: number, code: string): Promise<EffectiveNode> {
  const node = (await nodesAt(path, year)).find((it) => it.code === code)
  if (!node) throw new Refusal('not_found', '这一学年没有这个节点')
  return node
}

/** What a letter keeps of the node it is written for. */
export async function nodeOfLetter(
  path: string,
  { code, year }: { code: string; year: number },
  template?: string,
) {
  const { title, ...node } = await nodeAt(path, year, code)
  const key = nodeKey(idAt(path, DEPTH.city) ?? '', year, code)
  return {
    node: { key, code, year, title, ...(template && { template }) },
    nodeDays: moveOf(node),
  }
}

/** The school years a unit works with: the one that runs, the one got ready in summer, and whether the next is open. */
export async function yearsAt(path: string, now: Date) {
  const terms = await yearsOf(path)
  const today = shanghaiDay(now)
  const current = schoolYearOn(today, terms)
  return { today, current, coming: comingYearOn(today, terms), isNextOpen: isNextOpen(today, current) }
}

/** Whether primary school has five grades in the city of a path. */
export async function divisionOf(path: string) {
  return { isFiveFour: (await findUnit(idAt(path, DEPTH.city) ?? ''))?.isFiveFour ?? false }
}

/** Only the city, and a school for itself: a district has no calendar of its own. */
export const mayChange = (scope: UnitScope) =>
  (scope.kind === 'city' || scope.kind === 'school') && scope.may('keepTree')

type Keeper = UnitScope<'keepTree'>

function byKeeper(scope: Keeper): 'city' | 'school' {
  if (scope.kind === 'city' || scope.kind === 'school') return scope.kind
  throw new Refusal('invalid', '年度日历由市管理员设定，学校可以改本校的')
}

/** Moves, confirms or switches off a node. What its rule says stays as the proposal to come back to. */
export async function change(scope: Keeper, year: number, code: string, said: NodeChange) {
  const by = byKeeper(scope)
  const node = await nodeAt(scope.path, year, code)
  const objection = objectionTo(said, year)
  if (objection) throw new Refusal('invalid', objection)
  const isAddedHere = node.addedBy === by
  if (by === 'school' && said.isOff && !isAddedHere)
    throw new Refusal('invalid', '全市的节点本校不能停用；今年不发的，请点“今年不发”，写明原因')
  await write(scope, year, {
    $set: {
      [`changes.${code}`]: said,
      // The days of an added node are its own, not a departure from anything.
      ...(isAddedHere && daysOf(code, said)),
    },
  })
  return nodeAt(scope.path, year, code)
}

const daysOf = (code: string, said: NodeChange) =>
  Object.fromEntries(
    (['from', 'to', 'draftDaysBefore', 'remindDaysBefore'] as const).map((key) => [
      `added.${code}.${key}`,
      said[key],
    ]),
  )

/** The codes of the nodes that a unit itself has changed or added. */
export async function changedBy(unitId: string, year: number): Promise<ReadonlySet<string>> {
  const own = await YearModel.findById(yearKey(unitId, year)).lean<YearRecord>()
  return new Set([...Object.keys(own?.changes ?? {}), ...Object.keys(own?.added ?? {})])
}

/** Adds a node of the unit's own; pressed twice it is one. */
export async function add(
  scope: Keeper,
  year: number,
  { requestId, ...said }: Omit<AddedNode, 'code'> & { requestId: string },
) {
  byKeeper(scope)
  const objection = objectionTo(said, year)
  if (objection) throw new Refusal('invalid', objection)
  const wrong = said.templates.find((it) => templateOf(it)?.isForOneFamily !== undefined || !templateOf(it))
  if (wrong) throw new Refusal('invalid', '有一封信不能用在日历里：写一个孩子的信只能单独发给他家')
  const code = `own-${requestId.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`.slice(0, 60).replace(/-+$/, '')
  const own = await YearModel.findById(yearKey(scope.unitId, year)).lean<YearRecord>()
  if (!own?.added?.[code] && Object.keys(own?.added ?? {}).length >= MOST_ADDED)
    throw new Refusal('conflict', `一学年最多自己增加${MOST_ADDED}个节点`)
  await write(scope, year, { $set: { [`added.${code}`]: { ...said, code } } })
  return nodeAt(scope.path, year, code)
}

/** Takes away what the unit itself has said of a node; an added one is gone with it. */
export async function reset(scope: Keeper, year: number, code: string) {
  byKeeper(scope)
  const node = await nodeAt(scope.path, year, code)
  const own = await YearModel.findById(yearKey(scope.unitId, year)).lean<YearRecord>()
  const added = own?.added?.[code]
  await write(scope, year, {
    $unset: { [`changes.${code}`]: 1, [`added.${code}`]: 1 },
    ...(added && { $set: { [`removed.${code}`]: added } }),
  })
  return node
}

/** Today's walk through the schools begins anew, so that what was changed counts at once. */
async function write(scope: Keeper, year: number, update: object) {
  const cityId = new Types.ObjectId(idAt(scope.path, DEPTH.city) ?? '')
  const unitId = new Types.ObjectId(scope.unitId)
  await YearModel.updateOne(
    { _id: yearKey(scope.unitId, year) },
    { ...update, $setOnInsert: { unitId, cityId, year } },
    { upsert: true },
  )
  await WalkModel.updateOne({ _id: cityId }, { upTo: '', isDone: false })
}
