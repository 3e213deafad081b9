import type { StaffActor } from '../../../http/actor.ts'
import { Refusal } from '../../../http/errors.ts'
import { unitScope, type UnitScope } from '../../org/policy.ts'
import { idsOf } from '../../org/tree/rules.ts'
import type { ReflectionRecord } from './model.ts'
import { findReflection } from './service.ts'

declare const proven: unique symbol

/** A text of a family below a unit where this member of staff decides what families are shown. */
export type OwnReview = Readonly<{ reflection: ReflectionRecord; scope: UnitScope<'publishCourses'> }> & {
  readonly [proven]: 'OwnReview'
}

const SCHOOL = 2

/** Elsewhere, or kept to oneself, it does not exist. */
export async function ownReview(actor: StaffActor, reflectionId: string): Promise<OwnReview> {
  const missing = () => new Refusal('not_found', '没有这段话，或它不在您的管理范围内')
  const reflection = await findReflection(reflectionId)
  // Of who learns in a district’s post, that district.
  const unitId =
    reflection &&
    idsOf(reflection.path)
      .slice(0, SCHOOL + 1)
      .at(-1)
  if (!reflection?.isShared || !unitId) throw missing()
  const scope = await unitScope(actor, unitId, 'publishCourses').catch((error: unknown) => {
    throw error instanceof Refusal && error.code === 'not_found' ? missing() : error
  })
  return { reflection, scope } as OwnReview
}
