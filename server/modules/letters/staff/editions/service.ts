import type { Types } from 'mongoose'
import type { Correction } from '#contract/letters'
import { correctionFrom, editionsBefore } from '../../editions/service.ts'
import { sheetId } from '../../sheets/rules.ts'
import { StaffSheetModel, type StaffSheetRecord } from '../model.ts'
import type { HoldersLetter } from '../policy.ts'
import { fillingForStaff } from '../rules.ts'
import { sheetIdsOf } from '../service.ts'

type Editions = Awaited<ReturnType<typeof editionsBefore>>
type Marked = Pick<StaffSheetRecord, 'letterId' | 'readBy'>

/** Who of some units has read an edition before: they are told that it was put right. */
export async function staffReadersBefore(editions: Editions, unitIds: readonly Types.ObjectId[]) {
  const ids = editions.flatMap((it) => unitIds.map((unitId) => sheetId(String(it._id), String(unitId))))
  if (ids.length === 0) return new Set<string>()
  const sheets = await StaffSheetModel.find({ _id: { $in: ids } }, { readBy: 1 }).lean<Marked[]>()
  return new Set(sheets.flatMap(({ readBy }) => Object.keys(readBy ?? {})))
}

/** What a holder is shown who has read an edition before; null for everybody else, who only knows the new one. */
export async function correctionForStaff(
  { letter, actor, posts }: HoldersLetter,
  schoolName: string,
): Promise<Correction | null> {
  if (!letter.supersedes || !letter.correction) return null
  const before = await editionsBefore(letter)
  const sheets = await StaffSheetModel.find(
    { _id: { $in: before.flatMap((it) => sheetIdsOf(it, posts)) } },
    { letterId: 1, [`readBy.${actor.personId}`]: 1 },
  ).lean<Marked[]>()
  const known = before.find((it) =>
    sheets.some((sheet) => sheet.letterId.equals(it._id) && sheet.readBy?.[actor.personId]),
  )
  if (!known) return null
  return correctionFrom(known, letter, fillingForStaff(actor.name, schoolName, letter.sentAt))
}
