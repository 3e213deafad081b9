import { type Chosen, sendChosen } from './attach'
import { forgetFiles } from './unsent'

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

/** Files that are on their way now: whoever comes back to the page sees them go on. */
const going = new Set<string>()
/** What a phone without room could not keep lives as long as the mini-program. */
const unkept = new Map<string, Draft>()

const watchers = new Set<(key: string) => void>()

/** Calls back with a draft's key when it changed otherwise than by the hand that writes; gives back how to stop. */
export function watchDrafts(watcher: (key: string) => void) {
  watchers.add(watcher)
  return () => void watchers.delete(watcher)
}

/** What was left the last time. What was on its way, or has been thrown away since, is to be sent again. */
export function readDraft(key: string, now = Date.now()): Draft {
  const kept = unkept.get(placeOf(key)) ?? wx.getStorageSync<Draft | string>(placeOf(key))
  if (!kept) return emptyDraft()
  if (typeof kept === 'string') return { ...emptyDraft(), text: kept }
  return { ...kept, files: kept.files.map((it) => asLeft(it, now)) }
}

function asLeft(file: Attached, now: number): Attached {
  if (file.state === 'sending' && !going.has(file.key)) return { ...file, state: 'failed' }
  if (!file.sentAt || now - file.sentAt < FILE_MS) return file
  // Under its old number the server would give back what is no longer there.
  return { ...file, key: `${file.key}-${file.sentAt.toString(36)}`, state: 'failed', fileId: '', sentAt: 0 }
}

export function saveDraft(key: string, draft: Draft) {
  const place = placeOf(key)
  unkept.delete(place)
  if (!draft.text && draft.files.length === 0) return wx.removeStorageSync(place)
  try {
    wx.setStorageSync(place, draft)
  } catch {
    unkept.set(place, draft)
  }
}

/** Words that were changed after they had been sent once are another line. */
export const changed = (draft: Draft, change: Partial<Pick<Draft, 'text' | 'files'>>): Draft =>
  draft.isTried ? { ...draft, ...change, requestId: newRequestId(), isTried: false } : { ...draft, ...change }

/**
 * A line is with the server, or waits in the queue: its draft is done with, whichever page is open by now. What was added
 * while it was on its way stays.
 */
export function finishDraft(key: string, said: { requestId: string; text: string; fileIds: string[] }) {
  const draft = readDraft(key)
  const isGone = (it: Attached) => said.fileIds.includes(it.fileId)
  const added = draft.text.startsWith(said.text) ? draft.text.slice(said.text.length).trimStart() : draft.text
  forgetFiles(draft.files.filter(isGone))
  saveDraft(
    key,
    draft.requestId === said.requestId
      ? emptyDraft()
      : { ...draft, text: added, files: draft.files.filter((it) => !isGone(it)) },
  )
  tellAll(key)
}

/** Files that came back with a line nobody took: they are with the server still. */
export const givenBack = (fileIds: readonly string[]): Attached[] =>
  fileIds.map((fileId) => ({
    ...{ key: newRequestId(), path: '', kind: 'image', name: '图片或文件' },
    ...{ state: 'sent', fileId, sentAt: Date.now() },
  }))

/** Sends a file ahead of the words. It goes on when the page is closed, and is marked in the draft it belongs to. */
export async function sendFile(key: string, file: Attached) {
  if (going.has(file.key)) return
  going.add(file.key)
  mark(key, file.key, { state: 'sending' })
  try {
    const { id } = await sendChosen(file, file.key)
    mark(key, file.key, { state: 'sent', fileId: id, sentAt: Date.now() })
  } catch (error) {
    mark(key, file.key, { state: 'failed' })
    throw error
  } finally {
    going.delete(file.key)
  }
}

function mark(key: string, fileKey: string, change: Partial<Attached>) {
  const draft = readDraft(key)
  if (!draft.files.some((it) => it.key === fileKey)) return
  const files = draft.files.map((it) => (it.key === fileKey ? { ...it, ...change } : it))
  saveDraft(key, { ...draft, files })
  tellAll(key)
}

const tellAll = (key: string) => watchers.forEach((it) => it(key))
