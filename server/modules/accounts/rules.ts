import { createHash, randomBytes } from 'node:crypto'

/** How long a sign-in lasts, in days: parents open the phone rarely, the console sits in staff rooms. */
export const SESSION_DAYS = { guardian: 60, staff: 7 } as const

/** More devices than this and the oldest is signed out. */
export const MOST_SESSIONS = 10

export interface Token {
  personId: string
  secret: string
}

/** A new token `personId.secret`; only the hash of the secret is kept. */
export function mintToken(personId: string) {
  const secret = randomBytes(32).toString('base64url')
  return { token: `${personId}.${secret}`, hash: hashSecret(secret) }
}

/** The parts of a token, or null for anything that is not one of ours. */
export function readToken(text: string): Token | null {
  const [, personId, secret] = /^([0-9a-f]{24})\.([\w-]{43})$/.exec(text) ?? []
  return personId && secret ? { personId, secret } : null
}

export const hashSecret = (secret: string) => createHash('sha256').update(secret).digest('base64url')

/** A mainland mobile number in its plain form, or null. */
export function plainPhone(text: string): string | null {
  const digits = text.replace(/^\+?86(?=1)/, '').replace(/[\s-]/g, '')
  return /^1[3-9]\d{9}$/.test(digits) ? digits : null
}
