import type { Chosen } from './attach'

export interface Attached extends Chosen {
  key: string
  state: 'sending' | 'sent' | 'failed'
  fileId: string
  /** When it was with the server. */
  sentAt?: number
}

/** What somebody is writing: it stays on this phone, files and all, until it is sent. */
export interface Draft {
  text: string
  files: Attached[]
  /** Of the line it becomes: sent twice, it is still one. */
  requestId: string
  /** It was sent once already; whether it arrived this phone does not know. */
  isTried: boolean
}

/** The server throws away after two days what no line carries. */
const FILE_MS = 47 * 3_600_000

/** Tells one line or file from another, however often it is sent. */
export const newRequestId = () => `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 12)}`

export const emptyDraft = (): Draft => ({ text: '', files: [], requestId: newRequestId(), isTried: false })

const placeOf = (key: string) => `talk.${key}`

/** What was left the last time. What was on its way is to be sent again; what has been thrown away since is gone. */
export function readDraft(key: string, now = Date.now()): Draft {
  const kept = wx.getStorageSync<Draft | string>(placeOf(key))
  if (!kept) return emptyDraft()
  if (typeof kept === 'string') return { ...emptyDraft(), text: kept }
  const files = kept.files
    .filter((it) => !it.sentAt || now - it.sentAt < FILE_MS)
    .map((it) => (it.state === 'sending' ? { ...it, state: 'failed' as const } : it))
  return { ...kept, files }
}

export function saveDraft(key: string, draft: Draft) {
  if (draft.text || draft.files.length > 0) wx.setStorageSync(placeOf(key), draft)
  else wx.removeStorageSync(placeOf(key))
}

/** Words that were changed after they had been sent once are another line. */
export const changed = (draft: Draft, change: Partial<Pick<Draft, 'text' | 'files'>>): Draft =>
  draft.isTried ? { ...draft, ...change, requestId: newRequestId(), isTried: false } : { ...draft, ...change }
