import type { GuardianActor, StaffActor } from '../../http/actor.ts'
import type { OwnChild, UnitScope } from '../org/policy.ts'
import { ownChild, ownChildren, unitScope } from '../org/policy.ts'
import { Refusal } from '../../http/errors.ts'

declare const proven: unique symbol

/** A guardian who studies for themselves: every query of progress, quiz and exam is about this person and no other. */
export type Learner = Readonly<{ personId: string; name: string }> & { readonly [proven]: 'Learner' }

export const learner = (actor: GuardianActor) =>
  ({ personId: actor.personId, name: actor.name }) as unknown as Learner

/** The children a programme may be required for: the one that is named, else all of mine. */
export async function childrenFor(actor: GuardianActor, studentId: string | undefined): Promise<OwnChild[]> {
  return studentId ? [await ownChild(actor, studentId)] : ownChildren(actor)
}

/** A class this member of staff may see the families of. */
export async function ownClass(actor: StaffActor, classId: string): Promise<UnitScope<'seeFamilies'>> {
  const scope = await unitScope(actor, classId, 'seeFamilies')
  if (scope.kind !== 'class') throw new Refusal('invalid', '请选择一个班级')
  return scope
}
