import { Types } from 'mongoose'
import type { StaffActor } from '../../../../http/actor.ts'
import { Refusal } from '../../../../http/errors.ts'
import type { UnitScope } from '../../../org/policy.ts'
import { LetterModel, type LetterRecord } from '../../model.ts'
import { type Addresses, addressees } from '../service.ts'
import { SavedAudienceModel, type SavedAudienceRecord } from './model.ts'

/** More than this nobody finds again in a list. */
const MOST = 50

/** What a unit has kept, by name, and what its last letter went to. Names of children are for whoever may see families. */
export async function savedOf(scope: UnitScope<'writeLetters'>) {
  const unitId = new Types.ObjectId(scope.unitId)
  const [saved, last] = await Promise.all([
    SavedAudienceModel.find({ unitId }).sort({ name: 1 }).limit(MOST).lean<SavedAudienceRecord[]>(),
    LetterModel.findOne({ unitId, isPrivate: { $ne: true } }, { body: 0 })
      .sort({ _id: -1 })
      .lean<LetterRecord>(),
  ])
  return {
    saved: saved.filter((it) => isForEyesOf(scope, it)),
    last: last && isForEyesOf(scope, last) ? last : null,
  }
}

/** Who writes for a unit and does not know its families is offered what names none of them. */
const isForEyesOf = (scope: UnitScope, { audience, excluded }: Pick<LetterRecord, 'audience' | 'excluded'>) =>
  scope.may('seeFamilies') || (!audience.some((it) => it.isStudent) && !excluded?.length)

const nameTaken = () => new Refusal('conflict', '已经有同名的范围，请换一个名字')

/** Keeps an audience under a name. The same again under this name is the same one. */
export async function saveAudience(
  scope: UnitScope<'writeLetters'>,
  { name, ...said }: Omit<Addresses, 'isForOneFamily'> & { name: string },
  author: StaffActor,
  now: Date,
): Promise<SavedAudienceRecord> {
  const unitId = new Types.ObjectId(scope.unitId)
  const { isPrivate: _, ...to } = await addressees(scope, { ...said, isForOneFamily: false }, author, now)
  if ((await SavedAudienceModel.countDocuments({ unitId })) >= MOST) {
    throw new Refusal('conflict', `一个单位最多存${MOST}个范围，请先删掉不用的`)
  }
  const made = await SavedAudienceModel.create({ unitId, name, ...to }).catch((error: { code?: number }) => {
    if (error.code === 11000) throw nameTaken()
    throw error
  })
  return made.toObject() as unknown as SavedAudienceRecord
}

const noSuch = () => new Refusal('not_found', '没有这个范围，或它已经删掉了')

export async function renameSaved(
  scope: UnitScope<'writeLetters'>,
  savedId: string,
  name: string,
): Promise<SavedAudienceRecord> {
  const renamed = await SavedAudienceModel.findOneAndUpdate(
    { _id: savedId, unitId: new Types.ObjectId(scope.unitId) },
    { name },
    { returnDocument: 'after' },
  )
    .lean<SavedAudienceRecord>()
    .catch((error: { code?: number }) => {
      if (error.code === 11000) throw nameTaken()
      throw error
    })
  if (!renamed) throw noSuch()
  return renamed
}

export async function removeSaved(scope: UnitScope<'writeLetters'>, savedId: string) {
  const { deletedCount } = await SavedAudienceModel.deleteOne({
    _id: savedId,
    unitId: new Types.ObjectId(scope.unitId),
  })
  if (deletedCount === 0) throw noSuch()
}
