import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Types } from 'mongoose'
import { type AssetKind, MOST_BYTES, MOST_LETTER_BYTES } from '#contract/files'
import { Refusal } from '../../http/errors.ts'
import type { Deps } from '../../infra/deps.ts'
import type { UnitScope } from '../org/policy.ts'
import { AssetModel, type AssetRecord } from './model.ts'
import type { OwnAsset } from './policy.ts'
import { captionsIn, MADE, shownName } from './rules.ts'

type Places = Pick<Deps, 'env'>
/** Whoever writes courses or letters for a unit keeps files there. */
export type FileScope = UnitScope<'editCourses' | 'writeLetters'>

const PAGE = 30

/** Bytes as they came in, until somebody has looked at them. */
export const uploadsDir = ({ env }: Places) => join(env.DATA_DIR, 'uploads')
/** What was uploaded and is what it should be; served by signed link alone. */
export const originalOf = (assetId: string, { env }: Places) => join(env.DATA_DIR, 'originals', assetId)
/** What was made of it, a folder for each file; open to whoever has its address. */
export const madeDir = ({ env }: Places) => join(env.DATA_DIR, 'media', 'a')

/** Notes a file that is about to be sent. Counted against the unit's space from now on. */
export async function begin(
  scope: FileScope,
  said: { kind: AssetKind; name: string; bytes: number; isForLetter?: boolean | undefined },
  { env, clock }: Pick<Deps, 'env' | 'clock'>,
) {
  // A picture is made smaller anyway; a document goes to the phones as it is.
  const most = said.isForLetter && said.kind === 'pdf' ? MOST_LETTER_BYTES : MOST_BYTES[said.kind]
  if (said.kind === 'document' && !said.isForLetter) {
    throw new Refusal('invalid', '这里请用视频、音频、图片或 PDF；Word、Excel 和 PPT 可以加在信里')
  }
  if (said.bytes > most) {
    throw new Refusal('too_large', `文件超过${sizeInWords(most)}，请压缩后再上传`)
  }
  const now = clock.now()
  const made = await AssetModel.create({
    ...said,
    name: shownName(said.name),
    unitId: new Types.ObjectId(scope.unitId),
    path: scope.path,
    personId: new Types.ObjectId(scope.personId),
    key: randomBytes(16).toString('hex'),
    leaseUntil: now,
    createdAt: now,
  })
  // Counted with the new one in it: of two that come at once none slips past the limit.
  if ((await usedBytes(scope.unitId)) > env.FILES_QUOTA_GB * 1024 ** 3) {
    await AssetModel.deleteOne({ _id: made._id })
    throw new Refusal('conflict', `本单位的文件空间（${env.FILES_QUOTA_GB}GB）不够了，请先删除用不到的文件`)
  }
  return made.toObject<AssetRecord>()
}

export const sizeInWords = (bytes: number) =>
  bytes >= 1024 ** 3 ? `${bytes / 1024 ** 3}GB` : `${Math.round(bytes / 1024 ** 2)}MB`

/** What a unit's files take; those that were refused are gone and take nothing. */
export async function usedBytes(unitId: string) {
  const [sum] = await AssetModel.aggregate<{ bytes: number }>([
    { $match: { unitId: new Types.ObjectId(unitId), status: { $ne: 'failed' } } },
    { $group: { _id: null, bytes: { $sum: '$bytes' } } },
  ])
  return sum?.bytes ?? 0
}

export const findAsset = (assetId: string) => AssetModel.findById(assetId).lean<AssetRecord>()

/** A unit's files, the newest first, a page at a time. */
export async function assetsOf(scope: FileScope, kind?: AssetKind, after?: string) {
  const found = await AssetModel.find({
    unitId: new Types.ObjectId(scope.unitId),
    isForLetter: { $ne: true },
    ...(kind && { kind }),
    ...(after && { _id: { $lt: new Types.ObjectId(after) } }),
  })
    .sort({ _id: -1 })
    .limit(PAGE + 1)
    .lean<AssetRecord[]>()
  return { assets: found.slice(0, PAGE), next: found.length > PAGE ? String(found[PAGE - 1]?._id) : null }
}

