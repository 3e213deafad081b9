import { Types } from 'mongoose'
import { Refusal } from '../../../../http/errors.ts'
import { shanghaiDay, shanghaiInstant } from '../../../../infra/clock.ts'
import { waitedSince } from '../hours/rules.ts'
import { isWorkday } from '../hours/service.ts'
import { askDesk } from '../messages/service.ts'
import { ThreadModel, type ThreadRecord } from '../model.ts'
import { notKeptFrom } from '../private/service.ts'
import { PAGE, paged } from '../reading/service.ts'
import { PRINCIPAL_WORKDAYS, readMark } from '../rules.ts'
import type { Head, OverdueThread } from './policy.ts'

/** A menu says 99+ at most. */
const MOST_COUNTED = 1000

const late = async (schoolId: string, personId: string, now: Date) => ({
  schoolId: new Types.ObjectId(schoolId),
  state: 'waiting' as const,
  waitingSince: { $lt: waitedSince(now, PRINCIPAL_WORKDAYS, isWorkday) },
  ...(await notKeptFrom(personId)),
})

/** What a school has left without an answer for more than five working days, the oldest first. */
export async function overdueIn({ unitId, scope }: Head, after: string | undefined, now: Date) {
  const mark = after === undefined ? null : readMark(after)
  const found = await ThreadModel.find({
    $and: [
      await late(unitId, scope.personId, now),
      mark
        ? {
            $or: [
              { waitingSince: { $gt: mark.at } },
              { waitingSince: mark.at, _id: { $gt: new Types.ObjectId(mark.id) } },
            ],
          }
        : {},
    ],
  })
    .sort({ waitingSince: 1, _id: 1 })
    .limit(PAGE + 1)
    .lean<ThreadRecord[]>()
  return paged(found, 'waitingSince')
}

const NOBODY = '这个岗位现在没有人，请接过来回复，或者先安排好岗位'
const ASKED = '今天已经提醒过了；明天还没有回复，可以再提醒'

/** Asks who has it to answer, once a day. */
export async function ask({ thread }: OverdueThread, now: Date) {
  await ThreadModel.db.transaction(async () => {
    const { matchedCount } = await ThreadModel.updateOne(
      { _id: thread._id, state: 'waiting', askedAt: { $not: { $gte: shanghaiInstant(shanghaiDay(now)) } } },
      { askedAt: now },
    )
    if (matchedCount === 0) throw new Refusal('conflict', ASKED)
    if ((await askDesk(thread, now)) === 0) throw new Refusal('conflict', NOBODY)
  })
}

export const countOverdueIn = async (schoolId: string, personId: string, now: Date) =>
  ThreadModel.countDocuments(await late(schoolId, personId, now), { limit: MOST_COUNTED })
