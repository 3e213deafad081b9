import type { StaffActor } from '../../http/actor.ts'
import { Refusal } from '../../http/errors.ts'
import { unitScope, type UnitScope } from '../org/policy.ts'
import type { AssetRecord } from './model.ts'
import { findAsset } from './service.ts'

declare const proven: unique symbol

/** A file whose unit this member of staff keeps the courses of. */
export type OwnAsset = Readonly<{ asset: AssetRecord; scope: UnitScope<'editCourses'> }> & {
  readonly [proven]: 'OwnAsset'
}

/** A unit whose files this member of staff may see and add to. */
export const fileScope = (actor: StaffActor, unitId: string) => unitScope(actor, unitId, 'editCourses')

/** Outside one's posts a file does not exist. */
export async function ownAsset(actor: StaffActor, assetId: string): Promise<OwnAsset> {
  const missing = () => new Refusal('not_found', '没有这个文件，或它不在您的管理范围内')
  const asset = await findAsset(assetId)
  if (!asset) throw missing()
  const scope = await fileScope(actor, String(asset.unitId)).catch((error: unknown) => {
    throw error instanceof Refusal && error.code === 'not_found' ? missing() : error
  })
  return { asset, scope } as OwnAsset
}
