import type { StaffActor } from '../../../http/actor.ts'
import { Refusal } from '../../../http/errors.ts'
import { unitScope, type UnitScope } from '../../org/policy.ts'
import { isWithin } from '../../org/tree/rules.ts'
import type { LetterRecord } from '../model.ts'
import { ownLetter } from '../policy.ts'

declare const proven: unique symbol

/** A letter that waits for a unit whose yes is this member of staff's to give. */
export type LetterToDecide = Readonly<{
  letter: LetterRecord
  scope: UnitScope<'writeLetters'>
  /** 实验中学 王校长, （代） where somebody stands in for the holder of the post. */
  approver: string
}> & { readonly [proven]: 'LetterToDecide' }

/** Outside the unit it waits for it does not exist; its author asks somebody else. */
export async function letterToDecide(actor: StaffActor, letterId: string): Promise<LetterToDecide> {
  // Whoever may write for the unit knows of the letter, and is told that it is not theirs to judge.
  const { letter } = await ownLetter(actor, letterId)
  if (!letter.approval) throw new Refusal('conflict', '这封信不在等待审核')
  const scope = await unitScope(actor, String(letter.approval.approverId), 'writeLetters').catch(
    (error: unknown) => {
      if (!(error instanceof Refusal) || error.code !== 'not_found') throw error
      throw new Refusal('forbidden', '这封信由上级单位审核')
    },
  )
  if ([letter.authorId, letter.approval.byId].some((it) => String(it) === actor.personId)) {
    throw new Refusal('conflict', '自己写的信要请另一位同事审核')
  }
  const isDeputy = actor.posts.some((it) => it.isDeputy && isWithin(scope.path, it.path))
  const approver = `${scope.fullName} ${actor.name}${isDeputy ? '（代）' : ''}`
  return { letter, scope, approver } as LetterToDecide
}
