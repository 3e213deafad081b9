import type { StaffActor } from '../../../../http/actor.ts'
import { Refusal } from '../../../../http/errors.ts'
import { type LetterInScope, letterWithin } from '../../policy.ts'
import { isWithin } from '../../../org/tree/rules.ts'

declare const proven: unique symbol

/** A letter, and a unit of whose staff this actor may see what each has done with it. */
export type StaffNames = Pick<LetterInScope<'seeFigures'>, 'letter' | 'scope'> & {
  readonly [proven]: 'StaffNames'
}

type InScope = Pick<LetterInScope<'seeFigures'>, 'letter' | 'scope'>

/** Whoever gives the posts there, and the office that wrote the letter. */
export const maySeeNames = ({ letter, scope }: InScope) =>
  scope.may('appoint') || (scope.may('writeLetters') && isWithin(letter.path, scope.path))

export const mayRemind = (inScope: InScope) =>
  maySeeNames(inScope) &&
  inScope.scope.may('writeLetters') &&
  inScope.letter.status === 'sent' &&
  !inScope.letter.supersededBy

export async function staffNamesWithin(
  actor: StaffActor,
  letterId: string,
  unitId: string,
): Promise<StaffNames> {
  const inScope = await letterWithin(actor, letterId, unitId, 'seeFigures')
  if (!maySeeNames(inScope)) throw new Refusal('forbidden', '您的岗位只能看数字，不能看名单')
  return { letter: inScope.letter, scope: inScope.scope } as unknown as StaffNames
}
