import type { Deps } from '../../../infra/deps.ts'
import type { PushEvent } from '../../../infra/wechat/push-events.ts'
import { takeInPicture } from '../../safety/service.ts'
import { noteConsent, switchOff } from '../consents/service.ts'
import { OutboxModel } from '../model.ts'

/** Takes in one event of WeChat's. The same event twice changes nothing more. */
export async function takeIn(event: PushEvent, deps: Deps) {
  if (event.kind === 'consent') {
    for (const { templateId, isAccepted, source } of event.answers) {
      const report = { from: 'push', id: event.key, at: event.at } as const
      if (isAccepted) await noteConsent(event.openId, templateId, report)
      // A no in a pop-up refuses that one question; a no in the settings takes back what was given.
      else if (source === 'settings') await switchOff(event.openId, templateId, event.at)
    }
  }
  if (event.kind === 'picture') await takeInPicture(event, deps)
  if (event.kind === 'delivery') {
    for (const { messageId, errcode } of event.outcomes) {
      if (errcode !== 0) await noteFailedDelivery(messageId, errcode, deps.clock.now())
    }
  }
}

/** The type is said as the index says it, else MongoDB 6 reads the whole outbox instead. */
const text = (value: string) => ({ $eq: value, $type: 'string' as const })

async function noteFailedDelivery(messageId: string, errcode: number, now: Date) {
  const failed = { status: 'unreachable', reason: 'notDelivered', errcode }
  const lead = await OutboxModel.findOneAndUpdate({ messageId: text(messageId), status: 'sent' }, failed, {
    projection: { _id: 1 },
  }).lean<{ _id: string }>()
  // Told again after a crash in between, the lead is marked already; what rode along is not.
  const leadId =
    lead?._id ??
    (await OutboxModel.findOne({ messageId: text(messageId) }, { _id: 1 }).lean<{ _id: string }>())?._id
  if (!leadId) return
  await OutboxModel.updateMany({ withId: text(leadId), status: 'sent' }, failed)
  await OutboxModel.updateMany(
    { $or: [{ _id: leadId }, { withId: text(leadId) }], status: 'unreachable', mayText: true, sms: null },
    { sms: { status: 'pending', dueAt: now } },
  )
}
