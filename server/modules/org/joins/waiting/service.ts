import { Types } from 'mongoose'
import type { Logger } from 'pino'
import { Refusal } from '../../../../http/errors.ts'
import type { Deps } from '../../../../infra/deps.ts'
import { placeOf } from '../../families/messages/service.ts'
import { announceDecision, announceRequest, remindOfRequest } from '../messages/service.ts'
import { JoinModel, type JoinRecord } from '../model.ts'
import { ask } from '../service.ts'
import { before, EXPIRE_DAYS, isOver, REMIND_DAYS, reminderFor } from '../rules.ts'

const BATCH = 200
type Clock = Pick<Deps, 'clock'>

/**
 * Looks after requests that wait: reminds the 班主任, ends what nobody decided. A message's key carries its day and an
 * end is conditional, so whatever runs twice or is cut short says everything once.
 */
export async function tendWaiting(deps: Clock & { log: Logger }) {
  const now = deps.clock.now()
  let after = new Types.ObjectId('0'.repeat(24))
  for (;;) {
    const joins = await JoinModel.find({
      status: 'waiting',
      askedAt: { $lte: before(REMIND_DAYS[0], now) },
      _id: { $gt: after },
    })
      .sort({ _id: 1 })
      .limit(BATCH)
      .lean<JoinRecord[]>()
    const last = joins.at(-1)
    if (!last) break
    after = last._id
    for (const join of joins) {
      await tend(join, now, deps).catch((error: unknown) =>
        deps.log.error({ err: error, joinId: String(join._id) }, 'request to join not tended'),
      )
    }
  }
  await tellExpired(deps)
}

async function tend(join: JoinRecord, now: Date, deps: Clock) {
  if (isOver(join.askedAt, now)) {
    await JoinModel.updateOne({ _id: join._id, status: 'waiting' }, { status: 'expired', decidedAt: now })
    return
  }
  const day = reminderFor(join.askedAt, now)
  if (day) await remindOfRequest(join, (await placeOf(join.path)).className, day, deps)
}

/** The parent hears of it, also when a process died between the end and the word of it. */
async function tellExpired(deps: Clock) {
  const ended = await JoinModel.find({
    status: 'expired',
    decidedAt: { $gte: before(1, deps.clock.now()) },
  })
    .limit(BATCH)
    .lean<JoinRecord[]>()
  for (const join of ended) {
    const { className } = await placeOf(join.path)
    const reason = `${EXPIRE_DAYS}天没有等到处理，可以再申请一次`
    await announceDecision(join, className, { approved: false, reason }, deps)
  }
}

/** Asks once more with the same words, after nobody decided. Pressed twice, it is one request. */
export async function askAgain(personId: string, joinId: string, deps: Clock) {
  const now = deps.clock.now()
  const old = await JoinModel.findOne({
    _id: joinId,
    personId: new Types.ObjectId(personId),
    isHidden: { $ne: true },
  }).lean<JoinRecord>()
  if (!old) throw new Refusal('not_found', '没有这条申请')
  if (old.status !== 'expired') throw new Refusal('conflict', '这条申请不用再提交了')
  const { classId, path, studentName, guardianName, relation } = old
  const join = await ask({ personId, unit: { _id: classId, path }, studentName, guardianName, relation }, now)
  const place = await placeOf(path)
  await announceRequest(join, place.className, deps)
  return { join, place }
}
