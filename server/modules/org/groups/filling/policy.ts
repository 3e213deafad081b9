import type { StaffActor } from '../../../../http/actor.ts'
import { Refusal } from '../../../../http/errors.ts'
import { groupInScope, type GroupInScope } from '../policy.ts'
import type { GroupFillRecord } from './model.ts'
import { findFill } from './service.ts'

declare const proven: unique symbol

/** A table for a group whose children this member of staff may put together. */
export type FillInScope = Readonly<{ fill: GroupFillRecord; proof: GroupInScope }> & {
  readonly [proven]: 'FillInScope'
}

/** Where the group does not exist for somebody, nor do the tables for it. */
export async function fillInScope(actor: StaffActor, fillId: string, now: Date): Promise<FillInScope> {
  const noFill = new Refusal('not_found', '没有这份表格，或它已经过期，请重新上传')
  const fill = await findFill(fillId)
  if (!fill) throw noFill
  const proof = await groupInScope(actor, String(fill.groupId), now).catch(() => {
    throw noFill
  })
  return { fill, proof } as FillInScope
}
