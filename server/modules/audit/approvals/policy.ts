import type { StaffActor } from '../../../http/actor.ts'
import { Refusal } from '../../../http/errors.ts'
import { unitScope, type UnitScope } from '../../org/policy.ts'
import { may } from '../../org/rules.ts'
import { isWithin } from '../../org/tree/rules.ts'
import { findRequest } from './service.ts'

/** The unit a request is about, if this member of staff answers for it; elsewhere the request does not exist. */
export async function requestScope(
  actor: StaffActor,
  approvalId: string,
): Promise<UnitScope<'approveExports'>> {
  const request = await findRequest(approvalId)
  if (!request) throw new Refusal('not_found', '没有这个申请')
  return unitScope(actor, String(request.unitId), 'approveExports').catch((error: unknown) => {
    throw error instanceof Refusal && error.code === 'not_found'
      ? new Refusal('not_found', '没有这个申请')
      : error
  })
}

/** Whether somebody answers for a unit from above it: who is bound by a rule does not lift it. */
export const isAbove = (actor: StaffActor, path: string) =>
  actor.posts.some((it) => it.path !== path && isWithin(path, it.path) && may(it.post, 'approveExports'))
