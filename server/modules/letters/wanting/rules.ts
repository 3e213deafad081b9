import { standing } from '../mine/rules.ts'
import type { LetterRecord } from '../model.ts'
import type { SheetRecord } from '../sheets/model.ts'

export type Marked = Pick<
  SheetRecord,
  'readBy' | 'confirmedBy' | 'signedBy' | 'answeredBy' | 'objectedBy' | 'confirmedIds' | 'signedIds'
>

/** The fields of a sheet that say who has done what. */
export const MARKED = {
  readBy: 1,
  confirmedBy: 1,
  signedBy: 1,
  answeredBy: 1,
  objectedBy: 1,
  confirmedIds: 1,
  signedIds: 1,
} as const satisfies Record<keyof Marked, 1>

/** Whether a letter still asks something of this guardian: the rule of their own page, asked of the sheet of the whole class. */
export function isAsked(
  letter: LetterRecord,
  sheet: Marked | undefined,
  who: { studentId: string; personId: string },
  now: Date,
) {
  const own = (ids: Marked['confirmedIds']) => ids?.filter((it) => String(it) === who.studentId) ?? []
  const part = sheet && { ...sheet, confirmedIds: own(sheet.confirmedIds), signedIds: own(sheet.signedIds) }
  return !standing(letter, part, who, now).isDone
}
