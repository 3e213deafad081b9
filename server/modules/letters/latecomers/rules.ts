/** What a family may leave on a sheet. Whatever it is, the sheet keeps a family that has left anything. */
const MARKS = ['readBy', 'confirmedBy', 'signedBy', 'objectedBy', 'answeredBy', 'byHand'] as const
/** Ids become names of fields here, so they are looked at once more. */
const KEY = /^[0-9a-f]{24}$/

function keyOf(student: unknown) {
  const key = String(student)
  if (!KEY.test(key)) throw new Error('Not a key of a sheet')
  return key
}

/** Sheets that wait for a family of which nothing has been heard. A mark that was voided may have left an empty map. */
export const waitingFor = <T>(student: T) => ({
  roster: student,
  ...Object.fromEntries(MARKS.map((it) => [`${it}.${keyOf(student)}`, { $in: [null, {}] }])),
})

/** How one child stands on a sheet, as a projection. */
export const standingOf = (student: unknown) => ({
  letterId: 1,
  classId: 1,
  isListed: { $in: [student, '$roster'] },
  isUnreached: { $in: [student, '$unreached'] },
})

const without = (field: string, student: unknown) => ({
  $filter: { input: field, cond: { $ne: ['$$this', student] } },
})

/** The old class does not wait for the child any more. It is noted, so that a move that is undone finds its place again. */
export const lettingGo = (student: unknown) => [
  {
    $set: {
      expected: { $subtract: ['$expected', 1] },
      reached: { $subtract: ['$reached', { $cond: [{ $in: [student, '$unreached'] }, 0, 1] }] },
      roster: without('$roster', student),
      unreached: without('$unreached', student),
      letGo: { $setUnion: [{ $ifNull: ['$letGo', []] }, [student]] },
    },
  },
]

/** The sheets that do not have the child on their roster. */
export const isNotOn = <T>(student: T) => ({ roster: { $ne: student } })

/** The class the child is in now waits for it. */
export const takingOn = (student: unknown, hasJoined: boolean) => [
  {
    $set: {
      expected: { $add: ['$expected', 1] },
      reached: { $add: ['$reached', hasJoined ? 1 : 0] },
      roster: { $concatArrays: ['$roster', [student]] },
      unreached: hasJoined ? '$unreached' : { $concatArrays: ['$unreached', [student]] },
      letGo: {
        $cond: [
          { $isArray: '$letGo' },
          { $setDifference: [{ $ifNull: ['$letGo', []] }, [student]] },
          '$$REMOVE',
        ],
      },
    },
  },
]

/** The sheets on which a child stands as one whose guardians have not joined. */
export const isUnreachedOn = <T>(student: T) => ({ roster: student, unreached: student })

/** Somebody of the family has joined. */
export const reaching = <T>(student: T) => ({ $pull: { unreached: student }, $inc: { reached: 1 } })
