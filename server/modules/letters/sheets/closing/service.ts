import type { Types } from 'mongoose'
import { Refusal } from '../../../../http/errors.ts'
import { LetterModel, type LetterRecord } from '../../model.ts'
import { StaffSheetModel } from '../../staff/model.ts'
import { type Closed, SheetModel, type SheetRecord } from '../model.ts'

/** Of a sheet that still takes what families answer; one that was replaced is only read. */
export const OPEN = { closed: null }
export const READABLE = { closed: { $ne: 'withdrawn' as const } }

export const superseded = () => new Refusal('conflict', '这封信有了更正的新版，请打开新的一封')

const WORDS: Record<Closed, () => Refusal> = {
  superseded,
  withdrawn: () => new Refusal('conflict', '这封信已经由老师撤回，不用再处理了'),
}

/**
 * A letter was taken back, or a new edition took its place: from the answer to that on its sheets take nothing more. A receipt of the same
 * moment touches the same document, so it is there before or refused. Harmless twice.
 */
export async function closeSheets(letterId: Types.ObjectId, because: Closed) {
  await SheetModel.updateMany({ letterId, closed: null }, { closed: because })
  await StaffSheetModel.updateMany({ letterId, closed: null }, { closed: because })
}

/** Sheets made while their letter was taken back or replaced are closed like those that were there. */
export async function closeIfOver(letterId: Types.ObjectId) {
  const letter = await LetterModel.findById(letterId, { status: 1, supersededBy: 1 }).lean<
    Pick<LetterRecord, 'status' | 'supersededBy'>
  >()
  if (letter?.status === 'withdrawn') await closeSheets(letterId, 'withdrawn')
  else if (letter?.supersededBy) await closeSheets(letterId, 'superseded')
}

/** Why a sheet took nothing, if it is because it is closed. */
export async function refuseClosed(id: string) {
  const sheet = await SheetModel.findById(id, { closed: 1 }).lean<Pick<SheetRecord, 'closed'>>()
  if (sheet?.closed) throw WORDS[sheet.closed]()
}
