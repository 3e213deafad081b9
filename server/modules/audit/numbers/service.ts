import { Types } from 'mongoose'
import { Refusal } from '../../../http/errors.ts'
import { AuditModel } from '../model.ts'
import type { Act } from '../rules.ts'
import { MOST_AN_HOUR } from './rules.ts'

const HOUR_MS = 3_600_000

/** Refuses who has asked for a class's worth of numbers within an hour: one by one, a list would pass without an approval. */
export async function requireFew(personId: string, now: Date) {
  const shown = await AuditModel.countDocuments(
    {
      actorId: new Types.ObjectId(personId),
      at: { $gt: new Date(now.getTime() - HOUR_MS) },
      act: { $in: ['phone.shown', 'idNumber.shown'] satisfies Act[] },
    },
    { limit: MOST_AN_HOUR },
  )
  if (shown >= MOST_AN_HOUR)
    throw new Refusal('too_many', `一小时最多显示${MOST_AN_HOUR}个号码，请稍后再试`, 3_600)
}
