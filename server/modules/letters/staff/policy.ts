import type { ActorPost, StaffActor } from '../../../http/actor.ts'
import { Refusal } from '../../../http/errors.ts'
import { findLetter } from '../service.ts'
import { reachedBy } from './rules.ts'
import { type SentToStaff, sheetIdsOf, withdrawn } from './service.ts'

declare const proven: unique symbol

/** A letter to a post that this member of staff holds. */
export type HoldersLetter = Readonly<{
  letter: SentToStaff & { textHash: string }
  actor: StaffActor
  sheetIds: string[]
  /** What they hold that it is written to, the oldest first. */
  posts: ActorPost[]
  schoolName: string
}> & { readonly [proven]: 'HoldersLetter' }

/** Whoever does not hold such a post is told of no letter; a withdrawn one is gone and says so. */
export async function letterForStaff(actor: StaffActor, letterId: string): Promise<HoldersLetter> {
  const letter = await findLetter(letterId)
  const posts =
    letter?.staff && letter.sentAt
      ? reachedBy({ ...letter, staff: letter.staff, sentAt: letter.sentAt }, actor.posts)
      : []
  if (!letter || posts.length === 0 || letter.status === 'sending') {
    throw new Refusal('not_found', '没有这封信')
  }
  if (letter.status !== 'sent') throw withdrawn()
  const sheetIds = sheetIdsOf(letter, posts).sort()
  return { letter, actor, sheetIds, posts, schoolName: '' } as unknown as HoldersLetter
}
