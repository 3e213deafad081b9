import type { StaffActor } from '../../../http/actor.ts'
import { Refusal } from '../../../http/errors.ts'
import { unitScope, type UnitScope } from '../policy.ts'
import type { ChildGroupRecord } from './model.ts'
import { findGroup } from './service.ts'

declare const proven: unique symbol

/** A group whose children this member of staff may see and put together. */
export type GroupInScope = Readonly<{ group: ChildGroupRecord; scope: UnitScope<'seeFamilies'> }> & {
  readonly [proven]: 'GroupInScope'
}

/** To whoever does not know the families of the unit that keeps it, a group does not exist: its name may say too much. */
export async function groupInScope(actor: StaffActor, groupId: string, now: Date): Promise<GroupInScope> {
  const noGroup = new Refusal('not_found', '没有这个分组，或它已经解散')
  const group = await findGroup(groupId, now)
  if (!group) throw noGroup
  const scope = await unitScope(actor, String(group.unitId), 'seeFamilies').catch(() => {
    throw noGroup
  })
  return { group, scope } as GroupInScope
}
