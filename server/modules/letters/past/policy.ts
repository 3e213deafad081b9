import type { StaffActor } from '../../../http/actor.ts'
import { Refusal } from '../../../http/errors.ts'
import { shanghaiDay } from '../../../infra/clock.ts'
import { findPerson } from '../../accounts/service.ts'
import { yearsOf } from '../../org/terms/service.ts'
import type { UnitRecord } from '../../org/tree/model.ts'
import { DEPTH, idAt } from '../../org/tree/rules.ts'
import { findUnits } from '../../org/tree/service.ts'
import type { LetterRecord } from '../model.ts'
import { findLetter } from '../service.ts'
import { readableTo } from './rules.ts'

declare const proven: unique symbol

/** Classes that have moved up since, and whose 班主任 this member of staff was; still at that school, they may look back. */
export type FormerClasses = Readonly<{ personId: string; classes: readonly UnitRecord[] }> & {
  readonly [proven]: 'FormerClasses'
}

/** A letter that somebody wrote as 班主任 of a class that has moved up, in the time in which they may still read its sheet. */
export type OwnPastLetter = Readonly<{
  letter: LetterRecord & { sentAt: Date }
  klass: UnitRecord
  readableTo: string
}> & { readonly [proven]: 'OwnPastLetter' }

export async function formerClasses(actor: StaffActor, now: Date): Promise<FormerClasses> {
  const person = await findPerson(actor.personId)
  const past = (person?.posts ?? []).filter((it) => it.post === 'class_teacher' && it.to && it.to <= now)
  const schools = new Set(actor.posts.flatMap((it) => idAt(it.path, DEPTH.school) ?? []))
  const units = await findUnits([...new Set(past.map((it) => String(it.unitId)))])
  // Who handed a class over within the year handed its sheets over too: only a class that is closed has no 班主任 any more.
  const classes = units.filter((it) => it.closedAt && schools.has(idAt(it.path, DEPTH.school) ?? ''))
  return { personId: actor.personId, classes } as unknown as FormerClasses
}

/** Whether a letter may be read again, as `ownPastLetter` says, with its class. */
export async function asPastLetter(
  former: FormerClasses,
  letter: LetterRecord,
  now: Date,
): Promise<OwnPastLetter | null> {
  const klass = former.classes.find((it) => it._id.equals(letter.unitId))
  if (!klass || !letter.sentAt || letter.status !== 'sent') return null
  if (String(letter.authorId) !== former.personId) return null
  const to = readableTo(shanghaiDay(letter.sentAt), await yearsOf(klass.path))
  return shanghaiDay(now) <= to ? ({ letter, klass, readableTo: to } as unknown as OwnPastLetter) : null
}

/** One letter of one's own past class; anybody else's, the successor's too, does not exist. */
export async function ownPastLetter(actor: StaffActor, letterId: string, now: Date): Promise<OwnPastLetter> {
  const [former, letter] = await Promise.all([formerClasses(actor, now), findLetter(letterId)])
  const own = letter && (await asPastLetter(former, letter, now))
  if (!own) throw new Refusal('not_found', '没有这封信，或已经过了可以回看的时间')
  return own
}
