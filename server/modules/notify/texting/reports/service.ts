import type { Deps } from '../../../../infra/deps.ts'
import { OutboxModel } from '../../model.ts'
import { TextModel, type TextRecord } from '../model.ts'
import { isNoSuchNumber, isOptOut } from '../rules.ts'
import { noteBadNumber, optOut } from '../service.ts'
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
    if (!isDelivered && isNoSuchNumber(code)) await noteBadNumber(String(text.personId), text.phoneIndex)
  }
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
