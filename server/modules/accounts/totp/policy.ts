import type { PostKind } from '#contract/posts'
import type { StaffActor } from '../../../http/actor.ts'
import { type UnitScope, unitScope } from '../../org/policy.ts'
import { may, widest } from '../../org/rules.ts'
import { isWithin } from '../../org/tree/rules.ts'

/** A unit whose rules of signing in this member of staff keeps, and the widest post by which they do. */
export type SignInScope = Readonly<{ scope: UnitScope<'keepSignIn'>; by: PostKind }>

export async function signInScope(actor: StaffActor, unitId: string): Promise<SignInScope> {
  const scope = await unitScope(actor, unitId, 'keepSignIn')
  const keeping = actor.posts.filter((it) => isWithin(scope.path, it.path) && may(it.post, 'keepSignIn'))
  return { scope, by: widest(keeping.map((it) => it.post)) ?? scope.post }
}
