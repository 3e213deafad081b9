import { randomBytes } from 'node:crypto'
import { copyFile, rename } from 'node:fs/promises'
import type { Types } from 'mongoose'
import type { AssetKind } from '#contract/files'
import type { Deps } from '../../../infra/deps.ts'
import { AssetModel, type AssetRecord } from '../model.ts'
import { shownName } from '../rules.ts'
import { makeFolders, originalOf } from '../service.ts'

/** A file that the product itself has made or fetched becomes one of a unit's files; it is looked at like any other. */
export async function adopt(
  said: { unitId: Types.ObjectId; path: string; name: string; bytes: number; kind: AssetKind },
  source: string,
  { env, clock }: Pick<Deps, 'env' | 'clock'>,
) {
  await makeFolders({ env })
  const now = clock.now()
  const asset = await AssetModel.create({
    ...said,
    name: shownName(said.name),
    // Nobody uploaded it: it stands for the unit.
    personId: said.unitId,
    key: randomBytes(16).toString('hex'),
    leaseUntil: now,
    createdAt: now,
  })
  const target = originalOf(String(asset._id), { env })
  await rename(source, target).catch(() => copyFile(source, target))
  await AssetModel.updateOne({ _id: asset._id, status: 'uploading' }, { status: 'checking' })
  return asset.toObject<AssetRecord>()
}
