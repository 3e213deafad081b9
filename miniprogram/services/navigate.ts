import { takePaperLetter } from './paper-letter'

const TABS = ['home', 'courses', 'letters', 'calls', 'mine'].map((name) => `/pages/${name}/${name}`)
export const HOME = '/pages/home/home'
/** WeChat keeps ten pages on the stack; the tenth tap on a link would do nothing. */
const DEEPEST = 9
/** A second tap while the next page is still sliding in is not a second wish. */
const SAME_TAP_MS = 600

let lastGone = { page: '', at: 0 }
let destination: string | null = null

/** Opens a page of ours by its path with query, tab or not, however deep the stack is. */
export function go(page: string) {
  const now = Date.now()
  if (lastGone.page === page && now - lastGone.at < SAME_TAP_MS) return
  lastGone = { page, at: now }
  if (isTab(page)) void wx.switchTab({ url: pathOf(page) })
  else if (getCurrentPages().length >= DEEPEST) void wx.redirectTo({ url: page })
  else void wx.navigateTo({ url: page })
}

/** Opens a page in place of this one: 返回 then skips this one. */
export function replaceWith(page: string) {
  if (isTab(page)) void wx.switchTab({ url: pathOf(page) })
  else void wx.redirectTo({ url: page })
}

/** Back to where one came from, or home when this page was opened from a shared card. */
export function goBack() {
  if (getCurrentPages().length > 1) void wx.navigateBack()
  else void wx.switchTab({ url: HOME })
}

/** Sends somebody who is not in any class yet to sign in; the page they wanted opens afterwards. */
export function signInFirst() {
  destination = here()
  go('/packages/account/welcome/welcome')
}

/** After signing in or joining: the page that was wanted, the letter on paper that led here, else home. Clears the whole stack. */
export function goOn() {
  const page = destination ?? takePaperLetter() ?? HOME
  destination = null
  void wx.reLaunch({ url: page })
}

/** The page on the screen as a path with query. */
export function here(): string {
  const page = getCurrentPages().slice(-1)[0]
  if (!page) return HOME
  const query = Object.entries(page.options)
    .map(([name, value]) => `${name}=${encodeURIComponent(value ?? '')}`)
    .join('&')
  return `/${page.route}${query ? `?${query}` : ''}`
}

const pathOf = (page: string) => page.split('?')[0] ?? page
const isTab = (page: string) => TABS.includes(pathOf(page))
