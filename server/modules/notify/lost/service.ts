import type { DispatchDeps } from '../dispatch/rules.ts'
import { OutboxModel, type OutboxRecord } from '../model.ts'
import { fateOf, type Lead, LOST } from './rules.ts'

/**
 * What a dead process was sending may have arrived: it is shown as unknown and never sent again. Of what went along in a call whose end was
 * written down for the lead alone, that end is known.
 */
export async function giveUpLost({ clock, log }: Pick<DispatchDeps, 'clock' | 'log'>) {
  const lost = { status: 'sending', leaseUntil: { $lt: clock.now() } } as const
  // The leads first: riders ask them.
  const { modifiedCount } = await OutboxModel.updateMany({ ...lost, withId: { $exists: false } }, LOST)
  if (modifiedCount > 0) log.warn({ messages: modifiedCount }, 'messages cut off while being sent')
  const riders = await OutboxModel.find({ ...lost, withId: { $exists: true } }, RIDER).lean<Rider[]>()
  if (riders.length > 0) await adopt(riders, clock.now())
}

const RIDER = { withId: 1, leaseId: 1, mayText: 1 } as const
const LEAD = { status: 1, leaseId: 1, dueAt: 1, sentAt: 1, reason: 1, errcode: 1 } as const
type Rider = Pick<OutboxRecord, '_id' | 'withId' | 'leaseId' | 'mayText'>

/** Riders take over how their lead's call ended. The state they were found in is in each filter: who comes second changes nothing. */
async function adopt(riders: readonly Rider[], now: Date) {
  const leadIds = riders.flatMap((it) => it.withId ?? [])
  const leads = await OutboxModel.find({ _id: { $in: leadIds } }, LEAD).lean<Lead[]>()
  const byId = new Map(leads.map((it) => [it._id, it]))
  await OutboxModel.bulkWrite(
    riders.flatMap(({ _id, withId, leaseId, mayText }) => {
      const fate = fateOf({ leaseId, mayText }, byId.get(withId ?? ''), now)
      const filter = { _id, withId, leaseId, status: 'sending' as const }
      return fate ? [{ updateOne: { filter, update: { $set: fate } } }] : []
    }),
    { ordered: false },
  )
}
