import type { StaffActor } from '../../http/actor.ts'
import { unitScope, type UnitScope } from '../org/policy.ts'

/** A unit whose families this teacher may offer calls to. */
export const callScope = (actor: StaffActor, unitId: string): Promise<UnitScope<'offerCalls'>> =>
  unitScope(actor, unitId, 'offerCalls')

declare const proven: unique symbol

/** The teacher asking, proven to be the owner of what is asked for. */
export type OwnSlots = { readonly teacherId: string } & { readonly [proven]: 'OwnSlots' }

/** One's own slots need no post any more: who lost a post must still be able to cancel what was promised. */
export const ownSlots = (actor: StaffActor) => ({ teacherId: actor.personId }) as OwnSlots
