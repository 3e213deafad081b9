import { Types } from 'mongoose'
import type { LecturerKind } from '#contract/parent-school'
import { Refusal } from '../../../../http/errors.ts'
import { assetsIn, holdInUse } from '../../../files/service.ts'
import type { UnitScope } from '../../../org/policy.ts'
import { idsOf, within } from '../../../org/tree/rules.ts'
import type { OwnLecturer } from '../policy.ts'
import { LecturerModel, type LecturerRecord } from './model.ts'

/** A team larger than this is no team. */
const MOST = 200

export interface LecturerWords {
  name: string
  kind: LecturerKind
  bio: string
  teaches: string
  way: string
  photoId: string | null
}

export const findLecturer = (lecturerId: string) => LecturerModel.findById(lecturerId).lean<LecturerRecord>()

export const findLecturers = (ids: readonly (string | Types.ObjectId)[]) =>
  LecturerModel.find({ _id: { $in: ids } }).lean<LecturerRecord[]>()

/** The team of a unit; with those who have left for those who keep it. */
export const teamOf = (unitId: string, withRetired: boolean) =>
  LecturerModel.find({ unitId: new Types.ObjectId(unitId), ...(!withRetired && { isRetired: false }) })
    .sort({ isRetired: 1, _id: 1 })
    .limit(MOST)
    .lean<LecturerRecord[]>()

/** The teams of the units above a path: a school may invite the district's experts. */
export function guestsFor(path: string) {
  const ids = idsOf(path).slice(0, -1)
  return LecturerModel.find({
    unitId: { $in: ids.map((it) => new Types.ObjectId(it)) },
    isRetired: false,
  })
    .sort({ path: 1, _id: 1 })
    .limit(MOST)
    .lean<LecturerRecord[]>()
}

/** Adds one; the same request again gives the one it added the first time. */
export async function add(scope: UnitScope<'runParentSchool'>, requestId: string, words: LecturerWords) {
  await checkPhoto(scope.unitId, words.photoId)
  return LecturerModel.findOneAndUpdate(
    { unitId: new Types.ObjectId(scope.unitId), requestId },
    { $setOnInsert: { path: scope.path, ...asStored(words) } },
    { upsert: true, returnDocument: 'after' },
  ).lean<LecturerRecord>()
}

export async function change(
  { lecturer }: OwnLecturer,
  { isRetired, ...words }: LecturerWords & { isRetired: boolean },
) {
  await checkPhoto(String(lecturer.unitId), words.photoId)
  await LecturerModel.updateOne({ _id: lecturer._id }, { ...asStored(words), isRetired })
}

const asStored = ({ photoId, ...words }: LecturerWords) => ({
  ...words,
  photoId: photoId ? new Types.ObjectId(photoId) : null,
})

async function checkPhoto(unitId: string, photoId: string | null) {
  if (!photoId) return
  const [photo] = await assetsIn(unitId, [photoId])
  if (photo?.kind !== 'image') throw new Refusal('invalid', '请选一张本单位上传的照片')
  await holdInUse([photo._id])
}

/** How many there are in each unit at or below a path. */
export async function teamSizes(path: string) {
  const rows = await LecturerModel.aggregate<{ _id: Types.ObjectId; count: number }>([
    { $match: { path: within(path), isRetired: false } },
    { $group: { _id: '$unitId', count: { $sum: 1 } } },
  ])
  return new Map(rows.map((it) => [String(it._id), it.count]))
}
