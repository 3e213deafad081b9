const DEEDS = ['confirmed', 'signed', 'answered'] as const

/**
 * Where each guardian is asked and one has left the family: whether it is whole without them. What was whole stays so while
 * anybody's answer is left. Written in any case, so that a receipt of the same moment meets it and is weighed again.
 */
export function weighing(student: unknown, needed: readonly string[], now: Date) {
  const id = String(student)
  const marks = (deed: string) => ({ $objectToArray: { $ifNull: [`$${deed}By.${id}`, {}] } })
  const isWhole = (deed: string) => ({
    $and: [
      { $gt: [{ $size: marks(deed) }, 0] },
      {
        $or: [
          { $in: [student, { $ifNull: [`$${deed}Ids`, []] }] },
          { $ne: [{ $type: `$${deed}By.${id}.${id}` }, 'missing'] },
          {
            $and: [
              needed.length > 0,
              ...needed.map((it) => ({ $ne: [{ $type: `$${deed}By.${id}.${it}` }, 'missing'] })),
            ],
          },
        ],
      },
    ],
  })
  const weighed = (deed: string) => ({
    $cond: [
      { $isArray: `$${deed}Ids` },
      {
        $cond: [
          isWhole(deed),
          { $setUnion: [{ $ifNull: [`$${deed}Ids`, []] }, [student]] },
          { $setDifference: [{ $ifNull: [`$${deed}Ids`, []] }, [student]] },
        ],
      },
      `$${deed}Ids`,
    ],
  })
  const counted = (deed: string) => ({
    $cond: [{ $isArray: `$${deed}Ids` }, { $size: { $ifNull: [`$${deed}Ids`, []] } }, `$${deed}`],
  })
  return [
    {
      $set: { ...Object.fromEntries(DEEDS.map((it) => [`${it}Ids`, weighed(it)])), weighedAt: now },
    },
    { $set: Object.fromEntries(DEEDS.map((it) => [it, counted(it)])) },
  ]
}
