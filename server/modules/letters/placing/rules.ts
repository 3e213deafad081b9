import type { ClassFacts, Entry, Place, Reached, Rule } from '../../org/audiences/rules.ts'
import { groupOf, isIn, isLeftOut, reaches } from '../../org/audiences/rules.ts'
import { isOpenAt } from '../rules.ts'

interface Membership {
  classId: string
  path: string
  from: Date
  to: Date | null
}

/** A child as letters know it: where it is and was, and what groups and marks it has. */
export interface PlacedChild extends Reached {
  classId: string
  path: string
  memberships: readonly Membership[]
}

export interface SentRule extends Rule {
  sentAt: Date
  dueOn?: string | null | undefined
}

export type SheetPlace = Pick<Place, 'classId' | 'path'>

/**
 * Where a child stands with a letter, as far as the rule alone can say. `sure` is its sheet; `ask` means the child has
 * moved since, or has lost what it was written to for: the sheet whose roster names it is its own, else `late`.
 */
export type Placing = { sure: SheetPlace } | { ask: SheetPlace[]; late: SheetPlace | null } | null

/** Grade and campus of the classes a child is and was in; of a letter that goes by neither nobody needs to ask. */
export type FactsOfClass = (classId: string) => ClassFacts

export const NO_FACTS: FactsOfClass = () => ({ grade: null, campus: '' })

/** Whether one has to know grade or campus to say who is in an audience. */
export const goesByClass = ({ audience, without }: Rule) =>
  [...audience, ...(without ?? [])].some((it) => it.part?.includes(':'))

/**
 * The sheet on which a child stands: of the class it was in when the letter was sent; of the class it came to later, when
 * the letter was still open then; null when the letter is not for it.
 */
export function placing(child: PlacedChild, letter: SentRule, facts: FactsOfClass): Placing {
  if (letter.excluded?.some((it) => String(it.studentId) === child.studentId)) return null
  const at = (it: SheetPlace): Place => ({ ...it, ...facts(it.classId) })
  const { sentAt } = letter
  const during = child.memberships.filter((it) => !it.to || it.to > sentAt)
  const then = during.filter((it) => it.from <= sentAt)
  const now = at({ classId: child.classId, path: child.path })
  const late = isLate(child, letter, now) ? { classId: child.classId, path: child.path } : null
  // Who has been away in between may have answered there.
  const stayed = then.find((it) => it.classId === child.classId && !it.to)
  if (stayed) {
    if (isIn(letter, child, now, sentAt)) return { sure: stayed }
    if (late) return { sure: late }
  }
  if (!stayed && then.length === 0 && during.length <= 1) return late && { sure: late }
  const mayStandOn = [...during].filter((it) => mayHaveReached(letter, at(it)))
  if (mayStandOn.length === 0) return late && { sure: late }
  return { ask: mayStandOn, late }
}

/** Whether a child came into the audience after the sending, and the letter was still open on that day. */
function isLate(child: PlacedChild, letter: SentRule, now: Place): boolean {
  const forever = new Date(8.64e15)
  if (isLeftOut(letter, child, now, forever)) return false
  const here = child.memberships.find((it) => !it.to && it.classId === child.classId)
  return letter.audience.some((entry) => {
    if (!reaches(entry, child, now, forever)) return false
    const since = latest(here?.from, groupOf(entry, child, now, forever)?.from)
    return !since || since <= letter.sentAt || isOpenAt(letter, since)
  })
}

const latest = (...dates: (Date | undefined)[]) =>
  dates.filter((it) => it !== undefined).sort((a, b) => b.getTime() - a.getTime())[0]

/** Whether a child of this class may have been written to at all, whatever groups it was in then. */
const mayHaveReached = ({ audience }: Rule, { path, grade, campus }: Place) =>
  audience.some((it: Entry) => {
    if (it.isStudent) return true
    if (!path.startsWith(it.path)) return false
    return !it.part?.includes(':') || it.part === `grade:${String(grade)}` || it.part === `campus:${campus}`
  })
