import type { StaffActor } from '../../http/actor.ts'
import { Refusal } from '../../http/errors.ts'
import { type OwnChild, unitScope, type UnitScope } from '../org/policy.ts'
import { type Action, may } from '../org/rules.ts'
import { DEPTH, idsOf, isWithin } from '../org/tree/rules.ts'
import type { LetterRecord } from './model.ts'
import { findLetter } from './service.ts'
import { isFor, placeOf } from './placing/service.ts'
import { sentenceFor } from './withdrawals/service.ts'

declare const proven: unique symbol

/** A letter whose writing unit is this member of staff's to write for. */
export type OwnLetter = Readonly<{ letter: LetterRecord; scope: UnitScope<'writeLetters'> }> & {
  readonly [proven]: 'OwnLetter'
}

/** A letter that has gone out, and a unit whose families' receipts this member of staff may see. */
export type LetterInScope<A extends Action = Action> = Readonly<{
  letter: LetterRecord
  scope: UnitScope<A>
  /** Whether the writing unit is theirs, too. */
  isOwn: boolean
}> & { readonly [proven]: A }

/** A letter that was sent to a child of this guardian, and the class on whose sheet the child stands. */
export type ChildsLetter = Readonly<{
  letter: LetterRecord & { sentAt: Date; textHash: string }
  child: OwnChild
  classId: string
  path: string
}> & { readonly [proven]: 'ChildsLetter' }

const noLetter = () => new Refusal('not_found', '没有这封信')

/**
 * Whether somebody holds a post in this very unit that knows its families: they alone see what it writes to single
 * families. Neither who stands above nor the child's own class teacher does, unless it is their letter.
 */
export const isKeeper = (actor: StaffActor, unitId: string) =>
  actor.posts.some((it) => it.unitId === unitId && may(it.post, 'seeFamilies'))

/**
 * Of the office that wrote a letter: why families object is for them to read. What comes from above the schools is answered
 * for by each school's office, as nobody above it knows its families.
 */
export const isSender = (actor: StaffActor, letter: Pick<LetterRecord, 'path'>) =>
  actor.posts.some(
    (it) =>
      may(it.post, 'seeFamilies') &&
      (isWithin(letter.path, it.path) ||
        (isWithin(it.path, letter.path) && idsOf(it.path).length === DEPTH.school + 1)),
  )

export const isHidden = (actor: StaffActor, letter: LetterRecord) =>
  Boolean(letter.isPrivate ?? letter.isForOneFamily) && !isKeeper(actor, String(letter.unitId))

/** Outside one's posts a letter does not exist; inside, the wrong post is told so. */
export async function ownLetter(actor: StaffActor, letterId: string): Promise<OwnLetter> {
  const letter = await findLetter(letterId)
  if (!letter || isHidden(actor, letter)) throw noLetter()
  const scope = await unitScope(actor, String(letter.unitId), 'writeLetters').catch((error: unknown) => {
    throw error instanceof Refusal && error.code === 'not_found' ? noLetter() : error
  })
  return { letter, scope } as OwnLetter
}

/**
 * What a unit's staff see of a letter: of their own, of one written below, and of one from above that reached them.
 * Drafts are for those who write.
 */
export async function letterWithin<A extends Action>(
  actor: StaffActor,
  letterId: string,
  unitId: string | undefined,
  action: A,
): Promise<LetterInScope<A>> {
  const letter = await findLetter(letterId)
  if (!letter || isHidden(actor, letter)) throw noLetter()
  const isOwn = actor.posts.some((it) => isWithin(letter.path, it.path))
  const at = unitId ?? (isOwn ? String(letter.unitId) : await postThatGotIt(actor, letter))
  if (!at) throw noLetter()
  const scope = await unitScope(actor, at, action)
  const isOut = letter.status === 'sent' || letter.status === 'withdrawn' || letter.status === 'sending'
  if (!isOut && !(isOwn && scope.may('writeLetters'))) throw noLetter()
  if (!isWithin(letter.path, scope.path) && !(await isFor(letter, scope.path))) throw noLetter()
  return { letter, scope, isOwn } as LetterInScope<A>
}

/** A grade head is asked for the grade before the class: the wider view is the one that is meant. */
async function postThatGotIt(actor: StaffActor, letter: LetterRecord) {
  for (const { unitId, path } of actor.posts) if (await isFor(letter, path)) return unitId
  return undefined
}

/** A letter to one's own child; anybody else's does not exist, a withdrawn one is gone and says so. */
export async function letterForChild(child: OwnChild, letterId: string): Promise<ChildsLetter> {
  const letter = await findLetter(letterId)
  const sentAt = letter?.sentAt
  const place = letter && sentAt ? await placeOf(child, { ...letter, sentAt }) : null
  if (!letter || !place || letter.status === 'sending') throw noLetter()
  if (letter.status !== 'sent') throw new Refusal('conflict', await sentenceFor(child, letter, place.classId))
  return { letter, child, ...place } as unknown as ChildsLetter
}
