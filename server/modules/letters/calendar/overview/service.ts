import type { Redis } from 'ioredis'
import type { NextNode } from '#contract/calendar'
import { cached } from '../../../../infra/redis.ts'
import type { UnitScope } from '../../../org/policy.ts'
import { type Division, DEPTH, idAt, idAtExpression, idsOf, within } from '../../../org/tree/rules.ts'
import { childrenOf, findUnit, gradesWithin, schoolsByGrade } from '../../../org/tree/service.ts'
import { LetterModel, type LetterRecord } from '../../model.ts'
import { dismissalsOf } from '../dismissing/service.ts'
import { isServed } from '../drafting/rules.ts'
import { DismissalModel, type DismissalRecord } from '../model.ts'
import { type EffectiveNode, gradesFor, isOpen, nodeKey, offeredTo, openTo, stateOf } from '../rules.ts'
import { divisionOf, nodesAt, templateOf, yearsAt } from '../service.ts'

/** Letters of one node that a school's calendar names; a class has one or two. */
const MOST_LETTERS = 600
const KEPT_SECONDS = 30
/** So many days ahead a class teacher's phone speaks of a node. */
const AHEAD_DAYS = 30
const MOST_NEXT = 3

export type NodeLetter = Pick<
  LetterRecord,
  '_id' | 'node' | 'path' | 'status' | 'audience' | 'title' | 'unitName' | 'isPrivate'
>

export interface NodeView {
  node: EffectiveNode
  templates: string[]
  letters: NodeLetter[]
  /** A letter from above has gone to everybody here. */
  isServedFromAbove: boolean
  dismissal: DismissalRecord | null
  schools: { all: number; sent: number; unsent: number | null } | null
}

const keyOf = (path: string, year: number, code: string) => nodeKey(idAt(path, DEPTH.city) ?? '', year, code)

/** The nodes that concern a unit, with what it has written for each. */
export async function overviewOf(
  scope: UnitScope,
  year: number,
  { redis, today }: { redis: Redis; today: string },
): Promise<NodeView[]> {
  const [nodes, city] = await Promise.all([nodesAt(scope.path, year), divisionOf(scope.path)])
  return DEPTH[scope.kind] < DEPTH.school
    ? overviewAbove(scope, year, { nodes, city, redis, today })
    : overviewWithin(scope, year, { nodes, city })
}

/** All templates a node has for some grades, the most fitting first. */
const offered = (node: EffectiveNode, grades: readonly number[], city: Division) => [
  ...new Set(grades.flatMap((grade) => offeredTo(node, grade, templateOf, city))),
]

async function overviewWithin(
  scope: UnitScope,
  year: number,
  { nodes, city }: { nodes: EffectiveNode[]; city: Division },
): Promise<NodeView[]> {
  const grades = (await gradesWithin(scope.path)).sort((a, b) => a - b)
  const keys = nodes.map((it) => keyOf(scope.path, year, it.code))
  const onPath = pathsTo(scope.path)
  const [letters, dismissals] = await Promise.all([
    LetterModel.find(
      {
        'node.key': { $in: keys },
        $or: [{ path: within(scope.path) }, { path: { $in: onPath.slice(0, -1) } }],
        isPrivate: { $ne: true },
        status: { $ne: 'expired' },
      },
      { node: 1, path: 1, status: 1, 'audience.path': 1, title: 1, unitName: 1 },
    )
      .limit(MOST_LETTERS)
      .lean<NodeLetter[]>(),
    dismissalsOf(onPath, keys),
  ])
  return nodes
    .map((node) => ({ node, templates: offered(node, grades, city) }))
    .filter((it) => it.templates.length > 0)
    .map(({ node, templates }) => {
      const key = keyOf(scope.path, year, node.code)
      const all = letters.filter((it) => it.node?.key === key)
      const own = all.filter((it) => it.path.startsWith(scope.path) && it.status !== 'withdrawn')
      const above = all.filter((it) => !it.path.startsWith(scope.path))
      return {
        ...{ node, templates, letters: own },
        isServedFromAbove: isServed(scope.path, above),
        dismissal: dismissals.get(key)?.[0] ?? null,
        schools: null,
      }
    })
}

