import { Types } from 'mongoose'
import type { Deps } from '../../../../infra/deps.ts'
import { forgetFiles, forgetFilesOf } from '../files/service.ts'
import { LineModel, type LineRecord, ThreadModel, type ThreadRecord } from '../model.ts'
import { PhrasesModel } from '../phrases/model.ts'

const MOST = 2000
const BATCH = 200

/** What somebody wrote has the number of its request. */
const writtenBy = (personId: string) => ({
  personId: new Types.ObjectId(personId),
  requestId: { $gt: '' },
})

/** What a person wrote to teachers, the latest first; their own words stay theirs, also of a child they are kept from. */
export async function wordsOf(personId: string, { fields }: Pick<Deps, 'fields'>) {
  const lines = await LineModel.find({ ...writtenBy(personId), side: 'family', withdrawnAt: null })
    .sort({ requestId: 1 })
    .limit(MOST)
    .lean<LineRecord[]>()
  const threads = await ThreadModel.find(
    { _id: { $in: lines.map((it) => it.threadId) } },
    { letterTitle: 1 },
  ).lean<Pick<ThreadRecord, '_id' | 'letterTitle'>[]>()
  const titles = new Map(threads.map((it) => [String(it._id), it.letterTitle]))
  return lines
    .toSorted((a, b) => b.at.getTime() - a.at.getTime())
    .map((it) => ({
      // Of a child they are kept from, the letter is not theirs to know any more.
      title: it.isWithheld ? '写给老师的话' : (titles.get(String(it.threadId)) ?? ''),
      text: it.sealedText === '' ? '' : fields.open(it.sealedText),
      files: it.files.map((one) => one.name),
      at: it.at,
    }))
}

/**
 * Forgets what a person wrote to teachers, with their files and phrases; that something was said, and when, stays with whom it was said to.
 * Harmless twice.
 */
export async function forgetWords(personId: string, deps: Pick<Deps, 'files'>) {
  const mine = { personId: new Types.ObjectId(personId) }
  for (;;) {
    const lines = await LineModel.find(writtenBy(personId), { threadId: 1 }).limit(BATCH).lean<LineRecord[]>()
    if (lines.length === 0) break
    const ids = lines.map((it) => it._id)
    await forgetFilesOf(ids, deps)
    await ThreadModel.updateMany(
      { _id: { $in: lines.map((it) => it.threadId) } },
      { $unset: { [`readBy.${personId}`]: 1 } },
    )
    await LineModel.updateMany(
      { _id: { $in: ids } },
      { $set: { sealedText: '', files: [], personId: null }, $unset: { requestId: 1 } },
    )
  }
  // Nobody's from now on: the school keeps that it was written, and no other guardian comes to know of it.
  await ThreadModel.updateMany(
    { privateTo: mine.personId },
    { privateTo: new Types.ObjectId(), privateBy: '' },
  )
  await forgetFiles(mine, deps)
  await PhrasesModel.deleteOne({ _id: personId })
}

/** A guardian is kept away from a child, or is let back: what they wrote is hidden from the family, or shown again. The school keeps it. Joins a transaction. */
export async function withholdWords(
  studentId: Types.ObjectId,
  personId: Types.ObjectId,
  isWithheld: boolean,
) {
  const threads = await ThreadModel.find({ studentId }, { _id: 1 }).lean<Pick<ThreadRecord, '_id'>[]>()
  if (threads.length === 0) return
  await LineModel.updateMany({ threadId: { $in: threads.map((it) => it._id) }, personId }, { isWithheld })
}
