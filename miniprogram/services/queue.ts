import { client, type Endpoint, type Request } from '../contract'
import { check, Problem, signedTransport } from './api'
import { me, waiting } from './store'

/** A receipt or signature on its way; stored one to a key because WeChat bounds a value at 1 MB. */
interface Kept {
  key: string
  personId: string
  request: Request
}

const INDEX = 'queue'
/** More than a family signs in a week without network; a bound, because storage has one. */
const MOST = 40

class KeptForLater extends Error {}

let flushing: Promise<void> | null = null

/**
 * Sends a receipt, signature or form that must not get lost: without network it waits on this phone, in the order
 * tapped, and goes out by itself later. Only for endpoints that may safely arrive twice.
 * @returns the reply, or `null` when it waits: say 已保存，联网后自动送达.
 */
export async function deliver<E extends Endpoint>(endpoint: E, input: Parameters<E['input']['parse']>[0]) {
  check(endpoint, input)
  try {
    return await keeping(endpoint, input as never)
  } catch (error) {
    if (error instanceof KeptForLater) return null
    throw error
  }
}

/** Put by before they are sent: a mini-program that is closed meanwhile has them when it is opened again. */
const going = new Set<string>()

const keeping = client(async (request) => {
  await flush()
  // Whatever still waits was tapped earlier and goes first.
  if (mine().length > 0) return keep(request)
  const key = putBy(request)
  if (key) going.add(key)
  try {
    const answer = await signedTransport(request)
    if (key) drop(key)
    return answer
  } catch (error) {
    const waits = isPassing(error)
    if (key && !waits) drop(key)
    if (!waits) throw error
    return key ? keptForLater(key) : keep(request)
  } finally {
    if (key) going.delete(key)
    count()
  }
})

/** Sends what waits, in order. Stops at the first sign that the network or the server is still away. */
export function flush(): Promise<void> {
  flushing ??= sendAll().finally(() => {
    flushing = null
  })
  return flushing
}

async function sendAll() {
  for (const { key, request } of mine()) {
    try {
      await signedTransport(request)
    } catch (error) {
      if (isPassing(error)) break
      // The server has said no for good: the letter was withdrawn, or the child has left. Keeping it would block the rest.
      if (wordsOf(request) || filesOf(request).length > 0) handBack(request, (error as Error).message)
      void wx.showToast({ title: (error as Error).message, icon: 'none', duration: 3000 })
    }
    drop(key)
  }
  count()
}

/** No network, a server that is restarting, too many at once, or a session that cannot be renewed right now. */
const isPassing = (error: unknown) =>
  error instanceof Problem &&
  (error.status === 0 || error.status === 401 || error.status === 429 || error.status >= 500)

function keep(request: Request): never {
  const key = putBy(request)
  if (!key) throw new Problem(0, '网络不通，手机里也没有存下，请联网后再试')
  return keptForLater(key)
}

function keptForLater(key: string): never {
  going.delete(key)
  count()
  throw new KeptForLater()
}

/** Its key in this phone's storage; null where there is no room, or nobody to keep it for. */
function putBy(request: Request) {
  const keys = index()
  const personId = me.get()?.personId
  if (!personId || keys.length >= MOST) return null
  const key = `${INDEX}.${Date.now()}.${keys.length}`
  try {
    wx.setStorageSync(key, { key, personId, request } satisfies Kept)
    wx.setStorageSync(INDEX, [...keys, key])
    return key
  } catch {
    return null
  }
}

function drop(key: string) {
  wx.setStorageSync(
    INDEX,
    index().filter((it) => it !== key),
  )
  wx.removeStorageSync(key)
}

const index = () => wx.getStorageSync<string[] | ''>(INDEX) || []

/**
 * Only what the person who is signed in now has tapped: a borrowed phone must not sign in another's name. Without what is
 * on its way just now.
 */
function mine(): Kept[] {
  const personId = me.get()?.personId
  return index()
    .map((key) => wx.getStorageSync<Kept | ''>(key))
    .filter((it): it is Kept => it !== '' && it.personId === personId && !going.has(it.key))
}

function count() {
  waiting.set(mine().length)
}

/** What was not taken when the network was back: its words return to who wrote them, with the reason. */
export interface HandedBack {
  text: string
  because: string
  /** What went ahead of it. */
  fileIds?: string[]
}

export const wordsOf = ({ body }: Pick<Request, 'body'>) =>
  String((body as { text?: string } | undefined)?.text ?? '')

const filesOf = ({ body }: Pick<Request, 'body'>) =>
  (body as { fileIds?: string[] } | undefined)?.fileIds ?? []

/** Where words go: to a thread, and of two below one letter to which. */
export function placeOf({ path, body }: Pick<Request, 'path' | 'body'>) {
  const seenBy = (body as { seenBy?: string } | undefined)?.seenBy
  return seenBy ? `${path}#${seenBy}` : path
}

/** What of the person who is signed in waits for the network to go to one place. */
export const heldFor = (place: string): Request[] =>
  mine().flatMap(({ request }) => (placeOf(request) === place ? request : []))

/** Whether an answer to a letter waits; what is said in its thread is no answer. */
export const waitsBelow = (letter: string) =>
  mine().some(({ request: { path } }) => path.startsWith(`${letter}/`) && !path.endsWith('/thread'))

const backKey = (place: string) => `back.${me.get()?.personId ?? ''}.${place}`
export const handedBack = (place: string) => wx.getStorageSync<HandedBack[] | ''>(backKey(place)) || []

function handBack(request: Request, because: string) {
  const place = placeOf(request)
  wx.setStorageSync(backKey(place), [
    ...handedBack(place),
    { text: wordsOf(request), because, fileIds: filesOf(request) },
  ])
}

/** It is in the box again. */
export function forgetHandedBack(place: string, back: HandedBack) {
  const [gone] = handedBack(place).flatMap((it, at) => (isSame(it, back) ? at : []))
  const left = handedBack(place).filter((_, at) => at !== gone)
  if (left.length > 0) wx.setStorageSync(backKey(place), left)
  else wx.removeStorageSync(backKey(place))
}

const isSame = (a: HandedBack, b: HandedBack) =>
  a.text === b.text && a.because === b.because && a.fileIds?.join() === b.fileIds?.join()
