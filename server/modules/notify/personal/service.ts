import { Types } from 'mongoose'
import { inWords } from '../../../infra/wechat/fit.ts'
import { QuotaModel } from '../consents/model.ts'
import { OutboxModel, type OutboxRecord } from '../model.ts'
import { forgetTurn } from '../pacing/service.ts'
import { TextModel, type TextRecord } from '../texting/model.ts'
import { choicesOf, forgetTexts } from '../texting/choices/service.ts'

const MOST = 2000

/** Every message that a person may still see, the newest first. */
export const everyMessageOf = (personId: string) =>
  OutboxModel.find({ personId: new Types.ObjectId(personId), isHidden: { $ne: true } })
    .sort({ showAt: -1, _id: -1 })
    .limit(MOST)
    .lean<OutboxRecord[]>()

/** Every text message to a person, the newest first, and whether they want no more. */
export async function everyTextOf(personId: string) {
  const [texts, [choice]] = await Promise.all([
    TextModel.find({ personId: new Types.ObjectId(personId) })
      .sort({ at: -1 })
      .limit(MOST)
      .lean<TextRecord[]>(),
    choicesOf([personId]),
  ])
  const about = await OutboxModel.find({ _id: { $in: texts.flatMap((it) => it.keys) } }, { values: 1 }).lean<
    Pick<OutboxRecord, '_id' | 'values'>[]
  >()
  const titles = new Map(about.map((it) => [it._id, inWords(it.values.title ?? '')]))
  const sent = texts.map((it) => ({
    ...it,
    titles: [...new Set(it.keys.flatMap((key) => titles.get(key) || []))],
  }))
  return { sent, optedOutAt: choice?.optedOutAt ?? null }
}

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
