import { type Page } from 'playwright-core'

/** What of a page does not fit: a line each, with the words of what it is about. Runs in the page, so it knows nothing of here. */
const LOOK = `(() => {
  const wide = window.innerWidth
  const seen = (it) => {
    const box = it.getBoundingClientRect()
    const style = getComputedStyle(it)
    return box.width > 1 && box.height > 1 && style.visibility !== 'hidden' && Number(style.opacity) > 0 && it.checkVisibility?.() !== false
  }
  const scrolls = (it) => {
    for (let up = it.parentElement; up; up = up.parentElement) {
      // What holds the whole page hides a fault; only a part of it may scroll.
      if (up.matches('html, body, wx-page, [class*="mp-"], .el-main, .page')) return false
      const { overflowX } = getComputedStyle(up)
      if (overflowX !== 'visible' && up.getBoundingClientRect().right <= wide + 1) return true
    }
    return false
  }
  const called = (it) => (it.innerText || it.getAttribute('aria-label') || it.className || it.tagName).toString().trim().replace(/\\s+/g, ' ').slice(0, 24)
  const found = []
  if (document.scrollingElement.scrollWidth > wide + 1) found.push('the page scrolls sideways')
  for (const it of document.body.querySelectorAll('*')) {
    if (!seen(it)) continue
    const box = it.getBoundingClientRect()
    if ((box.right > wide + 1 || box.left < -1) && it.children.length === 0 && !scrolls(it) && !it.closest('svg, .mp-toast'))
      found.push('beyond the edge: ' + called(it))
  }
  for (const it of document.querySelectorAll('button, wx-button, .t-button, .chip, .el-button')) {
    // A long name that is cut says itself in full when it is pointed at.
    if (!seen(it) || it.closest('svg') || it.title) continue
    const { overflowX, textOverflow } = getComputedStyle(it)
    if (it.scrollWidth > it.clientWidth + 2 && (overflowX !== 'visible' || textOverflow === 'ellipsis') && called(it))
      found.push('clipped: ' + called(it))
  }
  return [...new Set(found)]
})()`

/** Words under the tab with the help lines where a page ends: nobody can scroll them free. */
const COVERED = `(() => {
  const tab = [...document.querySelectorAll('[class*="help-tab"]')].findLast((it) => it.checkVisibility?.() !== false && it.getBoundingClientRect().width > 1)
  if (!tab) return []
  const scrolled = []
  for (let it = tab; it; it = it.parentElement) {
    const before = it.scrollTop
    it.scrollTop = 1e6
    if (it.scrollTop !== before) scrolled.push([it, before])
  }
  const over = tab.getBoundingClientRect()
  const floats = (it) => {
    for (let up = it; up && !up.matches('wx-page'); up = up.parentElement) if (getComputedStyle(up).position === 'fixed') return true
    return false
  }
  const found = []
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (texts.nextNode()) {
    const text = texts.currentNode
    if (!text.data.trim() || text.parentElement.checkVisibility?.() === false || floats(text.parentElement)) continue
    const range = document.createRange()
    range.selectNodeContents(text)
    // Words that are cut by their box are not seen beyond it.
    const box = text.parentElement.closest('wx-view, wx-button, wx-page').getBoundingClientRect()
    for (const it of range.getClientRects()) {
      const wide = Math.min(it.right, over.right, box.right) - Math.max(it.left, over.left)
      const high = Math.min(it.bottom, over.bottom) - Math.max(it.top, over.top)
      if (wide > 2 && high > 4) found.push('under 求助: ' + text.data.trim().slice(0, 24))
    }
  }
  for (const [it, before] of scrolled) it.scrollTop = before
  return [...new Set(found)]
})()`

/** Primary actions of the phone are as tall as a finger needs. */
const FINGERS = `(() => [...document.querySelectorAll('[class*="t-button--primary"], .bottom-bar .t-button, .primary')]
  .filter((it) => it.checkVisibility?.() !== false && it.getBoundingClientRect().height > 1 && it.getBoundingClientRect().height < 43.5 && /button|BUTTON/.test(it.tagName + it.className + it.getAttribute('role')))
  .map((it) => 'too small for a finger: ' + it.innerText.trim().slice(0, 24) + ' ' + Math.round(it.getBoundingClientRect().height)))()`

/** Words of programmers: raw ids, names of enums, English. Codes of classes, kinds of files and the sample's own lessons are none. */
const WORDS = `(() => {
  const text = document.body.innerText
  const found = []
  for (const it of text.match(/\\b[0-9a-f]{24}\\b/g) ?? []) found.push('an id: ' + it)
  for (const it of text.match(/\\b(?:undefined|null|NaN|\\[object \\w+\\])/g) ?? []) found.push('a bug: ' + it)
  for (const it of text.match(/[A-Za-z][A-Za-z_]{3,}/g) ?? [])
    if (!/^[A-Z0-9]+$|^lesson$/.test(it) && !/^(xlsx|xlsm|Excel|Word|PowerPoint|https?|Mozilla|Chrome|Safari|Linux|HeadlessChrome|AppleWebKit|KHTML|Gecko|like|test|localhost)$/i.test(it)) found.push('English: ' + it)
  return [...new Set(found)]
})()`

export const look = (page: Page) => page.evaluate<string[]>(LOOK)
export const covered = (page: Page) => page.evaluate<string[]>(COVERED)
export const fingers = (page: Page) => page.evaluate<string[]>(FINGERS)
export const words = (page: Page) => page.evaluate<string[]>(WORDS)
