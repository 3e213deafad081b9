import { createHmac, timingSafeEqual } from 'node:crypto'

/** Ten wrong guesses an account and quarter of an hour, for devices that never signed in before (S8). */
export const GUESSES = { points: 10, seconds: 15 * 60 } as const

/** Guesses from one address on whatever accounts. A school shares one address, so it is wide. */
export const ADDRESS_GUESSES = { points: 60, seconds: 15 * 60 } as const

/** Names a device that has signed in to this account: strangers' wrong guesses do not count against it. */
export const mintDeviceToken = (personId: string, key: Buffer) => {
  const mac = createHmac('sha256', key).update(`device:${personId}`).digest('base64url')
  return `${personId}.${mac}`
}

export function isKnownDevice(personId: string, token: string | undefined, key: Buffer) {
  if (!token) return false
  const expected = Buffer.from(mintDeviceToken(personId, key))
  const given = Buffer.from(token)
  return given.length === expected.length && timingSafeEqual(given, expected)
}
