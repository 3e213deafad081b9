import { identity } from '../identity.ts'
import { api, Refused } from './api.ts'

/** Two phones in one browser keep their things apart. */
const PREFIX = `mp:${identity}:`

export function storageApi() {
  const keys = () => Object.keys(localStorage).filter((it) => it.startsWith(PREFIX))
  const set = (key: string, value: unknown) => localStorage.setItem(PREFIX + key, JSON.stringify({ value }))
  const has = (key: string) => localStorage.getItem(PREFIX + key) !== null
  const get = (key: string): unknown => {
    const kept = localStorage.getItem(PREFIX + key)
    return kept === null ? '' : (JSON.parse(kept) as { value: unknown }).value
  }
  const remove = (key: string) => localStorage.removeItem(PREFIX + key)
  const clear = () => keys().forEach((key) => localStorage.removeItem(key))
  const info = () => ({
    keys: keys().map((it) => it.slice(PREFIX.length)),
    currentSize: 0,
    limitSize: 10_240,
  })

  return {
    setStorageSync: set,
    getStorageSync: get,
    removeStorageSync: remove,
    clearStorageSync: clear,
    getStorageInfoSync: info,
    setStorage: api('setStorage', ({ key, data }: { key: string; data: unknown }) => set(key, data)),
    getStorage: api('getStorage', ({ key }: { key: string }) => {
      if (!has(key)) throw new Refused('data not found')
      return { data: get(key) }
    }),
    removeStorage: api('removeStorage', ({ key }: { key: string }) => remove(key)),
    clearStorage: api('clearStorage', clear),
    getStorageInfo: api('getStorageInfo', info),
  }
}
