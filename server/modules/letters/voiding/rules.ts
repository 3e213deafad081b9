import type { Deed } from '../sheets/rules.ts'

const DEEDS: readonly Deed[] = ['read', 'confirmed', 'signed']
/** Ids become names of fields here, so they are looked at once more. */
const KEY = /^[0-9a-f]{24}$/

/** A receipt that was given by somebody who is not of the family: kept for the sender, counted no more. */
export interface VoidedReceipt {
  studentId: string
  personId: string
  read: Date | null
  confirmed: Date | null
  signed: Date | null
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
  const counted = DEEDS.map(
    (deed) => [deed, { $subtract: [`$${deed}`, { $cond: [isOnly(deed), 1, 0] }] }] as const,
  )
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
        reached: { $subtract: ['$reached', { $cond: [falls, 1, 0] }] },
        unreached: { $cond: [falls, { $concatArrays: ['$unreached', [ids.student]] }, '$unreached'] },
        voided: { $concatArrays: [{ $ifNull: ['$voided', []] }, [receipt]] },
      },
    },
    { $unset: DEEDS.map(mark) },
    { $set: Object.fromEntries(left) },
  ]
}
