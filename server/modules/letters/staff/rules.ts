import type { StaffTally } from '#contract/staff-letters'
import { DEPTH, idAt, idsOf, isWithin } from '../../org/tree/rules.ts'
import type { Filling } from '#contract/letter-text'
import { dateInWords, isOpenAt } from '../rules.ts'

export const NO_STAFF: StaffTally = { expected: 0, read: 0, confirmed: 0 }

export interface StaffPlaces {
  posts: readonly string[]
  units: readonly { path: string }[]
}

export interface HeldPost {
  post: string
  path: string
  from?: Date | undefined
}

/** What the holders of some posts at or below some units find their letters by. */
export const keysOfPosts = (units: readonly { unitId: unknown }[], posts: readonly string[]) =>
  units.flatMap((unit) => posts.map((post) => `${String(unit.unitId)}#${post}`))

/** The keys under which letters to the holder of some posts stand: one for each unit above each of them. */
export const keysOfHolder = (posts: readonly HeldPost[]) => [
  ...new Set(posts.flatMap(({ post, path }) => idsOf(path).map((id) => `${id}#${post}`))),
]

/** Whose sheet a post stands on: its school's, or the office's of its district or city. */
export const unitOfSheet = (path: string) => idAt(path, DEPTH.school) ?? idsOf(path).at(-1) ?? ''

/**
 * Where the sheets of a letter stand that a unit asks about. A grade or class has none of its own: of what it wrote itself it sees its
 * school's, which names nobody but those it has written to.
 */
export function sheetsAt({ path }: { path: string }, scope: { path: string }) {
  const schoolId = idAt(scope.path, DEPTH.school)
  if (schoolId === null || scope.path.endsWith(`/${schoolId}/`)) return scope.path
  if (!isWithin(path, scope.path)) return scope.path
  return scope.path.slice(0, scope.path.indexOf(schoolId) + schoolId.length + 1)
}

/** Whether a letter is written to this post at all. */
export const isFor = ({ posts, units }: StaffPlaces, held: HeldPost) =>
  posts.includes(held.post) && units.some((it) => isWithin(held.path, it.path))

/** Of some posts those a letter reaches: held when it was sent, or taken up while it was open. */
export const reachedBy = <T extends HeldPost>(
  letter: { staff: StaffPlaces; sentAt: Date; dueOn?: string | null | undefined },
  posts: readonly T[],
): T[] =>
  posts.filter(
    (it) => isFor(letter.staff, it) && (!it.from || it.from <= letter.sentAt || isOpenAt(letter, it.from)),
  )

/** Ids become names of fields here, so they are looked at once more. */
const KEY = /^[0-9a-f]{24}$/

/** What a member of staff does with a letter. */
export type StaffDeed = 'read' | 'confirmed' | 'answered'

/**
 * As a family's receipt: each fact once, each counter with a person's first fact; who is not on the roster is put there. Where a unit
 * answers once, the first answer of it is counted and no other.
 */
export function staffReceipt(personId: unknown, deeds: readonly StaffDeed[], now: Date) {
  const person = String(personId)
  if (!KEY.test(person)) throw new Error('Not a key of a sheet')
  const isListed = { $in: [personId, '$roster'] }
  const isNew = (deed: StaffDeed) => ({
    $cond: [{ $eq: [{ $type: `$${deed}By.${person}` }, 'missing'] }, 1, 0],
  })
  const counted = (deed: StaffDeed) => {
    const sum = { $add: [{ $ifNull: [`$${deed}`, 0] }, isNew(deed)] }
    return deed === 'answered' ? { $cond: ['$isOnce', 1, sum] } : sum
  }
  return [
    {
      $set: {
        expected: { $add: ['$expected', { $cond: [isListed, 0, 1] }] },
        roster: { $cond: [isListed, '$roster', { $concatArrays: ['$roster', [personId]] }] },
        ...Object.fromEntries(deeds.map((deed) => [deed, counted(deed)])),
      },
    },
    {
      $set: Object.fromEntries(
        deeds.map((deed) => {
          const field = `${deed}By.${person}`
          return [field, { $ifNull: [`$${field}`, now] }]
        }),
      ),
    },
  ]
}

/** The update that lets go of who has left the post without reading, and takes in who has come: one statement, run twice it changes nothing. */
export const followHolders = (holders: readonly unknown[], now: Date) => {
  const readers = {
    $map: {
      input: { $objectToArray: { $ifNull: ['$readBy', {}] } },
      in: { $toObjectId: '$$this.k' },
    },
  }
  return [
    {
      $set: {
        roster: {
          $setUnion: [{ $setIntersection: ['$roster', { $setUnion: [readers, holders] }] }, holders],
        },
        checkedAt: now,
      },
    },
    { $set: { expected: { $size: '$roster' } } },
  ]
}

export interface StaffMarked {
  readBy?: Record<string, Date>
  confirmedBy?: Record<string, Date>
  answeredBy?: Record<string, Date>
  answered?: number
  isOnce?: boolean
  isCarried?: boolean
}

/**
 * How far one person has come with a letter, over all sheets they stand on. Where a receipt was brought over from the edition before,
 * the corrected text still waits to be read.
 */
export function standingOf(
  letter: { confirmation: string; form?: object | null; dueOn?: string | null | undefined },
  sheets: readonly StaffMarked[],
  personId: string,
  today: string,
) {
  const at = (deed: 'readBy' | 'confirmedBy') =>
    sheets.map((it) => it[deed]?.[personId]).find((it) => it !== undefined) ?? null
  const readAt = at('readBy')
  const confirmedAt = at('confirmedBy')
  const isDone = letter.form
    ? sheets.length > 0 && sheets.every((it) => hasAnswered(it, personId) && !(it.isCarried && !readAt))
    : Boolean(letter.confirmation === 'confirm' ? confirmedAt : readAt)
  return {
    readAt,
    confirmedAt,
    isRead: readAt !== null,
    isDone,
    isOverdue: !isDone && Boolean(letter.dueOn && letter.dueOn < today),
  }
}

/** What the blanks of a letter say to a holder of a post; a child's have nothing to say. */
export const fillingForStaff = (reader: string, schoolName: string, sentAt: Date): Filling => ({
  称呼: reader.endsWith('老师') ? reader : `${reader}老师`,
  学校: schoolName,
  日期: dateInWords(sentAt),
  孩子: '',
  班级: '',
  班主任: '',
})

/** One answer of a unit is everybody's of it. */
const hasAnswered = ({ isOnce, answered = 0, answeredBy }: StaffMarked, personId: string) =>
  isOnce ? answered > 0 : answeredBy?.[personId] !== undefined

/** Whom of a sheet a letter still waits for; a receipt that was brought over is there. */
export function waitingOn(
  letter: { confirmation: string; form?: object | null },
  sheet: StaffMarked & { roster: readonly unknown[] },
): string[] {
  return sheet.roster
    .map(String)
    .filter((it) => !(letter.form ? hasAnswered(sheet, it) : standingOf(letter, [sheet], it, '').isDone))
}

/** The sheets on which somebody is waited for, as the database is asked for them. */
export function isIncomplete({ confirmation, form }: { confirmation: string; form?: object | null }) {
  const counter = form ? 'answered' : confirmation === 'confirm' ? 'confirmed' : 'read'
  const wanted = form ? { $cond: ['$isOnce', 1, '$expected'] } : '$expected'
  return { $expr: { $lt: [{ $ifNull: [`$${counter}`, 0] }, wanted] } }
}
