import { randomInt, timingSafeEqual } from 'node:crypto'
import { hashSecret } from '../rules.ts'

/** A code on a screen that nobody scans is worth nothing after this. */
export const SCAN_MS = 3 * 60_000

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** Twenty characters: 119 bits, short enough for WeChat's scene and for a code that a phone reads at arm's length. */
export const mintTicket = () => Array.from({ length: 20 }, () => LETTERS[randomInt(LETTERS.length)]).join('')

/** One sign-in that waits for a phone, as it lies in Redis. */
export interface Scan {
  /** Only the browser that asked knows what it is the hash of. */
  secretHash: string
  ip: string
  device: string
  askedAt: string
  expiresAt: string
  /** `waiting` → `seen` by one phone → `confirmed` or `refused`; `used` once the session was fetched. */
  state: 'waiting' | 'seen' | 'confirmed' | 'refused' | 'used'
  personId: string | null
}

export function isAskedBy(scan: Pick<Scan, 'secretHash'>, secret: string) {
  const [expected, given] = [Buffer.from(scan.secretHash), Buffer.from(hashSecret(secret))]
  return expected.length === given.length && timingSafeEqual(expected, given)
}

/** Why a phone cannot go on with a scan, or null. */
export function objectionToPhone({ state, personId }: Scan, me: string): string | null {
  if (state === 'confirmed' || state === 'used') return '这个码已经用过了，请在电脑上刷新后再扫'
  if (state === 'refused') return '这次登录已经取消了，请在电脑上刷新后再扫'
  if (state === 'seen' && personId !== me) return '已经有人扫了这个码，请在电脑上刷新后再扫'
  return null
}
