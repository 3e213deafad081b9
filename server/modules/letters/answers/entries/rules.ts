import type { ByHand, Marks, SheetRecord } from '../../sheets/model.ts'

/** How many earlier versions of one entry are kept. */
const MOST_EARLIER = 20

/** The stage that notes who of the school entered something, with what was entered before it. */
export function noting(studentId: string, guardianKey: string, hand: ByHand) {
  const field = `byHand.${studentId}.${guardianKey}`
  const before = {
    $cond: [
      { $eq: [{ $type: `$${field}` }, 'object'] },
      [{ $unsetField: { field: 'earlier', input: `$${field}` } }],
      [],
    ],
  }
  const earlier = {
    $slice: [{ $concatArrays: [{ $ifNull: [`$${field}.earlier`, []] }, before] }, -MOST_EARLIER],
  }
  // Literally: a name that begins with a dollar sign is a name.
  return { $set: { [field]: { $mergeObjects: [{ $literal: hand }, { earlier }] } } }
}

const MAPS = ['readBy', 'confirmedBy', 'signedBy', 'objectedBy'] as const

/**
 * The marks of one family that the school entered, as paths to take away, and the maps that are empty afterwards. What a guardian
 * did on the phone bears another moment and stays.
 */
export function enteredMarks(sheet: Pick<SheetRecord, (typeof MAPS)[number] | 'byHand'>, studentId: string) {
  const hands = Object.entries(sheet.byHand?.[studentId] ?? {})
  const isOf = (marks: Marks | undefined, [key, hand]: (typeof hands)[number]) => {
    const mark = marks?.[studentId]?.[key]
    const moments = [hand, ...(hand.earlier ?? [])].map((it) => it.at?.getTime())
    return mark !== undefined && (!hand.at || moments.includes(mark.getTime()))
  }
  const paths = MAPS.flatMap((map) =>
    hands.filter((it) => isOf(sheet[map], it)).map(([key]) => `${map}.${studentId}.${key}`),
  )
  const emptied = MAPS.filter((map) => {
    const keys = Object.keys(sheet[map]?.[studentId] ?? {})
    return keys.length > 0 && keys.every((key) => paths.includes(`${map}.${studentId}.${key}`))
  })
  return { paths, emptied }
}
