import type { Deps } from '../../../infra/deps.ts'
import type { PushEvent } from '../../../infra/wechat/push-events.ts'
import { takeInPicture } from '../../safety/service.ts'
import { noteConsent, switchOff } from '../consents/service.ts'
import { noteFailedDelivery } from '../reports/service.ts'

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
