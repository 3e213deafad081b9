import { Types } from 'mongoose'
import sharp from 'sharp'
import { Refusal } from '../../../http/errors.ts'
import type { Deps } from '../../../infra/deps.ts'
import * as safety from '../../safety/service.ts'
import { LetterPictureModel, type PictureRecord } from './model.ts'
import { KEPT_MS, MOST_PICTURES, PICTURE_PIXELS } from './rules.ts'

const BATCH = 100

export interface Place {
  letterId: Types.ObjectId
  studentId: string
  classId: string
  personId: string
  requestId: string
  isPaper: boolean
}

/** Keeps a picture for an answer that is being written. Sent twice, it is the same picture. */
export async function keepPicture(place: Place, bytes: Buffer, now: Date, { files }: Pick<Deps, 'files'>) {
  const key = { personId: new Types.ObjectId(place.personId), requestId: place.requestId }
  const ofFamily = { letterId: place.letterId, studentId: new Types.ObjectId(place.studentId) }
  const there = await LetterPictureModel.findOne(key).lean<PictureRecord>()
  if (there) return sameFamily(there, ofFamily)
  if ((await LetterPictureModel.countDocuments(ofFamily).limit(MOST_PICTURES)) >= MOST_PICTURES)
    throw new Refusal('conflict', '这封信里的照片太多了，请先提交再拍')
  const sha256 = await files.put(await asPicture(bytes))
  const made = await LetterPictureModel.findOneAndUpdate(
    key,
    {
      $setOnInsert: {
        ...ofFamily,
        classId: new Types.ObjectId(place.classId),
        isPaper: place.isPaper,
        sha256,
        isUsed: false,
        at: now,
      },
    },
    { upsert: true, returnDocument: 'after' },
  )
    .lean<PictureRecord>()
    .catch(async (error: { code?: number }) => {
      if (error.code !== 11000) throw error
      return LetterPictureModel.findOne(key).lean<PictureRecord>() // the same, a moment earlier
    })
  if (!made) throw new Refusal('conflict', '照片没有存好，请再试一次')
  return sameFamily(made, ofFamily)
}

function sameFamily(
  it: PictureRecord,
  { letterId, studentId }: { letterId: Types.ObjectId; studentId: Types.ObjectId },
) {
  if (it.letterId.equals(letterId) && it.studentId.equals(studentId)) return String(it._id)
  throw new Refusal('conflict', '照片没有存好，请再拍一次')
}

const BAD = '这不是能用的照片，请拍一张或选一张 JPG、PNG 图片'

/** The picture drawn anew from its pixels: upright, without the place and time a phone writes into it. */
export async function asPicture(bytes: Buffer) {
  if (bytes.length === 0) throw new Refusal('unsupported', BAD)
  const picture = sharp(bytes, { limitInputPixels: 60_000_000, failOn: 'error' })
  const about = await picture.metadata().catch(() => null)
  if (!about || !['jpeg', 'png', 'webp', 'heif'].includes(about.format)) throw new Refusal('unsupported', BAD)
  return (
    picture
      .rotate()
      .resize(PICTURE_PIXELS, PICTURE_PIXELS, { fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#ffffff' })
      // As no other room draws them: whoever removes bytes knows that they are nobody else’s.
      .jpeg({ quality: 77 })
      .toBuffer()
      .catch(() => {
        throw new Refusal('unsupported', BAD)
      })
  )
}

/** The pictures an answer speaks of belong to this family and letter; they stay from now on. */
export async function usePictures(
  ids: readonly string[],
  { letterId, studentId }: { letterId: Types.ObjectId; studentId: string },
) {
  const wanted = [...new Set(ids)]
  if (wanted.length === 0) return
  const { matchedCount } = await LetterPictureModel.updateMany(
    { _id: { $in: wanted }, letterId, studentId: new Types.ObjectId(studentId) },
    { isUsed: true },
  )
  if (matchedCount < wanted.length) throw new Refusal('invalid', '照片没有找到，请再拍一次')
}

export async function pictureOf(pictureId: string) {
  const found = Types.ObjectId.isValid(pictureId)
    ? await LetterPictureModel.findById(pictureId).lean<PictureRecord>()
    : null
  if (!found) throw new Refusal('not_found', '没有这张照片')
  return found
}

/** Some pictures, by their numbers. */
export async function picturesBy(ids: readonly string[]) {
  const found =
    ids.length > 0 ? await LetterPictureModel.find({ _id: { $in: [...ids] } }).lean<PictureRecord[]>() : []
  return new Map(found.map((it) => [String(it._id), it]))
}

/** Throws away what was taken and never sent. */
export async function sweepPictures(now: Date, deps: Pick<Deps, 'files'>) {
  const stray = await LetterPictureModel.find({
    isUsed: false,
    at: { $lt: new Date(now.getTime() - KEPT_MS) },
  })
    .limit(BATCH)
    .lean<PictureRecord[]>()
  for (const it of stray) await remove(it, deps)
}

async function remove({ _id, sha256 }: PictureRecord, { files }: Pick<Deps, 'files'>) {
  await LetterPictureModel.deleteOne({ _id })
  if (!(await LetterPictureModel.exists({ sha256 }))) await files.remove(sha256)
  await safety.takeBackPictures('answers', [String(_id)])
}

/** Those of some pictures that only who sent them may see. */
export const hiddenPictures = (ids: readonly string[]) => safety.hiddenAmong('answers', ids)

/** Forgets the pictures a guardian took. Harmless twice. */
export async function forgetPictures(personId: string, deps: Pick<Deps, 'files'>) {
  const mine = { personId: new Types.ObjectId(personId), isPaper: false }
  for (;;) {
    const found = await LetterPictureModel.find(mine).limit(BATCH).lean<PictureRecord[]>()
    if (found.length === 0) return
    for (const it of found) await remove(it, deps)
  }
}
