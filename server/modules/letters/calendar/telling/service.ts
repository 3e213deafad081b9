import type { PostKind } from '#contract/posts'
import { holdersAt } from '../../../accounts/holders/service.ts'
import type { AnyOutgoing } from '../../../notify/rules.ts'
import { enqueue } from '../../../notify/service.ts'
import { DEPTH, idAt, idsOf, within } from '../../../org/tree/rules.ts'
import { unitsBetween } from '../../../org/tree/service.ts'
import { LetterModel, type LetterRecord } from '../../model.ts'
import { type Day, type Item, mark, type SchoolUnit } from '../marks/service.ts'
import {
  draftedMessage,
  isServed,
  type Matter,
  movedMessage,
  reminderMessage,
  unitsInCharge,
} from '../drafting/rules.ts'
import { daysInWords } from '../following/rules.ts'
import { DismissalModel, type DismissalRecord, type NodeMove } from '../model.ts'
import { templateOf } from '../service.ts'

/** Who is told of what a school has to do: its administrator, or where there is none the principal. */
const OFFICE: PostKind[] = ['school_admin', 'principal']
const ABOVE: PostKind[] = ['district_admin', 'city_admin']

/** Tells whoever is in charge once that a draft, or a template, is there. */
export async function tellOfDrafts(items: Item[], day: Day) {
  await tell(items, day, draftedMessage)
  await mark(items, 'told', day.today)
}

/** Tells once more, some days before, where nothing has been sent. */
export async function remindLate(items: Item[], day: Day) {
  await tell(items, day, reminderMessage)
  await mark(items, 'reminded', day.today)
}

/** One message for each person and unit, about all nodes together; of what is sent or dismissed nobody hears. */
async function tell(items: Item[], day: Day, say: (matter: Matter, today: string) => AnyOutgoing) {
  if (items.length === 0) return
  const open = await openUnits(items, day.city)
  const people = await peopleFor(open, day.now)
  const matters = [...Map.groupBy(open, ({ unit }) => String(unit._id)).values()].flatMap((some) => {
    const { unit } = some[0] as (typeof some)[number]
    const nodes = some.map((it) => it.node)
    return (people.get(String(unit._id)) ?? []).map((personId) => ({
      ...{ personId, unitName: unit.fullName, path: unit.path, nodes },
    }))
  })
  await enqueue(
    matters.map((it) => say(it, day.today)),
    day.now,
  )
}

/** A letter in somebody's hands whose node has moved. */
export interface Moved {
  letter: Pick<LetterRecord, 'unitId' | 'unitName' | 'path' | 'authorId' | 'status'>
  item: Pick<Item, 'node' | 'school'>
  move: NodeMove
}

/** Tells the author of a letter, and whoever is in charge of its node, that the node has moved: one message for each node and unit. */
export async function tellOfMoves(moved: readonly Moved[], day: Day) {
  if (moved.length === 0) return
  const opens = moved.map(({ letter, item }) => ({
    node: item.node,
    unit: { _id: letter.unitId, path: letter.path, name: letter.unitName, fullName: letter.unitName },
    school: item.school,
  }))
  const [inCharge, authors] = await Promise.all([
    peopleFor(opens, day.now),
    stillThere(
      moved.map((it) => it.letter),
      day.now,
    ),
  ])
  const messages = moved.flatMap(({ letter, item, move }) => {
    const { unitName, path, authorId } = letter
    const author = String(authorId)
    const people = new Set([
      ...(inCharge.get(String(letter.unitId)) ?? []),
      ...(authors.has(author) ? [author] : []),
    ])
    const about = aboutMove(item.node.title, move, letter.status)
    return [...people].map((personId) =>
      movedMessage({ personId, unitName, path, nodes: [item.node] }, { move, about }, day.today),
    )
  })
  await enqueue(messages, day.now)
}

function aboutMove(title: string, move: NodeMove, status: LetterRecord['status']) {
  const what = move.isOff ? `“${title}”今年停用了` : `“${title}”改到${daysInWords(move)}`
  return status === 'scheduled'
    ? `${what}，给它写的信还按原来的时间发。请打开信看一下，要不要跟着改。`
    : `${what}，给它写的信没有动。请打开草稿看一下，要不要跟着改。`
}

