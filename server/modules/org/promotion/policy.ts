import type { StaffActor } from '../../../http/actor.ts'
import { Refusal } from '../../../http/errors.ts'
import { unitScope, type UnitScope } from '../policy.ts'
import type { PromotionRecord } from './model.ts'
import { findPromotion } from './service.ts'

/** A promotion of a unit this member of staff keeps the tree of; elsewhere it does not exist. */
export async function ownPromotion(
  actor: StaffActor,
  promotionId: string,
): Promise<{ job: PromotionRecord; scope: UnitScope<'keepTree'> }> {
  const job = await findPromotion(promotionId)
  if (!job) throw new Refusal('not_found', '没有这次升级')
  const scope = await unitScope(actor, String(job.unitId), 'keepTree').catch((error: unknown) => {
    throw error instanceof Refusal && error.code === 'not_found'
      ? new Refusal('not_found', '没有这次升级')
      : error
  })
  return { job, scope }
}
