import { meShape, type Me, type MyChild } from '../contract'

/** A value that pages can watch. */
export interface Cell<T> {
  get(): T
  set(next: T): void
  /** Calls back on every change; returns how to stop. */
  watch(listener: (value: T) => void): () => void
}

export function cell<T>(initial: T): Cell<T> {
  let value = initial
  const listeners = new Set<(value: T) => void>()
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return
      value = next
      for (const listener of [...listeners]) listener(next)
    },
    watch(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

/** A cell that survives closing the mini-program. */
function keptCell<T>(key: string, read: (kept: unknown) => T): Cell<T> {
  const it = cell(read(wx.getStorageSync(key)))
  it.watch((value) => (value === null ? wx.removeStorageSync(key) : wx.setStorageSync(key, value)))
  return it
}

/** Who is signed in, as last heard; shown at once while a newer answer is fetched. */
export const me = keptCell<Me | null>('me', (kept) => {
  const read = meShape.safeParse(kept)
  return read.success ? read.data : null
})

const chosenChild = keptCell<string | null>('child', (kept) =>
  typeof kept === 'string' && kept ? kept : null,
)

/** Is there a network at all. */
export const online = cell(true)

/** Receipts and signatures that wait on this phone for the network. */
export const waiting = cell(0)

/** The child every page is about: the one chosen last, else the first; `null` before joining a class. */
export function currentChild(): MyChild | null {
  const children = me.get()?.children ?? []
  return children.find((it) => it.studentId === chosenChild.get()) ?? children[0] ?? null
}

export function chooseChild(studentId: string) {
  chosenChild.set(studentId)
}

/** Calls back whenever `currentChild()` may have become another. */
export function watchChild(listener: (child: MyChild | null) => void) {
  let last = currentChild()?.studentId
  const look = () => {
    const child = currentChild()
    if (child?.studentId === last) return
    last = child?.studentId
    listener(child)
  }
  const stops = [me.watch(look), chosenChild.watch(look)]
  return () => stops.forEach((stop) => stop())
}
