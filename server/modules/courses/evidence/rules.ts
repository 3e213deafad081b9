import { createHmac } from 'node:crypto'

/** A code is shown so long; the one before it is still taken, for slow thumbs. */
const WINDOW_MS = 60_000

const windowAt = (at: Date) => Math.floor(at.getTime() / WINDOW_MS)

/** Six digits that only who sees the screen now can know. */
function codeIn(secret: string, window: number) {
  const digest = createHmac('sha256', secret).update(String(window)).digest()
  return String(digest.readUInt32BE(0) % 1_000_000).padStart(6, '0')
}

export const codeAt = (secret: string, at: Date) => ({
  code: codeIn(secret, windowAt(at)),
  secondsLeft: Math.ceil((WINDOW_MS - (at.getTime() % WINDOW_MS)) / 1000),
})

/** Whether a typed code is the one of now or of a moment ago. */
export function isCode(typed: string, secret: string, at: Date) {
  const plain = typed.replace(/\s/g, '')
  return [0, 1].some((back) => codeIn(secret, windowAt(at) - back) === plain)
}

/** What a picture may weigh on its way, and how large it is kept: a sign-in sheet stays readable. */
export const PICTURE_BYTES = 8 * 1024 * 1024
export const PICTURE_PIXELS = 1600
