import { vi } from 'vitest'

/** The few things of a browser that the console's logic touches; `fetch` really goes to the server at `origin`. */
export function openBrowser(origin: () => string) {
  vi.stubGlobal('sessionStorage', storage())
  vi.stubGlobal('localStorage', storage())
  vi.stubGlobal('window', new EventTarget())
  const real = globalThis.fetch
  vi.stubGlobal('fetch', (path: string, init?: RequestInit) => real(origin() + path, init))
}

function storage() {
  const kept = new Map<string, string>()
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  }
}
