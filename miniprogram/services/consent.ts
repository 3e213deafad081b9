import { answerConsent, readPrivacyText, type PrivacyText } from '../contract'
import { refreshMe } from './account'
import { call, Problem } from './api'
import { me } from './store'

let kept: PrivacyText | null = null

/** The privacy text in force, asked for once while the mini-program is open. */
export async function privacyText(): Promise<PrivacyText> {
  kept ??= await call(readPrivacyText, {})
  return kept
}

/** Where the signed-in person stands: to be asked, taken back, or nothing to ask (a teacher, or answered). */
export function standing(): 'asked' | 'withdrawn' | 'settled' {
  const consent = me.get()?.consent
  if (consent?.isWithdrawn) return 'withdrawn'
  return consent?.isAsked ? 'asked' : 'settled'
}

/** Without a yes the server lets nobody come to a child. */
export const mustAgree = () => standing() !== 'settled'

/** Takes down an answer to the version that was on the screen, and learns what it changes. */
export async function answer(version: number, isGiven: boolean) {
  try {
    await call(answerConsent, { version, isGiven })
  } catch (error) {
    // A newer text has come into force since it was read: the next one to ask reads that.
    if (error instanceof Problem && error.status === 409) kept = null
    throw error
  }
  await refreshMe()
}

/** Whether a refusal means that the children's things are put away: consent may have been taken back on another phone. */
export async function isPutAway(error: unknown) {
  if (!(error instanceof Problem && error.status === 403)) return false
  await refreshMe().catch(() => undefined)
  return standing() === 'withdrawn'
}
