import { Types } from 'mongoose'
import { QuestionModel, SeatModel } from '../model.ts'

/** Forgets a parent's seats; what they asked stays for the others, from nobody. Harmless twice. */
export async function forgetAttendance(personId: string) {
  const mine = { personId: new Types.ObjectId(personId) }
  await SeatModel.deleteMany(mine)
  await QuestionModel.updateMany(mine, { personId: null, asker: '一位家长' })
}
