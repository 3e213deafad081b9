import { MOST_LETTER_BYTES } from '#contract/files'
import type { Attachment } from '#contract/letters'
import { Refusal } from '../../../http/errors.ts'
import type { Deps } from '../../../infra/deps.ts'
import { bytesOf, remove } from '../../files/service.ts'
import type { OwnAsset } from '../../files/policy.ts'
import { LetterModel, type LetterRecord } from '../model.ts'
import { hiddenWords } from '../looks/rules.ts'
import { hiddenAmong } from '../looks/service.ts'
import type { OwnLetter } from '../policy.ts'
import { MOST_ATTACHMENTS, nameOf } from './rules.ts'

const NO_DRAFT = '这封信已经不是草稿，不能再改附件'

/**
 * Puts a file beside a draft: its bytes go sealed into the store under their SHA-256, and the upload is thrown away. Pressed twice it is one
 * attachment. The limit stands in the filter: of two that come at once none slips past it.
 */
export async function attach(
  { letter }: OwnLetter,
  own: OwnAsset,
  deps: Pick<Deps, 'env' | 'files'>,
): Promise<LetterRecord> {
  const { asset } = own
  const id = String(asset._id)
  if (asset.status !== 'ready') throw new Refusal('conflict', '这个文件还没有处理好，请稍等')
  const kind = kindOf(asset)
  if (!kind) throw new Refusal('invalid', '附件请用 PDF、Word、Excel、PPT 或图片')
  const bytes = await bytesOf(asset, deps)
  if (bytes.length > MOST_LETTER_BYTES) throw new Refusal('too_large', '一个附件最大20 MB，请压缩后再加')
  const sha256 = await deps.files.put(bytes)
  const added: Attachment = {
    id,
    name: nameOf(asset.name, kind),
    kind,
    bytes: bytes.length,
    sha256,
  }
  const changed = await LetterModel.findOneAndUpdate(
    {
      _id: letter._id,
      status: 'draft',
      'attachments.id': { $ne: id },
      [`attachments.${MOST_ATTACHMENTS - 1}`]: { $exists: false },
    },
    { $push: { attachments: added } },
    { returnDocument: 'after' },
  ).lean<LetterRecord>()
  const now = changed ?? (await whyNot(letter, id))
  // Only what was uploaded for a letter is thrown away; a file of the unit's stays there.
  if (asset.isForLetter && !asset.isInUse) await remove(own, deps)
  return now
}

const kindOf = ({ kind, format }: OwnAsset['asset']): Attachment['kind'] | null =>
  kind === 'document' ? (format ?? null) : kind === 'pdf' || kind === 'image' ? kind : null

async function whyNot({ _id }: LetterRecord, id: string): Promise<LetterRecord> {
  const there = await LetterModel.findById(_id).lean<LetterRecord>()
  if (!there) throw new Refusal('not_found', '没有这封信')
  if (there.attachments?.some((it) => it.id === id)) return there
  throw new Refusal('conflict', there.status === 'draft' ? `一封信最多带${MOST_ATTACHMENTS}个附件` : NO_DRAFT)
}

/** Takes a file away from a draft. Pressed twice, it is gone. */
export async function detach({ letter }: OwnLetter, attachmentId: string): Promise<LetterRecord> {
  const changed = await LetterModel.findOneAndUpdate(
    { _id: letter._id, status: 'draft' },
    { $pull: { attachments: { id: attachmentId } } },
    { returnDocument: 'after' },
  ).lean<LetterRecord>()
  if (!changed) throw new Refusal('conflict', NO_DRAFT)
  return changed
}

/** One file of a letter that its reader has been proven to read. */
export function attachmentOf({ attachments = [] }: LetterRecord, attachmentId: string): Attachment {
  const found = attachments.find((it) => it.id === attachmentId)
  if (!found) throw new Refusal('not_found', '这封信没有这个附件')
  return found
}

/** The same, for whoever is about to see it: what is doubted, or was sent back, is its author's alone. */
export async function attachmentFor(personId: string, letter: LetterRecord, attachmentId: string) {
  const found = attachmentOf(letter, attachmentId)
  const isAuthor = String(letter.authorId) === personId
  if (isAuthor || found.kind !== 'image') return found
  const why = (await hiddenAmong([found.sha256], letter)).get(found.sha256)
  if (why) throw new Refusal('not_found', hiddenWords(why))
  return found
}
