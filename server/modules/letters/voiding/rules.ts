import { isAnybody, othersIn, put, SIZES } from '../sheets/rules.ts'

type Deed = (typeof DEEDS)[number]

const DEEDS = ['read', 'confirmed', 'signed', 'objected'] as const
/** Ids become names of fields here, so they are looked at once more. */
const KEY = /^[0-9a-f]{24}$/

/** A receipt that was given by somebody who is not of the family: kept for the sender, counted no more. */
export interface VoidedReceipt {
  studentId: string
  personId: string
  read: Date | null
  confirmed: Date | null
  signed: Date | null
  objected?: Date | null
  voidedAt: Date
}

/** The sheets a person has left a mark on for a child. */
export function markedBy(studentId: string, personId: string) {
  if (!KEY.test(studentId) || !KEY.test(personId)) throw new Error('Not a key of a sheet')
  return { $or: DEEDS.map((deed) => ({ [`${deed}By.${studentId}.${personId}`]: { $exists: true } })) }
}

/**
 * The update that takes one person's receipts for one child off a sheet. A counter goes down only where nobody else of
 * the family did the same; where nobody of the family is left, the child is among the unreached again.
 */
export function voiding(
  { studentId, personId, isLeftAlone }: { studentId: string; personId: string; isLeftAlone: boolean },
  ids: { student: unknown },
  now: Date,
) {
  markedBy(studentId, personId)
  const mark = (deed: Deed) => `${deed}By.${studentId}.${personId}`
  const isOnly = (deed: Deed) => ({
    $eq: [
      { $map: { input: { $objectToArray: { $ifNull: [`$${deed}By.${studentId}`, {}] } }, in: '$$this.k' } },
      [personId],
    ],
  })
  const falls = {
    $and: [isLeftAlone, { $in: [ids.student, '$roster'] }, { $not: [{ $in: [ids.student, '$unreached'] }] }],
  }
  const receipt = {
    studentId,
    personId,
    ...Object.fromEntries(DEEDS.map((deed) => [deed, { $ifNull: [`$${mark(deed)}`, null] }])),
    voidedAt: now,
  }
  // Where each guardian is asked, sets of families are counted: what is left of this one is weighed afterwards.
  const isApart = (deed: Deed) => (deed === 'read' ? false : { $eq: ['$isForEach', true] })
  const counted = (['read', 'confirmed', 'signed'] as const).map((deed) => {
    const less = { $cond: [{ $and: [{ $not: [isApart(deed)] }, isOnly(deed)] }, 1, 0] }
    return [deed, { $subtract: [`$${deed}`, less] }] as const
  })
  const left = DEEDS.map(
    (deed) =>
      [
        `${deed}By.${studentId}`,
        { $cond: [{ $eq: [`$${deed}By.${studentId}`, {}] }, '$$REMOVE', `$${deed}By.${studentId}`] },
      ] as const,
  )
  return [
    {
      $set: {
        ...Object.fromEntries(counted),
        ...opinions(ids.student, studentId, personId),
        reached: { $subtract: ['$reached', { $cond: [falls, 1, 0] }] },
        unreached: { $cond: [falls, { $concatArrays: ['$unreached', [ids.student]] }, '$unreached'] },
        voided: { $concatArrays: [{ $ifNull: ['$voided', []] }, [receipt]] },
      },
    },
    { $unset: DEEDS.map(mark) },
    { $set: Object.fromEntries(left) },
    { $set: SIZES },
  ]
}

/** Without this person, whether the family still has another opinion, and whether it still has two. */
function opinions(student: unknown, studentId: string, personId: string) {
  const others = (field: string) => isAnybody(othersIn(field, studentId, personId))
  const isObjected = others('objectedBy')
  const areTwo = { $and: [isObjected, { $or: [others('confirmedBy'), others('signedBy')] }] }
  const has = { $isArray: '$objectedIds' }
  const onlyLess = (field: string, stays: object) => ({
    $cond: [{ $and: [has, { $not: [stays] }] }, put(field, student, false), `$${field}`],
  })
  return {
    objectedIds: { $cond: [has, put('objectedIds', student, isObjected), '$objectedIds'] },
    waitingIds: onlyLess('waitingIds', isObjected),
    conflictIds: onlyLess('conflictIds', areTwo),
  }
}
