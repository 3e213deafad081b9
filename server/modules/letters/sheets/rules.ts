import type { Confirmation, Tally } from '#contract/letters'
import { ASKED } from '../rules.ts'
import type { Marks, SheetRecord } from './model.ts'

export const NOTHING: Tally = { expected: 0, reached: 0, read: 0, confirmed: 0, signed: 0 }

export const sheetId = (letterId: string, classId: string) => `${letterId}:${classId}`

export type Deed = 'read' | 'confirmed' | 'signed'

/** Ids become names of fields here, so they are looked at once more. */
const KEY = /^[0-9a-f]{24}$/

/** Who of a family has to confirm or sign for it to be counted. */
export type Rule =
  | { kind: 'any' | 'once' }
  /** The accounts of all guardians who have joined. */
  | { kind: 'each'; needed: readonly string[] }

export const ANY: Rule = { kind: 'any' }

/**
 * The update that records what one guardian did for one child: each fact only if it is not there yet, each counter only
 * with its family's first fact. One statement, so a tap repeated at any moment, or by the other parent, counts once.
 * A child who came to the class after the sending is put on the roster.
 */
export function receipt(
  studentId: unknown,
  guardianId: string,
  deeds: readonly Deed[],
  now: Date,
  rule: Rule = ANY,
) {
  return [{ $set: listing(studentId) }, ...marking(studentId, guardianId, deeds, now, rule)]
}

/** The roster with a child who came to the class after the sending. */
export function listing(studentId: unknown) {
  const isListed = { $in: [studentId, '$roster'] }
  const isUnreached = { $in: [studentId, '$unreached'] }
  return {
    expected: { $add: ['$expected', { $cond: [isListed, 0, 1] }] },
    reached: { $add: ['$reached', { $cond: [{ $or: [{ $not: [isListed] }, isUnreached] }, 1, 0] }] },
    roster: { $cond: [isListed, '$roster', { $concatArrays: ['$roster', [studentId]] }] },
    unreached: { $cond: [isUnreached, { $setDifference: ['$unreached', [studentId]] }, '$unreached'] },
  }
}

/** The same for what came on paper, by phone or in person: the family is counted as having answered, not as having joined. */
export function marking(
  studentId: unknown,
  guardianId: string,
  deeds: readonly Deed[],
  now: Date,
  rule: Rule = ANY,
) {
  const student = String(studentId)
  if (!KEY.test(student) || !KEY.test(guardianId)) throw new Error('Not a key of a sheet')
  const agreed = deeds.filter((it) => it !== 'read')
  const isApart = (deed: Deed) => rule.kind === 'each' && deed !== 'read'
  // A mark that was not let in leaves an empty map behind.
  const isNew = (field: string) => ({
    $cond: [{ $in: [{ $ifNull: [`$${field}.${student}`, {}] }, [{}]] }, 1, 0],
  })
  const mayStand = (deed: Deed) =>
    rule.kind === 'once' && deed !== 'read' ? isFirst(student, guardianId) : true
  const counted = Object.fromEntries(
    deeds
      .filter((it) => !isApart(it))
      .map((deed) => [deed, { $add: [`$${deed}`, { $cond: [mayStand(deed), isNew(`${deed}By`), 0] }] }]),
  )
  const marked = Object.fromEntries(
    deeds.map((deed) => {
      const field = `${deed}By.${student}.${guardianId}`
      const mark = { $ifNull: [`$${field}`, now] }
      return [field, mayStand(deed) === true ? mark : { $cond: [mayStand(deed), mark, '$$REMOVE'] }]
    }),
  )
  const mind =
    agreed.length > 0
      ? agreeing(studentId, guardianId, agreed, rule.kind === 'once' ? isFirst(student, guardianId) : true)
      : null
  return [
    { $set: { ...counted, ...mind?.set } },
    { $set: marked },
    ...(mind ? [{ $unset: mind.unset }, { $set: SIZES }] : []),
    ...(rule.kind === 'each' && agreed.length > 0 ? whole(studentId, agreed, rule.needed) : []),
  ]
}

/** Nobody else of the family has answered: where one answer a child stands, the first is it. */
function isFirst(student: string, guardianId: string) {
  const others = (field: string) => ({ $eq: [{ $size: othersIn(field, student, guardianId) }, 0] })
  return { $and: [others('confirmedBy'), others('signedBy'), others('objectedBy')] }
}

/** The keys under which others of the family stand in a map of marks. */
export const othersIn = (field: string, student: string, guardianId: string) => ({
  $setDifference: [
    { $map: { input: { $objectToArray: { $ifNull: [`$${field}.${student}`, {}] } }, in: '$$this.k' } },
    [guardianId],
  ],
})

export const isAnybody = (others: object) => ({ $gt: [{ $size: others }, 0] })

/** A set with an element in it or without; none where it was never begun. */
export const put = (field: string, element: unknown, isIn: object | boolean) => ({
  $cond: [
    isIn,
    { $setUnion: [{ $ifNull: [`$${field}`, []] }, [element]] },
    { $setDifference: [{ $ifNull: [`$${field}`, []] }, [element]] },
  ],
})

