import type { OpenTypeRequest } from '../elements/button.ts'
import { describe, reportFailure } from '../failures.ts'
import type { Router } from '../router.ts'
import { Refused } from './api.ts'
import { phoneCode } from './account.ts'
import { agreeToPrivacy, needPrivacy } from './privacy.ts'
import { share } from './share.ts'

/** Buttons with an open-type: each asks the phone for something and hears of it by an event. */
export function answerOpenTypes(router: Router) {
  document.addEventListener('mp:open-type', (event) => {
    const { types, button } = (event as CustomEvent<OpenTypeRequest>).detail
    answer(router, types, button).catch((error: unknown) => reportFailure(describe(error)))
  })
}

async function answer(router: Router, types: string[], button: OpenTypeRequest['button']) {
  for (const type of types.toReversed()) {
    switch (type) {
      case 'agreePrivacyAuthorization':
        agreeToPrivacy()
        button.fire('agreeprivacyauthorization', { errMsg: 'agreePrivacyAuthorization:ok' })
        break
      case 'getPhoneNumber':
      case 'getRealtimePhoneNumber':
        button.fire(type.toLowerCase(), await phoneNumber())
        break
      case 'share':
        await share(router, 'button', { dataset: button.dataset })
        break
      case 'openSetting':
      case 'contact':
      case 'feedback':
        button.fire(type.toLowerCase(), { errMsg: `${type}:ok` })
        break
      default:
        throw new Error(`button open-type="${type}" is not in the preview`)
    }
  }
}

async function phoneNumber() {
  try {
    await needPrivacy('getPhoneNumber')
    const { code } = await phoneCode()
    return { code, errMsg: 'getPhoneNumber:ok' }
  } catch (error) {
    if (error instanceof Refused) return { errMsg: `getPhoneNumber:fail ${error.message}` }
    throw error
  }
}
