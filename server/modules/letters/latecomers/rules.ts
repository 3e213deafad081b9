/** When each guardian of a child opened a letter. */
export type Reading = Record<string, Date>

/** What answers a letter. A family that has left any of it on a sheet stays there. */
const ANSWERS = ['confirmedBy', 'signedBy', 'objectedBy', 'answeredBy', 'byHand'] as const
/** Ids become names of fields here, so they are looked at once more. */
const KEY = /^[0-9a-f]{24}$/

function keyOf(student: unknown) {
  const key = String(student)
  if (!KEY.test(key)) throw new Error('Not a key of a sheet')
  return key
}

/** The children in a map of marks. A mark that was voided may have left an empty one. */
const childrenIn = (field: string) => ({
  $map: {
    input: {
      $filter: { input: { $objectToArray: { $ifNull: [`$${field}`, {}] } }, cond: { $ne: ['$$this.v', {}] } },
    },
    in: '$$this.k',
  },
})
const ANSWERED = { $setUnion: ANSWERS.map(childrenIn) }

/** How the children of a class stand on a sheet, as a projection. */
export const STANDING = {
  letterId: 1,
  classId: 1,
  confirmation: 1,
  roster: 1,
  unreached: 1,
  readBy: 1,
  answered: 1,
  haveAnswered: ANSWERED,
}

const readingOn = (student: unknown) => ({ $ifNull: [`$readBy.${keyOf(student)}`, {}] })
const withReading = <T extends { reading?: Reading | undefined }>(children: readonly T[]) =>
  children.filter((it): it is T & { reading: Reading } => it.reading !== undefined)
const sizeOf = (list: unknown) => ({ $size: list })
const listOf = (field: string) => ({ $ifNull: [`$${field}`, []] })

interface Leaving {
  studentId: unknown
  /** What the family has opened, as it was read and is kept elsewhere by now. */
  reading?: Reading | undefined
}

/**
 * The old class does not wait for these children any more, as far as they have answered nothing and opened no more than was read. It
 * is noted, so that a move that is undone finds its place again. Run twice, or beside a receipt, it lets nobody go whom it must keep.
 */
export function lettingGo(children: readonly Leaving[]) {
  const readers = withReading(children)
  const mayGo = ({ studentId, reading }: Leaving) => ({
    $and: [
      { $eq: [readingOn(studentId), { $literal: reading ?? {} }] },
      { $not: [{ $in: [keyOf(studentId), '$haveAnswered'] }] },
    ],
  })
  const free = children.map((it) => ({ $cond: [mayGo(it), [it.studentId], []] }))
  const staying = (field: string) => ({
    $filter: { input: `$${field}`, cond: { $not: [{ $in: ['$$this', '$gone'] }] } },
  })
  const gone = { $map: { input: '$gone', in: { $toString: '$$this' } } }
  return [
    { $set: { haveAnswered: ANSWERED } },
    { $set: { gone: { $setIntersection: ['$roster', { $concatArrays: free }] } } },
    {
      $set: {
        expected: { $subtract: ['$expected', sizeOf('$gone')] },
        reached: { $subtract: ['$reached', sizeOf({ $setDifference: ['$gone', '$unreached'] })] },
        read: {
          $subtract: [
            '$read',
            sizeOf({ $setIntersection: ['$gone', { $literal: readers.map((it) => it.studentId) }] }),
          ],
        },
        roster: staying('roster'),
        unreached: staying('unreached'),
        letGo: { $cond: [{ $eq: ['$gone', []] }, '$letGo', { $setUnion: [listOf('letGo'), '$gone'] }] },
        ...(readers.length > 0 && {
          readBy: {
            $arrayToObject: {
              $filter: {
                input: { $objectToArray: { $ifNull: ['$readBy', {}] } },
                cond: { $not: [{ $in: ['$$this.k', gone] }] },
              },
            },
          },
        }),
      },
    },
    { $unset: ['haveAnswered', 'gone'] },
  ]
}

interface Coming {
  studentId: unknown
  hasJoined: boolean
  /** What the family has opened while it stood elsewhere. */
  reading?: Reading | undefined
}

/** The class the children are in now waits for them; what their families have opened is opened here, too. */
export function takingOn(children: readonly Coming[]) {
  const readers = withReading(children)
  const ids = children.map((it) => it.studentId)
  const joined = children.filter((it) => it.hasJoined).map((it) => it.studentId)
  const isFirst = ({ studentId }: Coming) => ({ $cond: [{ $eq: [readingOn(studentId), {}] }, 1, 0] })
  return [
    { $set: { coming: { $setDifference: [{ $literal: ids }, '$roster'] } } },
    {
      $set: {
        expected: { $add: ['$expected', sizeOf('$coming')] },
        reached: { $add: ['$reached', sizeOf({ $setIntersection: ['$coming', { $literal: joined }] })] },
        read: { $add: ['$read', ...readers.map(isFirst)] },
        roster: { $concatArrays: ['$roster', '$coming'] },
        unreached: {
          $concatArrays: ['$unreached', { $setDifference: ['$coming', { $literal: joined }] }],
        },
        letGo: {
          $cond: [
            { $isArray: '$letGo' },
            { $setDifference: [listOf('letGo'), { $literal: ids }] },
            '$$REMOVE',
          ],
        },
      },
    },
    ...readers.map(({ studentId, reading }) => ({
      $set: {
        [`readBy.${keyOf(studentId)}`]: { $mergeObjects: [readingOn(studentId), { $literal: reading }] },
      },
    })),
    { $unset: 'coming' },
  ]
}

/** Somebody of these families has joined. */
export const reaching = (studentIds: readonly unknown[]) => [
  {
    $set: {
      reached: {
        $add: ['$reached', sizeOf({ $setIntersection: ['$unreached', { $literal: studentIds }] })],
      },
      unreached: { $setDifference: ['$unreached', { $literal: studentIds }] },
    },
  },
]
