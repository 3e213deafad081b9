import type { Types } from 'mongoose'
import { Refusal } from '../../../../http/errors.ts'
import type { Deps } from '../../../../infra/deps.ts'
import { instantInWords } from '../../../../infra/clock.ts'
import { LiveRefused } from '../../../../infra/live/provider.ts'
import { mark, talliesOf } from '../../attendance/service.ts'
import { noteLive } from '../../schools/activities/service.ts'
import { LiveModel, type LiveRecord, SeatModel, type SeatRecord } from '../model.ts'
import type { OwnLive } from '../policy.ts'
import { EARLY_MS, MOST_SECONDS, neededSeconds } from '../rules.ts'

const BATCH = 500
const HOUR_MS = 3_600_000

/** What the live service refuses is said to the teacher; anything else is a bug. */
export async function throughProvider<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof LiveRefused)) throw error
    throw new Refusal(
      error.isPassing ? 'unavailable' : 'conflict',
      error.message,
      error.isPassing ? 30 : undefined,
    )
  }
}

/** Begins the class: a stream is asked for, then the class is on. Pressed twice, the same stream is given. */
export async function begin({ live }: OwnLive, { clock, live: provider }: Pick<Deps, 'clock' | 'live'>) {
  const now = clock.now()
  if (live.status !== 'scheduled') throw new Refusal('conflict', '这堂课已经开始、结束或取消了')
  if (now.getTime() < live.startAt.getTime() - EARLY_MS) {
    throw new Refusal('conflict', `开课时间是${instantInWords(live.startAt)}，最早提前半小时`)
  }
  const stream = await throughProvider(() => provider.open(String(live._id), live.title))
  const { modifiedCount } = await LiveModel.updateOne(
    { _id: live._id, status: 'scheduled' },
    { status: 'live', startedAt: now, ...stream },
  )
  if (modifiedCount === 0) throw new Refusal('conflict', '这堂课已经开始、结束或取消了')
}

/** Ends the class. Who was there is settled, and the recording asked for, here or by the next tick. */
export async function end({ live }: OwnLive, deps: Pick<Deps, 'clock' | 'live' | 'log'>) {
  await finish(live, deps)
}

async function finish(
  live: LiveRecord,
  { clock, live: provider, log }: Pick<Deps, 'clock' | 'live' | 'log'>,
) {
  const now = clock.now()
  const ended = await LiveModel.findOneAndUpdate(
    { _id: live._id, status: 'live' },
    { status: 'ended', endedAt: now, recording: 'waiting', recordAt: now },
    { returnDocument: 'after' },
  ).lean<LiveRecord>()
  if (!ended) throw new Refusal('conflict', '这堂课不在进行中')
  // The class is over for everybody; a service that does not answer ends its stream by itself.
  await provider.end(ended.streamId ?? '').catch((error: unknown) => {
    log.error({ err: error, liveId: String(live._id) }, 'stream not ended')
  })
  await settle(ended, now)
}

/**
 * Notes as attended whoever was there for two thirds of what was really held, and the class among its unit's activities. Harmless
 * twice; a crash half-way is finished by the tick.
 */
export async function settle(live: LiveRecord, now: Date) {
  if (!live.startedAt || !live.endedAt) return
  const held = Math.min((live.endedAt.getTime() - live.startedAt.getTime()) / 1000, MOST_SECONDS)
  const needed = neededSeconds(live.minutes, Math.floor(held))
  let after: Types.ObjectId | null = null
  for (;;) {
    const seats: SeatRecord[] = await SeatModel.find(
      {
        liveId: live._id,
        attendedAt: null,
        watched: { $gte: Math.max(needed, 1) },
        ...(after && { _id: { $gt: after } }),
      },
      { bits: 0 },
    )
      .sort({ _id: 1 })
      .limit(BATCH)
      .lean<SeatRecord[]>()
    for (const seat of seats) {
      const { studentId, classId, path, relation } = seat
      const who = {
        studentId: String(studentId),
        classId: String(classId),
        path,
        relation: relation || '家长',
      }
      await mark(live._id, who, 'attended', now)
      await SeatModel.updateOne({ _id: seat._id }, { attendedAt: now })
    }
    if (seats.length < BATCH) break
    after = seats.at(-1)?._id ?? null
  }
  // A class that nobody attended is no activity: A7 asks for parents, not for a screen that was on.
  const tally = (await talliesOf([live._id])).get(String(live._id))
  if (tally && tally.attended > 0) {
    await noteLive({
      ...live,
      startedAt: live.startedAt,
      from: instantInWords(live.startedAt).slice(-5),
      hours: Math.max(0.5, Math.round((held / 3600) * 2) / 2),
    })
  }
  await LiveModel.updateOne({ _id: live._id }, { settledAt: now })
}

/** Classes nobody ended are ended four hours after they began; what a crash left unsettled is settled. */
export async function workThrough(deps: Pick<Deps, 'clock' | 'live' | 'log'>) {
  const now = deps.clock.now()
  const forgotten = { status: 'live' as const, startedAt: { $lt: new Date(now.getTime() - 4 * HOUR_MS) } }
  for (const live of await LiveModel.find(forgotten).limit(20).lean<LiveRecord[]>()) await finish(live, deps)
  const open = { status: 'ended' as const, settledAt: null }
  for (const live of await LiveModel.find(open).limit(20).lean<LiveRecord[]>()) await settle(live, now)
}
