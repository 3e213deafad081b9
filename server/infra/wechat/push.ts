import { createDecipheriv, createHash, timingSafeEqual } from 'node:crypto'

/** What the message-push page of WeChat's console shows: token and the 43-character EncodingAESKey. */
export interface PushSecrets {
  appId: string
  token: string
  aesKey: string
}

/** The query that WeChat adds to each push. */
export interface PushQuery {
  timestamp: string
  nonce: string
  /** Of the address check (GET). */
  signature?: string | undefined
  /** Of an encrypted message (POST). */
  msg_signature?: string | undefined
}

/** The push did not come from WeChat, or not for this app. */
export class PushRejected extends Error {
  constructor(why: string) {
    super(`push rejected: ${why}`)
    this.name = 'PushRejected'
  }
}

/** The address check: WeChat asks once, when the address is entered in its console. */
export function isAddressCheck({ token }: PushSecrets, { signature, timestamp, nonce }: PushQuery): boolean {
  return matches(signature, [token, timestamp, nonce])
}

/** Verifies and decrypts one pushed message; answers its text, JSON or XML as chosen in WeChat's console. */
export function openPush(secrets: PushSecrets, query: PushQuery, encrypted: string): string {
  const { timestamp, nonce, msg_signature } = query
  if (!matches(msg_signature, [secrets.token, timestamp, nonce, encrypted])) {
    throw new PushRejected('wrong signature')
  }
  const plain = decrypt(secrets.aesKey, encrypted)
  // 16 random bytes, the length, the message, the app it is for.
  const length = plain.length >= 20 ? plain.readUInt32BE(16) : Number.POSITIVE_INFINITY
  if (20 + length > plain.length) throw new PushRejected('wrong length')
  const appId = plain.toString('utf8', 20 + length)
  if (appId !== secrets.appId) throw new PushRejected('meant for another app')
  return plain.toString('utf8', 20, 20 + length)
}

/** WeChat's signature: the parts sorted as text, joined, SHA-1. */
export function signPush(parts: string[]): string {
  return createHash('sha1')
    .update([...parts].sort().join(''))
    .digest('hex')
}

/** WeChat pads to 32 bytes where AES means 16. */
export const PUSH_BLOCK = 32

/** The AES key that an EncodingAESKey stands for; its first half is the initial vector too. */
export function pushKey(aesKey: string) {
  const key = Buffer.from(`${aesKey}=`, 'base64')
  return { key, iv: key.subarray(0, 16) }
}

function decrypt(aesKey: string, encrypted: string): Buffer {
  const bytes = Buffer.from(encrypted, 'base64')
  if (bytes.length === 0 || bytes.length % 16 !== 0) throw new PushRejected('not a whole number of blocks')
  const { key, iv } = pushKey(aesKey)
  const decipher = createDecipheriv('aes-256-cbc', key, iv)
  // Node would take a padding of 17 to 32 for damage and throw, so it is removed here.
  decipher.setAutoPadding(false)
  const padded = Buffer.concat([decipher.update(bytes), decipher.final()])
  const padding = padded.at(-1) ?? 0
  if (padding < 1 || padding > PUSH_BLOCK) throw new PushRejected('wrong padding')
  return padded.subarray(0, padded.length - padding)
}

function matches(signature: string | undefined, parts: string[]) {
  const expected = Buffer.from(signPush(parts))
  const said = Buffer.from(signature ?? '')
  return said.length === expected.length && timingSafeEqual(said, expected)
}
