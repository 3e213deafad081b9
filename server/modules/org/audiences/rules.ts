import { createHash } from 'node:crypto'
import { idsOf, isWithin } from '../tree/rules.ts'

/** Without what lies inside another one: a school and its own classes are the school. */
export const topmost = <T extends { path: string }>(units: T[]): T[] =>
  units.filter(
    (unit, at) =>
      !units.some((other, i) => (other.path === unit.path ? i < at : isWithin(unit.path, other.path))),
  )

/**
 * A part of a unit that is written to as a rule, so that whoever comes into it later is in it: a grade of all schools of a
 * district, a campus, the children with a mark of the family's, a group that a school keeps.
 */
export type Part = `grade:${number}` | `campus:${string}` | Mark | 'group'
export type Mark = 'boarding' | 'leftBehind'
export const MARKS: readonly Mark[] = ['boarding', 'leftBehind']

const MOST_KEPT = 50_000
const kept = new Map<string, string>()

/**
 * The address of a part of a unit: twelve bytes as an id has. It stands among the ids of units and children in a letter's
 * audience, so that everything written to a family is found by one key, whatever kind of address it went to.
 */
export function addressOf(unitId: string, part: Exclude<Part, 'group'>): string {
  const key = `${unitId}#${part}`
  const known = kept.get(key)
  if (known) return known
  const address = createHash('sha256').update(key).digest('hex').slice(0, 24)
  if (kept.size >= MOST_KEPT) kept.clear()
  kept.set(key, address)
  return address
}

/** One line of an audience as it is stored: a unit, a child, a group, or a part of a unit. */
export interface Entry {
  unitId: unknown
  path: string
  isStudent?: boolean | null | undefined
  part?: string | null | undefined
}

/** What a class is, as far as parts of units go by it. */
export interface ClassFacts {
  grade: number | null
  campus: string
}

/** A class in which a child is or was. */
export interface Place extends ClassFacts {
  classId: string
  path: string
}

/** A child in a group, for as long as it is within the unit that keeps the group. */
export interface InGroup {
  groupId: unknown
  path: string
  from: Date
  to?: Date | null | undefined
}

export interface Reached {
  studentId: string
  groups: readonly InGroup[]
  isBoarding: boolean
  isLeftBehind: boolean
}

const isMark = (part: string): part is Mark => part === 'boarding' || part === 'leftBehind'
const MARK_OF = { boarding: 'isBoarding', leftBehind: 'isLeftBehind' } as const

/** Whether a line of an audience means this child, in this class, at this moment. */
export function reaches(entry: Entry, child: Reached, place: Place, at: Date): boolean {
  if (entry.isStudent) return String(entry.unitId) === child.studentId
  if (entry.part === 'group') return groupOf(entry, child, place, at) !== undefined
  if (!isWithin(place.path, entry.path)) return false
  if (!entry.part) return true
  if (isMark(entry.part)) return child[MARK_OF[entry.part]]
  return isPartOf(entry.part, place)
}

/** Whether a class is as a whole in a part of a unit around it. */
export const isPartOf = (part: string, { grade, campus }: ClassFacts) =>
  part === `grade:${String(grade)}` || (campus !== '' && part === `campus:${campus}`)

/** The membership by which a child is in a group: it counts only while the child is where the group is kept. */
export const groupOf = ({ unitId }: Entry, { groups }: Reached, { path }: Place, at: Date) =>
  groups.find(
    (it) =>
      String(it.groupId) === String(unitId) &&
      it.from <= at &&
      (!it.to || it.to > at) &&
      isWithin(path, it.path),
  )

export interface Rule {
  audience: readonly Entry[]
  without?: readonly Entry[] | null | undefined
  excluded?: readonly { studentId: unknown }[] | null | undefined
}

/** Whether a child is in an audience: some line means it, and none of what is left out does. */
export const isIn = (rule: Rule, child: Reached, place: Place, at: Date) =>
  !isLeftOut(rule, child, place, at) && rule.audience.some((it) => reaches(it, child, place, at))

/** Whoever is named gets it although their class or group does not: 除了7.3班，另加2户家庭. */
export const isLeftOut = ({ audience, excluded, without }: Rule, child: Reached, place: Place, at: Date) =>
  Boolean(excluded?.some((it) => String(it.studentId) === child.studentId)) ||
  Boolean(
    without?.some((it) => reaches(it, child, place, at)) &&
    !audience.some((it) => it.isStudent && String(it.unitId) === child.studentId),
  )

/** Whether a class is written to as a whole, whoever is in it. */
export const isWhole = ({ audience, without }: Rule, place: Pick<Place, 'path'> & ClassFacts) => {
  const covers = (it: Entry) =>
    !it.isStudent && isWithin(place.path, it.path) && (!it.part || isPartOf(it.part, place))
  return audience.some(covers) && !without?.some(covers)
}

/** Whether one has to know the children one by one to say who is in it. */
export const goesByChild = ({ audience, without = [] }: Rule) =>
  [...audience, ...(without ?? [])].some((it) => it.part === 'group' || isMark(it.part ?? ''))

/** Every address at which something to this child may stand, for the classes it is and was in. */
export function addressesOf(child: Reached, places: readonly Place[]): string[] {
  const units = places.flatMap(({ path, grade, campus }) => {
    const ids = idsOf(path)
    const parts: Exclude<Part, 'group'>[] = [...MARKS]
    if (grade !== null) parts.push(`grade:${grade}`)
    if (campus) parts.push(`campus:${campus}`)
    return [...ids, ...ids.flatMap((id) => parts.map((part) => addressOf(id, part)))]
  })
  return [...new Set([...units, child.studentId, ...child.groups.map((it) => String(it.groupId))])]
}
