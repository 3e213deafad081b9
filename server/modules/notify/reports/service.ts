import { OutboxModel, type OutboxRecord } from '../model.ts'
import { EarlyReportModel, type EarlyReportRecord } from './model.ts'

/** A call takes a minute and a half at the very most; what nobody knows after this is not ours. */
const LOOKED_FOR_MS = 10 * 60_000
/** More than fail in the moments between a call and its record. */
const MOST_EARLY = 500

/** The type is said as the index says it, else MongoDB 6 reads the whole outbox instead. */
const text = (value: string) => ({ $eq: value, $type: 'string' as const })

/** WeChat says afterwards that a message did not arrive. Harmless twice; one that comes before its message's number is kept for `takeInEarly`. */
export async function noteFailedDelivery(messageId: string, errcode: number, now: Date) {
  if (await markFailed(messageId, errcode, now)) return
  await EarlyReportModel.updateOne(
    { _id: messageId },
    { $setOnInsert: { errcode, at: now } },
    { upsert: true },
  ).catch((error: { code?: number }) => {
    if (error.code !== 11000) throw error // pushed twice at the same moment
  })
}

/** Looks once more for the messages of reports that came too early. */
export async function takeInEarly(now: Date) {
  const early = await EarlyReportModel.find({ at: { $gte: new Date(now.getTime() - LOOKED_FOR_MS) } })
    .limit(MOST_EARLY)
    .lean<EarlyReportRecord[]>()
  if (early.length === 0) return
  const known = await OutboxModel.find(
    { messageId: { $in: early.map((it) => it._id), $type: 'string' } },
    { messageId: 1 },
  ).lean<Pick<OutboxRecord, 'messageId'>[]>()
  const numbers = new Set(known.map((it) => it.messageId))
  for (const { _id, errcode } of early.filter((it) => numbers.has(it._id)))
    if (await markFailed(_id, errcode, now)) await EarlyReportModel.deleteOne({ _id })
}

/** False where no message has this number, or not yet. */
async function markFailed(messageId: string, errcode: number, now: Date) {
  const failed = { status: 'unreachable', reason: 'notDelivered', errcode } as const
  await OutboxModel.updateOne({ messageId: text(messageId), status: 'sent' }, failed)
  // Told again after a crash in between, the lead is marked already; what rode along is not.
  const lead = await OutboxModel.findOne({ messageId: text(messageId) }, { leaseId: 1 }).lean<
    Pick<OutboxRecord, '_id' | 'leaseId'>
  >()
  if (!lead) return false
  // Also what the sender has not marked as sent yet: it finds it ended then, and leaves it so.
  const along = { withId: text(lead._id), leaseId: lead.leaseId }
  await OutboxModel.updateMany({ ...along, status: { $in: ['sending', 'sent', 'unknown'] } }, failed)
  await OutboxModel.updateMany(
    {
      $or: [{ _id: lead._id }, along],
      ...{ status: 'unreachable', reason: 'notDelivered', mayText: true, sms: null },
    },
    { sms: { status: 'pending', dueAt: now } },
  )
  return true
}
