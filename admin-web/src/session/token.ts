import { readonly, shallowRef } from 'vue'

const KEY = 'session'
const DEVICE = 'device'

// The tab's own copy first: two tabs may work for two people (a deputy, a demonstration). A new tab starts
// with whoever signed in last in this browser.
const current = shallowRef(sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY))

/** The proof of this session, or null while nobody is signed in. */
export const token = readonly(current)

/** Why the last session ended, for the sign-in page to say once. */
export const farewell = shallowRef('')

export function remember(value: string) {
  sessionStorage.setItem(KEY, value)
  localStorage.setItem(KEY, value)
  farewell.value = ''
  current.value = value
}

export function forget(why = '') {
  if (localStorage.getItem(KEY) === current.value) localStorage.removeItem(KEY)
  sessionStorage.removeItem(KEY)
  farewell.value = why
  current.value = null
}

/** Proves to the server that this browser has signed in before, so that strangers' wrong guesses do not lock it out. */
export const device = {
  token: () => localStorage.getItem(DEVICE) ?? undefined,
  remember: (value: string) => localStorage.setItem(DEVICE, value),
}

window.addEventListener('storage', ({ key, oldValue, newValue }) => {
  if (key === KEY && newValue === null && oldValue === current.value) forget('您已在另一个窗口退出登录')
})
