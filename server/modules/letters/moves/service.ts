import { Types } from 'mongoose'
import { idsOf } from '../../org/tree/rules.ts'
import { LetterModel, type LetterRecord } from '../model.ts'
import { monthsBetween } from '../rules.ts'
import { SheetModel } from '../sheets/model.ts'

const WRITTEN = ['draft', 'expired', 'scheduled'] as const

interface Place {
  _id: Types.ObjectId
  path: string
  fullName: string
}

/**
 * Letters that are being written or wait for their hour go along when a class moves up: those it writes, and those that
 * name it as reader. What was sent stays with the class it was sent to.
 */
export async function moveDrafts(from: Pick<Place, '_id' | 'path'>, to: readonly Place[]) {
  const [first] = to
  if (!first) return
  const letters = await LetterModel.find({
    unitId: { $in: idsOf(from.path).map((it) => new Types.ObjectId(it)) },
    status: { $in: [...WRITTEN] },
    $or: [{ unitId: from._id }, { 'audience.unitId': from._id }],
  }).lean<LetterRecord[]>()
  for (const letter of letters) {
    const audience = letter.audience.flatMap((it) =>
      it.unitId.equals(from._id)
        ? to.map((unit) => ({ unitId: unit._id, path: unit.path, name: unit.fullName }))
        : [it],
    )
    const own = letter.unitId.equals(from._id) && {
      unitId: first._id,
      path: first.path,
      unitName: first.fullName,
      ownerIds: idsOf(first.path).map((it) => new Types.ObjectId(it)),
    }
    await LetterModel.updateOne(
      { _id: letter._id, status: { $in: [...WRITTEN] } },
      { $set: { audience, ...own } },
    )
  }
}

/** Whether a class has been sent anything in a time. */
export const hasSheets = async (path: string, from: Date, to: Date) =>
  Boolean(await SheetModel.exists({ month: { $in: monthsBetween(from, to) }, path, sentAt: { $gte: from } }))
