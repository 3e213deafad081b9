import type { Asset } from '#contract/files'
import type { AssetRecord } from './model.ts'
import { addressOf, posterOf } from './rules.ts'

/** A paper that was uploaded for a letter is served with the letter alone. */
const openAddressOf = ({ key, kind, isForLetter }: AssetRecord) =>
  kind === 'document' || (isForLetter && kind === 'pdf') ? null : addressOf({ key, kind })

export const presentAsset = (it: AssetRecord): Asset => ({
  id: String(it._id),
  kind: it.kind,
  name: it.name,
  bytes: it.bytes,
  status: it.status,
  progress: it.progress,
  problem: it.problem ?? null,
  seconds: it.seconds ?? null,
  pages: it.pages ?? null,
  width: it.width ?? null,
  height: it.height ?? null,
  address: it.status === 'ready' ? openAddressOf(it) : null,
  poster: it.status === 'ready' ? posterOf(it) : null,
  captions: it.captions,
  isInUse: it.isInUse,
  createdAt: it.createdAt.toISOString(),
  abilities: { remove: !it.isInUse, resume: it.status === 'uploading' },
})
