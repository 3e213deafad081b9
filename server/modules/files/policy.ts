import type { StaffActor } from '../../http/actor.ts'
import { Refusal } from '../../http/errors.ts'
import { unitScope } from '../org/policy.ts'
import type { AssetRecord } from './model.ts'
import { type FileScope, findAsset } from './service.ts'

declare const proven: unique symbol

/** A file whose unit this member of staff writes courses or letters for. */
export type OwnAsset = Readonly<{ asset: AssetRecord; scope: FileScope }> & {
  readonly [proven]: 'OwnAsset'
}

/** A unit whose files this member of staff may see and add to. */
export const fileScope = (actor: StaffActor, unitId: string): Promise<FileScope> =>
  unitScope(actor, unitId, 'editCourses', 'writeLetters')

/** Outside one's posts a file does not exist, nor does what a colleague has uploaded for a letter. */
export async function ownAsset(actor: StaffActor, assetId: string): Promise<OwnAsset> {
  const missing = () => new Refusal('not_found', '没有这个文件，或它不在您的管理范围内')
  const asset = await findAsset(assetId)
  if (!asset || (asset.isForLetter && String(asset.personId) !== actor.personId)) throw missing()
  const scope = await fileScope(actor, String(asset.unitId)).catch((error: unknown) => {
    throw error instanceof Refusal && error.code === 'not_found' ? missing() : error
  })
  return { asset, scope } as OwnAsset
}
