/** The letters of a pasted text: broken lines, spaces and signs as people write them. */

// A programme breaks its lines where it likes; between two Chinese signs that is no space.
const CJK = '[\\u2e80-\\u9fff\\uf900-\\ufaff\\uff00-\\uffef\\u3000-\\u303f‘’“”…—]'
const BREAK_INSIDE = new RegExp(`(?<=${CJK})[ \\t]*[\\r\\n]\\s*(?=${CJK})`, 'g')
const ENDS_CJK = new RegExp(`${CJK}$`)
const BEGINS_CJK = new RegExp(`^${CJK}`)
const BREAK_AT_END = /[ \t]*[\r\n][ \t\r\n]*$/
const BREAK_AT_START = /^[ \t]*[\r\n][ \t\r\n]*/
const INVISIBLE = /[\u200b\u2060\ufeff\u00ad]/g
const BLOCK = 'p,div,section,li,td,th,h1,h2,h3,h4,h5,h6,blockquote,body'
/** Signs of Wingdings that forms are made of; a phone has no such font. */
const WINGDINGS: Record<string, string> = {
  '\uf06f': '□',
  '\uf0a8': '□',
  '\uf071': '□',
  '\uf0fe': '☑',
  '\uf052': '☑',
  '\uf0fc': '✓',
}
const PRIVATE = /[\ue000-\uf8ff]/g

export function tidyWords(body: HTMLElement) {
  let before: Text | undefined
  for (const it of textsIn(body)) {
    it.data = it.data
      .replace(INVISIBLE, '')
      .replace(/\u00a0/g, ' ')
      .replace(BREAK_INSIDE, '')
    if (before && isSameLine(before, it)) joinAcross(before, it)
    if (it.data !== '') before = it
  }
}

/** Paragraphs stand apart by themselves; blanks in front of them would be an indent that only some have. */
export function dropIndents(body: HTMLElement) {
  let before: Text | undefined
  for (const it of textsIn(body)) {
    const block = it.parentElement?.closest(BLOCK)
    const isFirst = !before || !isSameLine(before, it) || it.previousSibling?.nodeName === 'BR'
    // Words without a block go into the line where they are put.
    if (isFirst && block !== body) it.data = it.data.replace(/^\s+/, '')
    if (it.data !== '') before = it
  }
}

/** Bullets have been read by then; what is left of private signs says nothing to anybody. */
export function plainSigns(body: HTMLElement) {
  for (const it of textsIn(body)) it.data = it.data.replace(PRIVATE, (sign) => WINGDINGS[sign] ?? '')
}

export function textsIn(within: Element): Text[] {
  const found: Text[] = []
  const walker = within.ownerDocument.createTreeWalker(within, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) found.push(walker.currentNode as Text)
  return found
}

const isSameLine = (one: Text, other: Text) =>
  one.parentElement?.closest(BLOCK) === other.parentElement?.closest(BLOCK)

function joinAcross(before: Text, it: Text) {
  const [head, tail] = [before.data.replace(BREAK_AT_END, ''), it.data.replace(BREAK_AT_START, '')]
  if (head === before.data && tail === it.data) return
  if (!ENDS_CJK.test(head) || !BEGINS_CJK.test(tail)) return
  before.data = head
  it.data = tail
}