/** The paths of the units on the way down to one, itself last. */
const pathsTo = (path: string) => idsOf(path).map((_, at, ids) => `/${ids.slice(0, at + 1).join('/')}/`)

async function overviewAbove(
  scope: UnitScope,
  year: number,
  { nodes, city, redis, today }: { nodes: EffectiveNode[]; city: Division; redis: Redis; today: string },
): Promise<NodeView[]> {
  const keys = nodes.map((it) => keyOf(scope.path, year, it.code))
  const [counts, letters] = await Promise.all([
    cached(redis, `calendar:overview:${scope.unitId}:${year}`, KEPT_SECONDS, () =>
      schoolCounts(scope, nodes, { keys, city }),
    ),
    LetterModel.find(
      {
        'node.key': { $in: keys },
        path: scope.path,
        isPrivate: { $ne: true },
        status: { $nin: ['withdrawn', 'expired'] },
      },
      { node: 1, path: 1, status: 1, 'audience.path': 1, title: 1, unitName: 1 },
    )
      .limit(MOST_LETTERS)
      .lean<NodeLetter[]>(),
  ])
  const every = gradesFor({ letters: everyLetter(nodes) }, templateOf, city)
  return nodes.map((node, at) => ({
    node,
    templates: offered(node, every, city),
    letters: letters.filter((it) => it.node?.key === keys[at]),
    ...{ isServedFromAbove: false, dismissal: null, schools: schoolsOf(node, counts[at], today) },
  }))
}

/** Once a node is over, whoever has neither sent nor dismissed it has not sent: also who still has a draft. */
const schoolsOf = (
  { to }: EffectiveNode,
  { all, sent, dismissed }: Counts = { all: 0, sent: 0, dismissed: 0 },
  today: string,
) => ({ all, sent, unsent: to < today ? all - sent - dismissed : null })

const everyLetter = (nodes: readonly EffectiveNode[]) => {
  const all: EffectiveNode['letters'] = {}
  for (const { letters } of nodes)
    for (const [stage, codes] of Object.entries(letters))
      all[stage as keyof typeof all] = [...(all[stage as keyof typeof all] ?? []), ...codes]
  return all
}

interface Counts {
  all: number
  sent: number
  dismissed: number
}

/** For each node the schools it concerns, and those with a letter that is out: the letters are read from their index alone. */
async function schoolCounts(
  scope: UnitScope,
  nodes: readonly EffectiveNode[],
  { keys, city }: { keys: string[]; city: Division },
): Promise<Counts[]> {
  const [byGrade, rows, above, dismissals] = await Promise.all([
    schoolsByGrade(scope.path),
    LetterModel.aggregate<{ _id: { key: string; school: string } }>([
      {
        $match: {
          'node.key': { $in: keys },
          path: within(scope.path),
          status: { $in: ['sending', 'sent'] },
        },
      },
      { $group: { _id: { key: '$node.key', school: idAtExpression(DEPTH.school) } } },
    ]),
    lettersAbove(scope, keys),
    DismissalModel.find(
      { nodeKey: { $in: keys }, path: within(scope.path) },
      { _id: 0, nodeKey: 1, path: 1 },
    ).lean<Pick<DismissalRecord, 'nodeKey' | 'path'>[]>(),
  ])
  const off = new Set(dismissals.map((it) => `${it.nodeKey} ${it.path}`))
  const sent = new Set(rows.map(({ _id }) => `${_id.key} ${_id.school}`))
  return nodes.map((node, at) => {
    const key = keys[at] ?? ''
    const concerned = new Set(gradesFor(node, templateOf, city).flatMap((it) => byGrade.get(it) ?? []))
    const ofKey = above.filter((it) => it.node?.key === key)
    const isOut = (path: string) => sent.has(`${key} ${idAt(path, DEPTH.school)}`) || isServed(path, ofKey)
    const rest = [...concerned].filter((path) => !isOut(path))
    const dismissed = rest.filter((path) => off.has(`${key} ${path}`)).length
    return { all: concerned.size, sent: concerned.size - rest.length, dismissed }
  })
}

