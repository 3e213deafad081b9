import { Types } from 'mongoose'
import type { Deps } from '../../../../infra/deps.ts'
import { announceExpiry, remindOfTransfer } from '../messages/service.ts'
import { TransferModel, type TransferRecord } from '../model.ts'
import { before, EXPIRE_DAYS, isOver, reminderFor } from './rules.ts'

const BATCH = 200
const OPEN = ['asked', 'proposed'] as const

/**
 * Looks after transfers nobody answers: reminds the school whose word is waited for, and ends them. A message's key carries its day and
 * an end is conditional, so whatever runs twice or is cut short says everything once.
 */
export async function tendTransfers({ clock, log }: Pick<Deps, 'clock' | 'log'>) {
  const now = clock.now()
  let after = new Types.ObjectId('0'.repeat(24))
  for (;;) {
    const waiting = await TransferModel.find({ status: { $in: OPEN }, _id: { $gt: after } })
      .sort({ _id: 1 })
      // By key alone the database might walk past everything that was ever answered.
      .hint({ _id: 1, status: 1 })
      .limit(BATCH)
      .lean<TransferRecord[]>()
    const last = waiting.at(-1)
    if (!last) break
    after = last._id
    for (const transfer of waiting) {
      await tend(transfer, now).catch((error: unknown) =>
        log.error({ err: error, transferId: String(transfer._id) }, 'transfer not tended'),
      )
    }
  }
  await tellExpired(now)
}

/** Since when the school that has to answer has had it. Older transfers say so by their last change. */
const since = (transfer: TransferRecord) => transfer.waitsSince ?? transfer.updatedAt

async function tend(transfer: TransferRecord, now: Date) {
  if (isOver(since(transfer), now)) {
    await TransferModel.updateOne(
      // Answered or agreed to in this very moment, it goes on.
      { _id: transfer._id, status: transfer.status, waitsSince: transfer.waitsSince ?? null },
      { status: 'expired', decidedAt: now, reason: `${EXPIRE_DAYS}天没有等到答复，自动结束` },
    )
    return
  }
  const day = reminderFor(since(transfer), now)
  if (day) await remindOfTransfer(transfer, day, now)
}

/** The school that waited hears of it, also when a process died between the end and the word of it. */
async function tellExpired(now: Date) {
  const ended = await TransferModel.find({ status: 'expired', decidedAt: { $gte: before(1, now) } })
    .limit(BATCH)
    .lean<TransferRecord[]>()
  for (const transfer of ended) await announceExpiry(transfer, now)
}
