import type { Deps } from '../../../../infra/deps.ts'
import { OutboxModel } from '../../model.ts'
import { TextModel, type TextRecord } from '../model.ts'
import { isOptOut, numberIn, SILENT_DAYS } from '../rules.ts'
import { noteBadNumber, optOut } from '../choices/service.ts'
import type { DeliveryReport, TextReply } from './rules.ts'

/** Takes in what became of text messages. The same report twice, or late, changes nothing more. */
export async function takeInReports(reports: readonly DeliveryReport[], now: Date) {
  for (const { serial, providerId, isDelivered, code } of reports) {
    const which = serial ? { _id: serial } : providerId ? { providerId } : null
    if (!which) continue
    // `sending` and `unknown` too: a report may overtake the answer, or tell what a dead process did not hear.
    const text = await TextModel.findOneAndUpdate(
      { ...which, status: { $in: ['sending', 'sent', 'unknown'] } },
      { status: isDelivered ? 'delivered' : 'undelivered', code: code || null, reportedAt: now },
    ).lean<TextRecord>()
    if (!text) continue
    await OutboxModel.updateMany(
      { _id: { $in: text.keys }, 'sms.textId': text._id },
      { 'sms.status': isDelivered ? 'sent' : 'failed' },
    )
    if (!isDelivered && (await isWrong(text.phoneIndex, code)))
      await noteBadNumber(String(text.personId), text.phoneIndex)
  }
}

/** Whether nobody has this number, as the report says or as the ones before it have shown. */
async function isWrong(phoneIndex: string, code: string) {
  const said = numberIn(code)
  if (said !== 'silent') return said === 'none'
  const last = await TextModel.find({ phoneIndex }, { status: 1, code: 1 })
    .sort({ at: -1 })
    .limit(SILENT_DAYS)
    .lean<Pick<TextRecord, 'status' | 'code'>[]>()
  const isSilent = (it: (typeof last)[number]) =>
    it.status === 'undelivered' && numberIn(it.code ?? '') !== null
  return last.length === SILENT_DAYS && last.every(isSilent)
}

/** 退订: whoever was texted on this number and writes T hears no more that way. */
export async function takeInReplies(
  replies: readonly TextReply[],
  { fields, clock }: Pick<Deps, 'fields' | 'clock'>,
) {
  for (const { phone, text } of replies) {
    if (!isOptOut(text)) continue
    const last = await TextModel.findOne({ phoneIndex: fields.index(phone) })
      .sort({ at: -1 })
      .lean<TextRecord>()
    if (last) await optOut(String(last.personId), clock.now())
  }
}