/** Letters of a city or its districts that went to families themselves: few, and each serves whole schools. */
export async function lettersAbove(scope: UnitScope, keys: readonly string[]) {
  const below = scope.kind === 'city' ? (await childrenOf(scope.unitId)).map((it) => it.path) : []
  const onPath = pathsTo(scope.path).slice(0, DEPTH.school)
  return LetterModel.find(
    {
      'node.key': { $in: [...keys] },
      path: { $in: [...onPath, ...below] },
      status: { $in: ['sending', 'sent', 'scheduled'] },
    },
    { node: 1, path: 1, status: 1, 'audience.path': 1 },
  )
    .limit(MOST_LETTERS)
    .lean<Pick<NodeLetter, 'node' | 'path' | 'status' | 'audience'>[]>()
}

export const stateAt = ({ letters, isServedFromAbove, dismissal }: NodeView) =>
  isServedFromAbove
    ? 'sent'
    : stateOf(
        letters.map((it) => it.status),
        dismissal !== null,
      )

/** Of a school, grade or class: the open nodes of which nothing is sent, scheduled or dismissed. */
export async function openNodesAt(scope: UnitScope, now: Date) {
  if (DEPTH[scope.kind] < DEPTH.school || !scope.may('writeLetters')) return []
  const { today, current, coming } = await yearsAt(scope.path, now)
  const found = await Promise.all([...new Set([current, coming])].map((it) => openIn(scope, it, today)))
  return found.flat()
}

const IN_CHARGE = { school_admin: 'school', grade_head: 'grade', class_teacher: 'class' } as const

async function openIn(scope: UnitScope, year: number, today: string) {
  const [all, city] = await Promise.all([nodesAt(scope.path, year), divisionOf(scope.path)])
  const nodes = all.filter((it) => isOpen(it, today) && IN_CHARGE[it.inCharge] === scope.kind)
  if (nodes.length === 0) return []
  const views = await overviewWithin(scope, year, { nodes, city })
  return views.filter((it) => ['none', 'draft'].includes(stateAt(it)))
}

/** What is coming for one class in the next weeks: for the class teacher's phone. */
export async function nextNodesOf(scope: UnitScope<'writeLetters'>, now: Date): Promise<NextNode[]> {
  const { today, current, coming } = await yearsAt(scope.path, now)
  const [city, unit] = await Promise.all([divisionOf(scope.path), findUnit(scope.unitId)])
  const ahead = new Date(Date.parse(today) + AHEAD_DAYS * 86_400_000).toISOString().slice(0, 10)
  const found = await Promise.all(
    [...new Set([current, coming])].map(async (year) => {
      const nodes = (await nodesAt(scope.path, year)).filter(
        (it) => !it.isOff && it.inCharge === 'class_teacher' && it.from <= ahead && today <= openTo(it),
      )
      const views = nodes.length > 0 ? await overviewWithin(scope, year, { nodes, city }) : []
      return views.map((view) => ({ year, view }))
    }),
  )
  return found
    .flat()
    .map(({ year, view }) => {
      const { code, title, from, to, status } = view.node
      return {
        ...{ unitId: scope.unitId, unitName: unit?.fullName ?? scope.fullName },
        ...{ year, code, title, from, to, status, state: stateAt(view) },
        templates: view.templates.map((it) => ({
          code: it,
          title: templateOf(it)?.title ?? '',
          hasForm: Boolean(templateOf(it)?.form),
        })),
        letterId: view.letters[0] ? String(view.letters[0]._id) : null,
      }
    })
    .filter((it) => it.state !== 'dismissed')
    .slice(0, MOST_NEXT)
}
