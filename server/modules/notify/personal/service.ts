import { Types } from 'mongoose'
import { QuotaModel } from '../consents/model.ts'
import { OutboxModel, type OutboxRecord } from '../model.ts'
import { forgetTurn } from '../pacing/service.ts'
import { forgetTexts } from '../texting/service.ts'

const MOST = 2000

/** Every message that a person may still see, the newest first. */
export const everyMessageOf = (personId: string) =>
  OutboxModel.find({ personId: new Types.ObjectId(personId), isHidden: { $ne: true } })
    .sort({ showAt: -1, _id: -1 })
    .limit(MOST)
    .lean<OutboxRecord[]>()

/** Forgets a person's messages and what WeChat would take for them. Harmless twice. */
export async function forgetMessages(personId: string, openId: string | null) {
  await OutboxModel.deleteMany({ personId: new Types.ObjectId(personId) })
  await forgetTurn(personId)
  await forgetTexts(personId)
  // An identity is letters, digits, dashes and underscores; the range is that of its prefix.
  if (openId) await QuotaModel.deleteMany({ _id: { $gte: `${openId}:`, $lt: `${openId};` } })
}

/**
 * Takes the words out of what others were told about these subjects, and keeps that they were told; what has not left yet stays.
 * Harmless twice.
 */
export async function blankMessages(subjects: string[]) {
  if (subjects.length === 0) return
  const about = { subject: { $in: subjects } }
  await OutboxModel.updateMany({ ...about, status: 'pending' }, { status: 'withdrawn' })
  await OutboxModel.updateMany(about, { text: '这位家长已注销账号', values: {} })
}
