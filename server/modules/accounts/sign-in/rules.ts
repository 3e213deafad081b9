import { createHmac, timingSafeEqual } from 'node:crypto'

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
