import { Types } from 'mongoose'
import {
  LiveModel,
  type LiveRecord,
  QuestionModel,
  type QuestionRecord,
  SeatModel,
  type SeatRecord,
} from '../model.ts'

const MOST = 2000

/** What is kept of a parent in live classes: where they sat and for how long, and what they asked. */
export async function liveOfPerson(personId: string) {
  const mine = { personId: new Types.ObjectId(personId) }
  const [seats, questions] = await Promise.all([
    SeatModel.find(mine, { bits: 0 }).limit(MOST).lean<Omit<SeatRecord, 'bits'>[]>(),
    QuestionModel.find(mine).limit(MOST).lean<QuestionRecord[]>(),
  ])
  const classes = await LiveModel.find({ _id: { $in: seats.map((it) => it.liveId) } }, { title: 1 }).lean<
    LiveRecord[]
  >()
  const titles = new Map(classes.map((it) => [String(it._id), it.title]))
  return {
    seats: seats.map(({ liveId, watched }) => ({ title: titles.get(String(liveId)) ?? '云课堂', watched })),
    questions,
  }
}

/** Forgets a parent's seats; what they asked stays for the others, from nobody. Harmless twice. */
export async function forgetAttendance(personId: string) {
  const mine = { personId: new Types.ObjectId(personId) }
  await SeatModel.deleteMany(mine)
  await QuestionModel.updateMany(mine, { personId: null, asker: '一位家长' })
}