/** The authors who still hold a post at or above what they wrote for. */
async function stillThere(letters: readonly Pick<LetterRecord, 'path' | 'authorId'>[], now: Date) {
  const unitIds = [...new Set(letters.flatMap((it) => idsOf(it.path)))]
  const holders = await holdersAt(unitIds, [...OFFICE, 'grade_head', 'class_teacher', ...ABOVE], now)
  const at = Map.groupBy(holders, (it) => it.personId)
  return new Set(
    letters
      .filter((it) => at.get(String(it.authorId))?.some(({ unitId }) => idsOf(it.path).includes(unitId)))
      .map((it) => String(it.authorId)),
  )
}

interface Open {
  node: Item['node']
  unit: SchoolUnit
  school: SchoolUnit
}

/** The units in charge that have neither sent nor dismissed. Three reads, however many schools. */
export async function openUnits(items: readonly Item[], city: Day['city']): Promise<Open[]> {
  const paths = items.map((it) => it.school.path).sort()
  const [first, last] = [paths[0] ?? '', paths.at(-1) ?? '']
  const keys = [...new Set(items.map((it) => it.key))]
  const range = { $gte: first, $lt: within(last).$lt }
  const above = [...new Set(paths.flatMap((path) => ancestorsOf(path)))]
  const hasClasses = items.some((it) => it.node.inCharge === 'class_teacher')
  const [letters, dismissals, classes] = await Promise.all([
    LetterModel.find(
      { 'node.key': { $in: keys }, $or: [{ path: range }, { path: { $in: above } }] },
      { 'node.key': 1, path: 1, status: 1, 'audience.path': 1 },
    ).lean<Pick<LetterRecord, 'node' | 'path' | 'status' | 'audience'>[]>(),
    DismissalModel.find({ nodeKey: { $in: keys }, path: range }, { path: 1, nodeKey: 1 }).lean<
      Pick<DismissalRecord, 'path' | 'nodeKey'>[]
    >(),
    hasClasses ? unitsBetween(first, last, 'class') : [],
  ])
  const classesBy = Map.groupBy(classes, (it) => idAt(it.path, DEPTH.school) ?? '')
  const lettersBy = Map.groupBy(letters, (it) => it.node?.key ?? '')
  const off = new Set(dismissals.map((it) => `${it.nodeKey} ${it.path}`))
  return items.flatMap(({ node, key, school, grades }) => {
    const place = { school, grades, classes: classesBy.get(String(school._id)) ?? [] }
    return unitsInCharge(node, place, templateOf, city)
      .filter((unit) => !off.has(`${key} ${unit.path}`) && !off.has(`${key} ${school.path}`))
      .filter((unit) => !isServed(unit.path, lettersBy.get(key) ?? []))
      .map((unit) => ({ node, unit, school }))
  })
}

const ancestorsOf = (path: string) => {
  const [city = '', district = ''] = idsOf(path)
  return [`/${city}/`, `/${city}/${district}/`]
}

/** By unit, who is told: the holders of the post, and where nobody holds it the school's office. Class teachers have no stand-in. */
export async function peopleFor(open: readonly Open[], now: Date): Promise<Map<string, string[]>> {
  const ids = new Set(open.flatMap(({ unit, school }) => [String(unit._id), String(school._id)]))
  const holders = await holdersAt([...ids], [...OFFICE, 'grade_head', 'class_teacher'], now)
  const at = heldBy(holders)
  return new Map(
    open.map(({ node, unit, school }) => {
      const unitId = String(unit._id)
      const own = at(unitId, [node.inCharge])
      if (own.length > 0 || node.inCharge === 'class_teacher') return [unitId, own]
      return [unitId, officeOf(String(school._id), at)]
    }),
  )
}

/** Asks some holders who of them has one of these posts at a unit. */
function heldBy(holders: Awaited<ReturnType<typeof holdersAt>>) {
  const byUnit = Map.groupBy(holders, (it) => it.unitId)
  return (unitId: string, posts: readonly PostKind[]) => [
    ...new Set((byUnit.get(unitId) ?? []).filter((it) => posts.includes(it.post)).map((it) => it.personId)),
  ]
}

function officeOf(schoolId: string, at: ReturnType<typeof heldBy>) {
  const [admin = [], principal = []] = OFFICE.map((post) => at(schoolId, [post]))
  return admin.length > 0 ? admin : principal
}

/** The people in the offices of some schools, by school. */
export async function officesOf(schoolIds: readonly string[], now: Date): Promise<Map<string, string[]>> {
  const holders = await holdersAt(schoolIds, OFFICE, now)
  const at = heldBy(holders)
  return new Map(schoolIds.map((it) => [it, officeOf(it, at)]))
}
