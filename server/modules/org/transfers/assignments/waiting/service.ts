import { Types } from 'mongoose'
import type { Deps } from '../../../../../infra/deps.ts'
import { announceGroupExpiry, remindOfGroup } from '../../messages/service.ts'
import { before, EXPIRE_DAYS, isOver, reminderFor } from '../../waiting/rules.ts'
import { GroupModel, type GroupRecord } from '../model.ts'
import { findAssignment } from '../service.ts'

const BATCH = 200

/** Looks after lists that a school does not answer, as after transfers: reminds the school, and ends them. Harmless twice. */
export async function tendGroups({ clock, log }: Pick<Deps, 'clock' | 'log'>) {
  const now = clock.now()
  let after = new Types.ObjectId('0'.repeat(24))
  for (;;) {
    const waiting = await GroupModel.find({ status: 'waiting', _id: { $gt: after } })
      .sort({ _id: 1 })
      // By key alone the database might walk past everything that was ever answered.
      .hint({ _id: 1, status: 1 })
      .limit(BATCH)
      .lean<GroupRecord[]>()
    const last = waiting.at(-1)
    if (!last) break
    after = last._id
    for (const group of waiting) {
      await tend(group, now).catch((error: unknown) =>
        log.error({ err: error, groupId: String(group._id) }, 'assignment list not tended'),
      )
    }
  }
  await tellExpired(now)
}

/** Since when the school has had it. Older ones say so by their last change. */
const since = (group: GroupRecord) => group.waitsSince ?? group.updatedAt

async function tend(group: GroupRecord, now: Date) {
  if (isOver(since(group), now)) {
    await GroupModel.updateOne(
      // Confirmed or sent back in this very moment, it is answered.
      { _id: group._id, status: 'waiting' },
      { status: 'expired', decidedAt: now, reason: `${EXPIRE_DAYS}天没有等到确认，自动结束` },
    )
    return
  }
  const day = reminderFor(since(group), now)
  if (day) await remindOfGroup(group, day, now)
}

/** Who sent it hears of it, also when a process died between the end and the word of it. */
async function tellExpired(now: Date) {
  const ended = await GroupModel.find({ status: 'expired', decidedAt: { $gte: before(1, now) } })
    .limit(BATCH)
    .lean<GroupRecord[]>()
  for (const group of ended) {
    const job = await findAssignment(String(group.assignmentId))
    if (job) await announceGroupExpiry(job, group, now)
  }
}
