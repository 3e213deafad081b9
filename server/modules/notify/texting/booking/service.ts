import { Types } from 'mongoose'
import { shanghaiDay } from '../../../../infra/clock.ts'
import { OutboxModel } from '../../model.ts'
import { TextModel, type TextRecord } from '../model.ts'
import type { TextSetting } from '../settings/model.ts'
import { giveBack, spend } from '../settings/service.ts'

/** A call takes ten seconds at most; after this its process is dead. */
export const SENDING_MS = 60_000

export interface Booked {
  personId: string
  phoneIndex: string
  setting: TextSetting
  /** The messages it carries, all of them leased. */
  keys: string[]
  leaseId: string
  now: Date
}

/** Why nothing was booked: the person has had the text message of the day, the money is used up, or somebody has taken the messages back. */
type Obstacle = 'hadToday' | 'noMoney' | 'gone'

class NotBooked extends Error {
  readonly obstacle: Obstacle

  constructor(obstacle: Obstacle) {
    super(`text message not booked: ${obstacle}`)
    this.name = 'NotBooked'
    this.obstacle = obstacle
  }
}

let last: Promise<unknown> = Promise.resolve()

/**
 * All bookings of a day meet at the same money: one after another they take a few milliseconds each, at once they undo and repeat each other's
 * transactions. Other processes are kept apart by the database.
 */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const mine = last.then(work)
  last = mine.catch(() => null)
  return mine
}

/**
 * The last thing before the call, all of it or nothing: the record that says what is being sent, its price, and the messages marked as on the
 * way. Whenever a process dies, the money of the day is that of its records, and nobody has two of them on one day.
 */
export async function book(said: Booked): Promise<{ textId: string } | { obstacle: Obstacle }> {
  const textId = String(new Types.ObjectId())
  try {
    await inTurn(() => TextModel.db.transaction(() => write(textId, said)))
    return { textId }
  } catch (error) {
    if (error instanceof NotBooked) return { obstacle: error.obstacle }
    if (isSecondOfDay(error)) return { obstacle: 'hadToday' }
    throw error
  }
}

async function write(textId: string, { personId, phoneIndex, setting, keys, leaseId, now }: Booked) {
  const day = shanghaiDay(now)
  await TextModel.create({
    ...{ _id: textId, personId, phoneIndex, keys, at: now },
    ...{ cityId: setting._id, dayKey: `${personId}:${day}`, month: day.slice(0, 7) },
    ...{ fen: setting.priceFen, status: 'sending' },
  })
  const { modifiedCount } = await OutboxModel.updateMany(
    { _id: { $in: keys }, 'sms.leaseId': leaseId, 'sms.status': 'pending' },
    {
      'sms.status': 'sending',
      'sms.textId': textId,
      'sms.leaseUntil': new Date(now.getTime() + SENDING_MS),
    },
  )
  if (modifiedCount === 0) throw new NotBooked('gone')
  // Last: everybody who books waits for this money, also where a process dies before the end of the transaction.
  if (!(await spend(setting, now))) throw new NotBooked('noMoney')
}

const isSecondOfDay = (error: unknown) => {
  const { code, keyPattern } = error as { code?: number; keyPattern?: object }
  return code === 11000 && 'dayKey' in (keyPattern ?? {})
}

interface Refused {
  code: string | null
  /** What becomes of the messages it carried. */
  outbox: object
}

/** The provider refused: nothing was sent, so it costs nothing, and the day is free again. Harmless twice. */
export const unbook = (textId: string, said: Refused, setting: TextSetting) =>
  inTurn(() => TextModel.db.transaction(() => takeBack(textId, said, setting)))

async function takeBack(textId: string, { code, outbox }: Refused, setting: TextSetting) {
  const text = await TextModel.findOneAndUpdate(
    { _id: textId, status: 'sending' },
    { $set: { status: 'failed', code, fen: 0 }, $unset: { dayKey: 1 } },
  ).lean<TextRecord>()
  if (!text) return
  await giveBack(setting._id, text.fen, text.at)
  await OutboxModel.updateMany({ 'sms.textId': textId, 'sms.status': 'sending' }, { $set: outbox })
}
