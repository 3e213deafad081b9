import { Types } from 'mongoose'
import { Refusal } from '../../../../http/errors.ts'
import type { Deps } from '../../../../infra/deps.ts'
import { takeInPaper } from '../../../files/intake/service.ts'
import { shownName } from '../../../files/rules.ts'
import { nameOf } from '../../attachments/rules.ts'
import type { HoldersLetter } from '../policy.ts'
import { takesUploads } from '../answers/rules.ts'
import { StaffFileModel, type StaffFileRecord } from './model.ts'
import { KEPT_MS, MOST_FILES } from './rules.ts'

const BATCH = 100

export interface Sent {
  requestId: string
  kind: 'image' | 'pdf'
  name: string
  bytes: Buffer
}

/** Keeps a paper for an answer that is being written; the same request again gives the file it kept the first time. */
export async function keepFile(
  { letter, actor }: HoldersLetter,
  sent: Sent,
  now: Date,
  deps: Pick<Deps, 'env' | 'files'>,
): Promise<StaffFileRecord> {
  if (!letter.form?.fields.some(takesUploads)) throw new Refusal('conflict', '这封信不用上传文件')
  const personId = new Types.ObjectId(actor.personId)
  const key = { personId, requestId: sent.requestId }
  const there = await StaffFileModel.findOne(key).lean<StaffFileRecord>()
  if (there) return sameLetter(there, letter._id)
  const mine = await StaffFileModel.countDocuments({ letterId: letter._id, personId }).limit(MOST_FILES)
  if (mine >= MOST_FILES) throw new Refusal('conflict', '这封信里您上传的文件太多了，请先提交回执')
  const { sha256, bytes } = await takeInPaper(sent, deps)
  const name = nameOf(shownName(sent.name), sent.kind)
  const file = { ...key, letterId: letter._id, kind: sent.kind, name, bytes, sha256, at: now }
  return StaffFileModel.create(file)
    .then((it) => it.toObject<StaffFileRecord>())
    .catch(async (error: { code?: number }) => {
      if (error.code !== 11000) throw error
      await deps.files.remove(sha256) // the same request, a moment earlier
      return sameLetter(await StaffFileModel.findOne(key).lean<StaffFileRecord>().orFail(), letter._id)
    })
}

function sameLetter(file: StaffFileRecord, letterId: Types.ObjectId) {
  if (file.letterId.equals(letterId)) return file
  throw new Refusal('conflict', '文件没有存好，请再选一次')
}

/** Binds files to the answer that carries them: one's own, or those a colleague had put there. Joins the transaction it is called in. */
export async function useFiles(
  ids: readonly string[],
  { letterId, personId, answerId }: { letterId: Types.ObjectId; personId: string; answerId: string },
) {
  const wanted = [...new Set(ids)]
  if (wanted.length === 0) return
  const { matchedCount } = await StaffFileModel.updateMany(
    {
      _id: { $in: wanted },
      letterId,
      $or: [{ answerId }, { answerId: null, personId: new Types.ObjectId(personId) }],
    },
    { answerId },
  )
  if (matchedCount < wanted.length) throw new Refusal('invalid', '有一个文件没有传好，请删掉它再选一次')
}

export const filesNamed = (ids: readonly string[]) =>
  ids.length === 0 ? [] : StaffFileModel.find({ _id: { $in: [...ids] } }).lean<StaffFileRecord[]>()

export async function findFile(fileId: string) {
  const found = Types.ObjectId.isValid(fileId)
    ? await StaffFileModel.findById(fileId).lean<StaffFileRecord>()
    : null
  if (!found) throw new Refusal('not_found', '没有这个文件')
  return found
}

/** Throws away what was uploaded and never sent along. */
export async function sweepStaffFiles(now: Date, { files }: Pick<Deps, 'files'>) {
  const stray = await StaffFileModel.find({
    answerId: null,
    at: { $lt: new Date(now.getTime() - KEPT_MS) },
  })
    .limit(BATCH)
    .lean<StaffFileRecord[]>()
  for (const { _id, sha256 } of stray) {
    const { deletedCount } = await StaffFileModel.deleteOne({ _id, answerId: null })
    if (deletedCount > 0) await files.remove(sha256)
  }
}
