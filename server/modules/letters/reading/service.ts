import type { StaffActor } from '../../../http/actor.ts'
import type { UnitScope } from '../../org/policy.ts'
import { may } from '../../org/rules.ts'
import { isWithin } from '../../org/tree/rules.ts'
import { isApproved } from '../approvals/rules.ts'
import { approverOf } from '../approvals/service.ts'
import { editionsBefore } from '../editions/service.ts'
import { fateOf } from '../forwards/fates/service.ts'
import { forwardProblem } from '../forwards/rules.ts'
import type { LetterRecord } from '../model.ts'
import { presentLetter } from '../present.ts'
import { NOTHING } from '../sheets/rules.ts'
import { talliesOf } from '../sheets/service.ts'
import { staffTallies } from '../staff/service.ts'

/** A letter as a member of staff sees it from a unit; `isOwn` is proven: its writing unit is theirs, too. */
export async function letterFor(letter: LetterRecord, scope: UnitScope, actor: StaffActor, isOwn = true) {
  const before = await editionsBefore(letter)
  const tallies = await talliesFor([letter, ...before], scope.path)
  const tally = letter.status === 'sent' ? NOTHING : null
  const mayWrite = isOwn && scope.may('writeLetters')
  return presentLetter(letter, {
    mayWrite,
    may: scope.may,
    within: scope.path,
    tally: tallies.get(String(letter._id)) ?? tally,
    passing: {
      copy: scope.may('writeLetters') && letter.status !== 'sending',
      forward: scope.may('writeLetters') && forwardProblem(letter, scope.path) === null,
    },
    earlier: before.map((it) => ({ letter: it, tally: tallies.get(String(it._id)) ?? null })),
    fate: mayWrite ? await fateOf(letter) : null,
    ...(mayWrite && letter.status === 'draft' && { approval: await approvalFor(letter, actor) }),
  })
}

/** Whether a draft has to be seen first, and what whoever looks may do about it. */
async function approvalFor(letter: LetterRecord, actor: StaffActor) {
  const approver = await approverOf(letter)
  const { approval } = letter
  const isMine = [letter.authorId, approval?.byId].some((it) => String(it) === actor.personId)
  const standsAt = (path: string) =>
    actor.posts.some((it) => isWithin(path, it.path) && may(it.post, 'writeLetters'))
  const isOpen = approval?.state === 'submitted'
  const isNeeded = Boolean(approver ?? approval?.isForSafety) && !isApproved(letter)
  return {
    isNeeded,
    maySend: !isNeeded || (!isOpen && !isMine && approver !== null && standsAt(approver.path)),
    mayDecide: isOpen && !isMine && standsAt(approval.approverPath),
  }
}

/** Families' receipts or, of letters to staff, theirs: a member of staff has an account and nothing to sign. */
export async function talliesFor(letters: LetterRecord[], path: string) {
  const [toFamilies, toStaff] = [letters.filter((it) => !it.staff), letters.filter((it) => it.staff)]
  const [families, staff] = await Promise.all([
    talliesOf(
      toFamilies.map((it) => it._id),
      path,
    ),
    staffTallies(
      toStaff.map((it) => it._id),
      path,
    ),
  ])
  for (const [id, it] of staff) families.set(id, { ...it, reached: it.expected, signed: 0 })
  return families
}