/** Some files of one unit, by id; those of other units are not there. */
export const assetsIn = (unitId: string | Types.ObjectId, ids: readonly string[]) =>
  AssetModel.find({ _id: { $in: [...new Set(ids)].slice(0, 300) }, unitId: new Types.ObjectId(unitId) }).lean<
    AssetRecord[]
  >()

/** Some files by id, whosever they are: for what was found to be in order before. */
export const findAssets = (ids: readonly (string | Types.ObjectId)[]) =>
  AssetModel.find({ _id: { $in: [...ids] } })
    .limit(10_000)
    .lean<AssetRecord[]>()

/** Holds pictures that a published text shows, by the folder they lie in. Gives how many of them there are. */
export async function holdByKey(keys: readonly string[]) {
  const all = { key: { $in: [...new Set(keys)] }, status: 'ready' as const }
  if (keys.length === 0) return 0
  const { matchedCount } = await AssetModel.updateMany(all, { isInUse: true })
  return matchedCount
}

/** Pictures that letters may show: of these units, by the folder they lie in, with the hash of what phones are sent. */
export const picturesIn = (unitIds: readonly string[], keys: readonly string[]) =>
  AssetModel.find(
    {
      key: { $in: [...new Set(keys)] },
      unitId: { $in: unitIds.map((it) => new Types.ObjectId(it)) },
      kind: 'image',
      status: 'ready',
      sha256: { $type: 'string' },
    },
    { key: 1, sha256: 1 },
  ).lean<{ key: string; sha256: string }[]>()

/** The bytes of a file that is ready: a PDF as it came, a picture as it was drawn anew. */
export const bytesOf = ({ _id, key, kind }: AssetRecord, deps: Places) =>
  readFile(kind === 'image' ? join(madeDir(deps), key, MADE.image) : originalOf(String(_id), deps))

/** A picture of a library by the hash of what phones are sent. */
export async function pictureOf(sha256: string, deps: Places) {
  const asset = await AssetModel.findOne({ sha256, kind: 'image', status: 'ready' }).lean<AssetRecord>()
  if (!asset) throw new Refusal('not_found', '没有这张图片')
  return bytesOf(asset, deps)
}

/** A published version shows these from now on: they stay. Harmless twice. */
export const holdInUse = (ids: readonly (string | Types.ObjectId)[]) =>
  AssetModel.updateMany({ _id: { $in: [...ids] } }, { isInUse: true })

/** The words spoken in a film or a recording; an empty text takes them away. */
export async function saveCaptions({ asset }: OwnAsset, text: string) {
  if (asset.kind !== 'video' && asset.kind !== 'audio')
    throw new Refusal('invalid', '只有视频和音频可以配字幕')
  const captions = text.trim() === '' ? [] : captionsIn(text)
  if (!captions) throw new Refusal('invalid', '没有认出字幕，请贴上 SRT 或 WebVTT 文件的全部内容')
  const saved = await AssetModel.findOneAndUpdate(
    { _id: asset._id },
    { captions },
    { returnDocument: 'after' },
  ).lean<AssetRecord>()
  if (!saved) throw new Refusal('not_found', '这个文件已经删除了')
  return saved
}

/** Deletes a file that no published version shows, with all that was made of it; calls off an upload. Harmless twice. */
export async function remove({ asset }: OwnAsset, deps: Places) {
  const { deletedCount } = await AssetModel.deleteOne({ _id: asset._id, isInUse: false })
  if (deletedCount === 0 && (await findAsset(String(asset._id)))) {
    throw new Refusal('conflict', '已经发布的课正在用这个文件，不能删除')
  }
  await removeBytes(asset, deps)
}

export async function removeBytes({ _id, key }: Pick<AssetRecord, '_id' | 'key'>, deps: Places) {
  const name = String(_id)
  const gone = [join(uploadsDir(deps), name), join(uploadsDir(deps), `${name}.json`), originalOf(name, deps)]
  await Promise.all([...gone, join(madeDir(deps), key)].map((it) => rm(it, { recursive: true, force: true })))
}

/** Folders are there before anything is put into them. */
export const makeFolders = (deps: Places) =>
  Promise.all(
    [uploadsDir(deps), originalOf('', deps), madeDir(deps)].map((it) => mkdir(it, { recursive: true })),
  )