/** The sets of families are what is counted: run twice, nothing changes. Sheets on which nobody objected have none. */
export const SIZES = {
  objected: {
    $cond: [{ $isArray: '$objectedIds' }, { $size: { $ifNull: ['$objectedIds', []] } }, '$$REMOVE'],
  },
  conflicts: {
    $cond: [{ $isArray: '$conflictIds' }, { $size: { $ifNull: ['$conflictIds', []] } }, '$$REMOVE'],
  },
  open: {
    $cond: [
      { $or: [{ $isArray: '$conflictIds' }, { $isArray: '$waitingIds' }] },
      {
        $size: { $setUnion: [{ $ifNull: ['$conflictIds', []] }, { $ifNull: ['$waitingIds', []] }] },
      },
      '$$REMOVE',
    ],
  },
}

/** Who confirms or signs takes an objection of their own back; that of the other guardian makes two opinions of it. */
function agreeing(
  studentId: unknown,
  guardianId: string,
  deeds: readonly Deed[],
  mayStand: object | boolean,
) {
  const student = String(studentId)
  const isTouched = { $and: [mayStand, { $ne: [{ $type: `$objectedBy.${student}` }, 'missing'] }] }
  const others = isAnybody(othersIn('objectedBy', student, guardianId))
  const missing = (path: string) => ({ $eq: [{ $type: `$${path}` }, 'missing'] })
  const isNew = {
    $or: [
      ...deeds.map((deed) => missing(`${deed}By.${student}.${guardianId}`)),
      { $not: [missing(`objectedBy.${student}.${guardianId}`)] },
    ],
  }
  return {
    set: {
      objectedIds: { $cond: [isTouched, put('objectedIds', studentId, others), '$objectedIds'] },
      conflictIds: {
        $cond: [{ $and: [isTouched, isNew] }, put('conflictIds', studentId, others), '$conflictIds'],
      },
      waitingIds: {
        $cond: [
          { $and: [isTouched, { $not: [others] }] },
          put('waitingIds', studentId, false),
          '$waitingIds',
        ],
      },
    },
    unset: [`objectedBy.${student}.${guardianId}`],
  }
}

/**
 * Where each guardian is asked, the family is counted once all who have joined have answered, or when the school holds the
 * paper of the whole family (its mark stands under the child's own id). Who joins afterwards is not asked any more.
 */
export function whole(studentId: unknown, deeds: readonly Deed[], needed: readonly string[]) {
  const student = String(studentId)
  const has = (deed: Deed, key: string) => ({ $ne: [{ $type: `$${deed}By.${student}.${key}` }, 'missing'] })
  const all = (deed: Deed) => ({
    $or: [{ $and: needed.map((it) => has(deed, it)) }, has(deed, student)],
  })
  const before = (deed: Deed) => ({ $ifNull: [`$${deed}Ids`, []] })
  return [
    {
      $set: Object.fromEntries(
        deeds.map((deed) => [
          `${deed}Ids`,
          { $cond: [all(deed), { $setUnion: [before(deed), [studentId]] }, before(deed)] },
        ]),
      ),
    },
    { $set: Object.fromEntries(deeds.map((deed) => [deed, { $size: `$${deed}Ids` }])) },
  ]
}

/** The first guardian who did something for a child. */
export function firstOf(marks: Marks | undefined, studentId: string) {
  const [first] = Object.entries(marks?.[studentId] ?? {}).sort(([, a], [, b]) => a.getTime() - b.getTime())
  return first ? { guardianId: first[0], at: first[1] } : null
}

type Answered = Pick<SheetRecord, 'isForEach'> & {
  readBy?: Marks
  confirmedBy?: Marks
  signedBy?: Marks
  objectedBy?: Marks
  confirmedIds?: readonly unknown[]
  signedIds?: readonly unknown[]
}

/** The students of a roster whose families have not done what the letter asks; who has another opinion has answered, too. */
export function open(sheet: Answered, roster: string[], confirmation: Confirmation) {
  const deed = ASKED[confirmation]
  const isSaid = (marks: Marks | undefined, it: string) => Object.keys(marks?.[it] ?? {}).length > 0
  if (sheet.isForEach && deed !== 'read') {
    const done = new Set((sheet[`${deed}Ids`] ?? []).map(String))
    return roster.filter((it) => !done.has(it))
  }
  return roster.filter((it) => !isSaid(sheet[`${deed}By`], it) && !isSaid(sheet.objectedBy, it))
}

/** Whether this guardian is still waited for, in a family that is. */
export function isWaitedFor(
  sheet: Answered,
  studentId: string,
  personId: string,
  confirmation: Confirmation,
) {
  const deed = ASKED[confirmation]
  if (!sheet.isForEach || deed === 'read') return true
  return !sheet[`${deed}By`]?.[studentId]?.[personId] && !sheet.objectedBy?.[studentId]?.[personId]
}

/** 云溪市实验中学七年级2班 → 七年级2班 */
export const classNameIn = (schoolName: string, fullName: string) =>
  fullName.startsWith(schoolName) ? fullName.slice(schoolName.length) : fullName
