import { Types } from 'mongoose'
import { Refusal } from '../../../../http/errors.ts'
import { mark, unregister } from '../../attendance/service.ts'
import { freshLedger, type Ledger } from '../../watch/rules.ts'
import { forgetReminders, remind } from '../messages/service.ts'
import { SeatModel, type SeatRecord } from '../model.ts'
import type { ChildsLive } from '../policy.ts'
import { MOST_SECONDS, neededSeconds, present } from '../rules.ts'

/** Two phones of one parent may collide now and then, not eight times running. */
const TRIES = 8

const keyOf = ({ live, child }: ChildsLive) => ({
  liveId: live._id,
  personId: new Types.ObjectId(child.personId),
})

export const seatOf = (proof: ChildsLive) => SeatModel.findOne(keyOf(proof)).lean<SeatRecord>()

/** The seats of one parent in some classes. */
export async function seatsOf(personId: string, liveIds: Types.ObjectId[]) {
  const seats = await SeatModel.find(
    { liveId: { $in: liveIds }, personId: new Types.ObjectId(personId) },
    { bits: 0 },
  ).lean<Omit<SeatRecord, 'bits'>[]>()
  return new Map(seats.map((it) => [String(it.liveId), it]))
}

/** A parent has one seat in a class, made by whatever comes first. */
async function takeSeat(proof: ChildsLive): Promise<SeatRecord> {
  const { child } = proof
  return SeatModel.findOneAndUpdate(
    keyOf(proof),
    {
      $setOnInsert: {
        studentId: new Types.ObjectId(child.studentId),
        classId: new Types.ObjectId(child.classId),
        path: child.path,
        relation: child.relation,
        bits: Buffer.from(freshLedger(MOST_SECONDS).bits),
      },
    },
    { upsert: true, returnDocument: 'after' },
  ).lean<SeatRecord>()
}

/** Registers a family, with reminders for the parent who did it. Harmless twice. */
export async function register(proof: ChildsLive, now: Date) {
  const { live, child } = proof
  if (live.status !== 'scheduled') throw new Refusal('conflict', CLOSED[live.status])
  await takeSeat(proof)
  await SeatModel.updateOne({ ...keyOf(proof), registeredAt: null }, { registeredAt: now })
  await mark(live._id, child, 'registered', now)
  await remind(live, child, now)
}

const CLOSED = {
  scheduled: '',
  live: '已经开课了，直接进课堂就行',
  ended: '这堂课已经结束了',
  cancelled: '这堂课取消了',
} as const

export async function withdraw(proof: ChildsLive) {
  const { live, child } = proof
  if (live.status !== 'scheduled') throw new Refusal('conflict', CLOSED[live.status])
  await SeatModel.updateOne({ ...keyOf(proof), registeredAt: { $ne: null } }, { registeredAt: null })
  await unregister(live._id, child)
  await forgetReminders(live, child.personId)
}

/** Enters the class, or its recording. The first time the family counts as joined. */
export async function join(proof: ChildsLive, now: Date): Promise<SeatRecord> {
  const { live, child } = proof
  if (live.status === 'scheduled') throw new Refusal('conflict', '还没有开课，到时间再来')
  if (live.status === 'cancelled') throw new Refusal('conflict', CLOSED.cancelled)
  const seat = await takeSeat(proof)
  if (live.status === 'live' && !seat.joinedAt) {
    // They come for the child, and from the class, of today, whatever it was when they registered.
    const today = {
      studentId: new Types.ObjectId(child.studentId),
      classId: new Types.ObjectId(child.classId),
      path: child.path,
      relation: child.relation,
    }
    await SeatModel.updateOne({ _id: seat._id, joinedAt: null }, { joinedAt: now, ...today })
    await mark(live._id, child, 'joined', now)
  }
  return seat
}

/**
 * Counts presence. Of two beats at once the second looks again, so no second is spent twice; a family that has been there long
 * enough is noted at once. After the end nothing more is counted: watching the recording is good, and it is not being there.
 */
export async function beat(proof: ChildsLive, played: number, now: Date): Promise<SeatRecord> {
  const { live, child } = proof
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const seat = await seatOf(proof)
    if (!seat) throw new Refusal('conflict', '请先进入课堂')
    if (live.status !== 'live' || !live.startedAt) return seat
    const ledger = present(ledgerOf(seat), played, live.startedAt, now)
    const isThere = ledger.watched >= neededSeconds(live.minutes, null)
    const { modifiedCount } = await SeatModel.updateOne(
      { _id: seat._id, revision: seat.revision },
      {
        $set: {
          ...ledger,
          bits: Buffer.from(ledger.bits),
          ...(isThere && !seat.attendedAt && { attendedAt: now }),
        },
        $inc: { revision: 1 },
      },
      { writeConcern: { w: 1 } },
    )
    if (modifiedCount === 0) continue
    if (isThere && !seat.attendedAt) await mark(live._id, attendee(seat, child), 'attended', now)
    return { ...seat, ...ledger, bits: seat.bits, attendedAt: seat.attendedAt ?? (isThere ? now : null) }
  }
  throw new Refusal('conflict', '另一台设备也在上课，请稍后再试', 2)
}

/** Of two children of one parent the seat says for whom they came. */
const attendee = (seat: SeatRecord, { studentId, relation, memberships }: ChildsLive['child']) => ({
  studentId: String(seat.studentId),
  classId: String(seat.classId),
  path: seat.path,
  relation,
  ...(String(seat.studentId) === studentId && { memberships }),
})

/** The stored ledger; a lean read gives BSON's own binary. */
function ledgerOf(seat: SeatRecord): Ledger {
  const bits = seat.bits as unknown as Uint8Array | { buffer: Uint8Array }
  return {
    bits: bits instanceof Uint8Array ? bits : bits.buffer,
    creditMs: seat.creditMs,
    lastBeatAt: seat.lastBeatAt ?? null,
    spentMs: seat.spentMs,
    watched: seat.watched,
    position: seat.position,
  }
}
