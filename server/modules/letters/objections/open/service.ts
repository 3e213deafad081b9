import { Types } from 'mongoose'
import type { UnitScope } from '../../../org/policy.ts'
import { within } from '../../../org/tree/rules.ts'
import { LetterModel, type LetterRecord } from '../../model.ts'
import { SheetModel, type SheetRecord } from '../../sheets/model.ts'

/** More than a school has to talk about at a time. */
const MOST = 200

/**
 * The sheets at or below a unit on which families wait to be talked to, the newest first; letters that were withdrawn or have a
 * newer edition wait for nothing. What an office wrote to single families is not for those below it.
 */
export async function openWithin(scope: UnitScope) {
  const sheets = await SheetModel.find(
    {
      path: within(scope.path),
      open: { $gt: 0 },
      ...(scope.kind === 'class' && { isPrivate: { $ne: true } }),
    },
    { letterId: 1, classId: 1, className: 1, open: 1, sentAt: 1, isPrivate: 1 },
  )
    .limit(MOST)
    .lean<
      Pick<SheetRecord, '_id' | 'letterId' | 'classId' | 'className' | 'open' | 'sentAt' | 'isPrivate'>[]
    >()
  const letters = await LetterModel.find(
    { _id: { $in: sheets.map((it) => it.letterId) }, status: 'sent', supersededBy: null },
    { title: 1, unitId: 1 },
  ).lean<Pick<LetterRecord, '_id' | 'title' | 'unitId'>[]>()
  return sheets
    .toSorted((a, b) => b.sentAt.getTime() - a.sentAt.getTime())
    .flatMap((sheet) => {
      const letter = letters.find((it) => it._id.equals(sheet.letterId))
      const isHidden = sheet.isPrivate && !letter?.unitId.equals(new Types.ObjectId(scope.unitId))
      if (!letter || isHidden) return []
      return [
        {
          letterId: String(letter._id),
          title: letter.title,
          classId: String(sheet.classId),
          className: sheet.className,
          families: sheet.open ?? 0,
        },
      ]
    })
}

/** How many families wait there. */
export const countOpen = async (scope: UnitScope) =>
  (await openWithin(scope)).reduce((sum, it) => sum + it.families, 0)
