import { Types } from 'mongoose'
import { Refusal } from '../../../http/errors.ts'
import type { UnitScope } from '../../org/policy.ts'
import { isApproved } from '../approvals/rules.ts'
import { LetterModel, type LetterRecord } from '../model.ts'
import type { OwnLetter } from '../policy.ts'
import { obstacle } from '../rules.ts'
import { sending, transition } from '../service.ts'

/** A unit that plans more ahead than this sees the first of them. */
const MOST_PLANNED = 100

/** It waits for its hour. */
export const scheduled = (sendAt: Date | null) => ({ status: 'scheduled', sendAt })

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

/** Scheduled letters whose time has come begin to be sent. One that cannot go any more falls back to a draft. */
export async function startDue(now: Date) {
  const due = await LetterModel.find({ status: 'scheduled', sendAt: { $lte: now } })
    .sort({ sendAt: 1 })
    .limit(50)
    .lean<LetterRecord[]>()
  for (const letter of due) {
    const isUnseen = letter.approval?.state === 'approved' && !isApproved(letter)
    const change =
      obstacle(letter, now, now) || isUnseen ? { status: 'draft', sendAt: null } : sending(letter, now)
    await LetterModel.updateOne({ _id: letter._id, status: 'scheduled' }, change)
  }
}
