/** What a family did about an activity or a live class. */
export type Deed = 'registered' | 'joined' | 'attended'

export const attendanceId = (eventId: string, classId: string) => `${eventId}:${classId}`

/** Ids become names of fields here, so they are looked at once more. */
const KEY = /^[0-9a-f]{24}$/

/**
 * The update that records what a family did: each mark only if it is not there yet, each counter with the first mark. One
 * statement, so that a tap repeated at any moment, or by the other parent, counts once.
 */
export function marking(studentId: string, deeds: readonly Deed[], relation: string, now: Date) {
  if (!KEY.test(studentId)) throw new Error('Not a key of a sheet')
  const isNew = (deed: Deed) => ({
    $cond: [{ $eq: [{ $type: `$${deed}By.${studentId}` }, 'missing'] }, 1, 0],
  })
  return [
    {
      $set: Object.fromEntries(
        deeds.map((deed) => [deed, { $add: [{ $ifNull: [`$${deed}`, 0] }, isNew(deed)] }]),
      ),
    },
    {
      $set: Object.fromEntries(
        deeds.map((deed) => [
          `${deed}By.${studentId}`,
          { $ifNull: [`$${deed}By.${studentId}`, { at: now, relation: { $literal: relation } }] },
        ]),
      ),
    },
  ]
}
