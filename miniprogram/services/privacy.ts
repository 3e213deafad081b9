import { cell } from './store'

/** What WeChat hands to the listener; the published types say otherwise. */
type Resolve = (answer: { event: 'exposureAuthorization' | 'agree' | 'disagree'; buttonId?: string }) => void

/** Id of the button in page-shell; WeChat checks that exactly this one was tapped. */
const AGREE_BUTTON = 'agree-privacy'
let pending: Resolve[] = []

/** True while WeChat waits for the person to accept the privacy guide; page-shell then shows the sheet. */
export const privacyAsked = cell(false)

/** WeChat holds back every private interface until its `resolve` has been called. */
export function watchPrivacy() {
  wx.onNeedPrivacyAuthorization(((resolve: Resolve) => {
    pending.push(resolve)
    resolve({ event: 'exposureAuthorization' })
    privacyAsked.set(true)
  }) as unknown as Parameters<typeof wx.onNeedPrivacyAuthorization>[0])
}

export function answerPrivacy(agreed: boolean) {
  const answer = agreed
    ? ({ event: 'agree', buttonId: AGREE_BUTTON } as const)
    : ({ event: 'disagree' } as const)
  for (const resolve of pending) resolve(answer)
  pending = []
  privacyAsked.set(false)
}
