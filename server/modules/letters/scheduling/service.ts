import { Types } from 'mongoose'
import type { Logger } from 'pino'
import { Refusal } from '../../../http/errors.ts'
import type { UnitScope } from '../../org/policy.ts'
import { LetterModel, type LetterRecord } from '../model.ts'
import type { OwnLetter } from '../policy.ts'
import { obstacle } from '../rules.ts'
import { type Stores, tellHeldBack, whyHeldBack } from './checking/service.ts'
import { sending, transition } from '../service.ts'

/** A unit that plans more ahead than this sees the first of them. */
const MOST_PLANNED = 100

/** It waits for its hour. */
export const scheduled = (sendAt: Date | null) => ({ status: 'scheduled', sendAt, heldBack: null })

export const unqueueLetter = ({ letter }: OwnLetter) =>
  transition(letter._id, 'scheduled', { status: 'draft', sendAt: null }, '这封信不在等待发送')

/** Another hour for what waits. */
export async function rescheduleLetter({ letter }: OwnLetter, sendAt: Date, now: Date) {
  if (sendAt <= now) throw new Refusal('invalid', '这个时间已经过了，请选晚一点')
  const problem = obstacle(letter, sendAt, now)
  if (problem) throw new Refusal('invalid', problem)
  return transition(letter._id, 'scheduled', { sendAt }, '这封信不在等待发送')
}

/** What a unit has planned, the next first. */
export const scheduledOf = (scope: UnitScope<'writeLetters'>, isOfKeeper: boolean) =>
  LetterModel.find({
    unitId: new Types.ObjectId(scope.unitId),
    status: 'scheduled',
    ...(!isOfKeeper && { isPrivate: { $ne: true } }),
  })
    .sort({ sendAt: 1 })
    .limit(MOST_PLANNED)
    .lean<LetterRecord[]>()

/** Scheduled letters whose time has come begin to be sent. One that cannot go any more is a draft again, and its author is told why. */
export async function startDue(now: Date, log: Logger, stores: Stores) {
  const due = await LetterModel.find({ status: 'scheduled', sendAt: { $lte: now } })
    .sort({ sendAt: 1 })
    .limit(50)
    .lean<LetterRecord[]>()
  for (const letter of due) {
    try {
      await begin(letter, stores, now)
    } catch (error) {
      // It waits for the next tick; the others go.
      log.error({ err: error, letterId: String(letter._id) }, 'scheduled letter not begun')
    }
  }
}

/** Begins what was read as due. Whoever has given it another hour or other words since has the last word: the next tick looks at it anew. */
export async function begin(letter: LetterRecord, stores: Stores, now: Date) {
  const why = await whyHeldBack(letter, stores, now)
  // Told first: cut short here, it is told again and not twice.
  if (why) await tellHeldBack(letter, why, now)
  const change = why ? { status: 'draft', sendAt: null, heldBack: { why, at: now } } : sending(letter, now)
  const asRead = { _id: letter._id, status: 'scheduled' as const, updatedAt: letter.updatedAt }
  await LetterModel.updateOne(asRead, change)
}
