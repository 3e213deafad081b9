import type { Confirmation, Tally } from '#contract/letters'
import { isWithin } from '../../org/tree/rules.ts'
import { ASKED } from '../rules.ts'
import type { Marks } from './model.ts'

export const NOTHING: Tally = { expected: 0, reached: 0, read: 0, confirmed: 0, signed: 0 }

export const sheetId = (letterId: string, classId: string) => `${letterId}:${classId}`

export type Deed = 'read' | 'confirmed' | 'signed'

/** Ids become names of fields here, so they are looked at once more. */
const KEY = /^[0-9a-f]{24}$/

/**
 * The update that records what one guardian did for one child: each fact only if it is not there yet, each counter only
 * with its family's first fact. One statement, so a tap repeated at any moment, or by the other parent, counts once.
 * A child who came to the class after the sending is put on the roster.
 */
export function receipt(studentId: unknown, guardianId: string, deeds: readonly Deed[], now: Date) {
  const isListed = { $in: [studentId, '$roster'] }
  const isUnreached = { $in: [studentId, '$unreached'] }
  return [
    {
      $set: {
        expected: { $add: ['$expected', { $cond: [isListed, 0, 1] }] },
        reached: { $add: ['$reached', { $cond: [{ $or: [{ $not: [isListed] }, isUnreached] }, 1, 0] }] },
        roster: { $cond: [isListed, '$roster', { $concatArrays: ['$roster', [studentId]] }] },
        unreached: { $cond: [isUnreached, { $setDifference: ['$unreached', [studentId]] }, '$unreached'] },
      },
    },
    ...marking(studentId, guardianId, deeds, now),
  ]
}

/** The same for what came on paper, by phone or in person: the family is counted as having answered, not as having joined. */
export function marking(studentId: unknown, guardianId: string, deeds: readonly Deed[], now: Date) {
  const student = String(studentId)
  if (!KEY.test(student) || !KEY.test(guardianId)) throw new Error('Not a key of a sheet')
  const isNew = (field: string) => ({
    $cond: [{ $eq: [{ $type: `$${field}.${student}` }, 'missing'] }, 1, 0],
  })
  const counted = Object.fromEntries(deeds.map((deed) => [deed, { $add: [`$${deed}`, isNew(`${deed}By`)] }]))
  const marked = Object.fromEntries(
    deeds.map((deed) => {
      const field = `${deed}By.${student}.${guardianId}`
      return [field, { $ifNull: [`$${field}`, now] }]
    }),
  )
  return [{ $set: counted }, { $set: marked }]
}

/** The first guardian who did something for a child. */
export function firstOf(marks: Marks | undefined, studentId: string) {
  const [first] = Object.entries(marks?.[studentId] ?? {}).sort(([, a], [, b]) => a.getTime() - b.getTime())
  return first ? { guardianId: first[0], at: first[1] } : null
}

/** The students of a roster whose families have not done what the letter asks. */
export function open(
  sheet: { readBy?: Marks; confirmedBy?: Marks; signedBy?: Marks },
  roster: string[],
  confirmation: Confirmation,
) {
  const done = sheet[`${ASKED[confirmation]}By`]
  return roster.filter((it) => !done?.[it])
}

interface Membership {
  classId: string
  path: string
  from: Date
  to: Date | null
}

interface Child {
  studentId: string
  classId: string
  path: string
  memberships: readonly Membership[]
}

/**
 * The class on whose sheet a child stands: the one it was in when the letter was sent, else the one it is in now.
 * Null when the letter went to neither.
 */
export function classOfSheet(
  child: Child,
  letter: {
    sentAt: Date
    audience: readonly { unitId: unknown; path: string; isStudent?: boolean | null | undefined }[]
    excluded?: readonly { studentId: unknown }[] | null | undefined
  },
): { classId: string; path: string } | null {
  if (letter.excluded?.some((it) => String(it.studentId) === child.studentId)) return null
  const reaches = (path: string) => letter.audience.some((it) => isWithin(path, it.path))
  const atSending = child.memberships.filter(
    (it) => it.from <= letter.sentAt && (!it.to || it.to > letter.sentAt),
  )
  const then = atSending.find((it) => reaches(it.path))
  if (then || reaches(child.path)) return then ?? child
  const isNamed = letter.audience.some((it) => it.isStudent && String(it.unitId) === child.studentId)
  return isNamed ? (atSending[0] ?? child) : null
}
