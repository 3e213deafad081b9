/**
 * Word and WPS write an item as a paragraph with a level, and the sign in front of it as text. A letter numbers one level: numbers within
 * numbers, and signs such as 一、 or a)，are written out in words.
 */

interface Item {
  level: number
  /** As it stood in front; without one it was a picture. */
  sign: string
  kind: 'ul' | 'ol' | 'words'
}

interface Open {
  level: number
  list: HTMLElement
}

const NUMBER = /^(\d{1,2})[.、．)）]?$/
/** Dots of Symbol and Wingdings arrive as these letters. */
const DOT = /^(?:[^\p{L}\p{N}]*|[oØüvnluqþ])$/u
const TYPED_DOT = /^\s*[·•●○◦§■◆▪\uf06c\uf06e\uf075\uf076\uf0a7\uf0b7\uf0d8\uf0fc]\s*/
const TYPED_SIGN = /^\s*(\d{1,2}[.、．)）])\s*/
const BLOCKS = 'p,div,section,ul,ol,table'

export function listMarked(body: HTMLElement) {
  let open: Open[] = []
  for (const it of body.querySelectorAll<HTMLElement>('p,div,h2')) {
    const item = it.querySelector(BLOCKS) ? null : takeItem(it)
    if (!item) continue
    if (it.previousElementSibling !== open[0]?.list) open = []
    open = it.tagName === 'H2' ? inWords(it, item, []) : place(it, item, open)
  }
}

/** Puts an item where it belongs among the lists that are open, and gives those that are open then. */
function place(it: HTMLElement, item: Item, open: readonly Open[]): Open[] {
  const above = open.filter(({ level }) => level < item.level)
  if (item.kind === 'words' || (item.kind === 'ol' && above.some(({ list }) => list.tagName === 'OL')))
    return inWords(it, item, above)
  const same = open.find(({ level }) => level === item.level)?.list
  const list = same && isContinued(same, item) ? same : newList(it, item, above.at(-1))
  fill(list, it)
  return [...above, { level: item.level, list }]
}

/** A sign in words one level up is a line of its own; deeper down it is a line of the item above. */
function inWords(it: HTMLElement, item: Item, above: readonly Open[]): Open[] {
  const depth = above.length
  const [, number] = NUMBER.exec(item.sign) ?? []
  const sign = number && depth > 0 ? numberWithin(Number(number), depth) : item.sign
  it.prepend(/[!-~]$/.test(sign) ? `${sign} ` : sign)
  above.at(-1)?.list.lastElementChild?.append(it)
  return [...above]
}

/** 1., （1） within that, ① within that. */
const numberWithin = (number: number, depth: number) =>
  depth === 0
    ? `${number}. `
    : depth > 1 && number <= 20
      ? String.fromCodePoint(0x245f + number)
      : `（${number}）`

function isContinued(list: HTMLElement, { kind, sign }: Item) {
  if (list.tagName !== kind.toUpperCase()) return false
  return kind === 'ul' || startOf(list) + list.children.length === Number.parseInt(sign, 10)
}

function newList(it: HTMLElement, { kind, sign }: Item, parent: Open | undefined) {
  const list = it.ownerDocument.createElement(kind)
  if (kind === 'ol') list.setAttribute('start', String(Number.parseInt(sign, 10)))
  const item = parent?.list.lastElementChild
  if (item) item.append(list)
  else it.before(list)
  return list
}

function fill(list: HTMLElement, it: HTMLElement) {
  const doc = it.ownerDocument
  const [item, line] = [doc.createElement('li'), doc.createElement('p')]
  line.append(...it.childNodes)
  item.append(line)
  list.append(item)
  it.remove()
}

function takeItem(it: HTMLElement): Item | null {
  const [, level] = /mso-list\s*:\s*l\d+\s+level(\d)/i.exec(it.getAttribute('style') ?? '') ?? []
  const isList = level !== undefined || /MsoListParagraph/i.test(it.className)
  const sign = takeSign(it) ?? (isList ? takeTyped(it, TYPED_SIGN) : null)
  if (sign === null) return null
  const kind = NUMBER.test(sign) ? 'ol' : DOT.test(sign) ? 'ul' : 'words'
  return { level: Number(level ?? 1), sign, kind }
}

/** The sign stands between two remarks for browsers, or in a span that says to ignore it. */
function takeSign(it: HTMLElement): string | null {
  const walker = it.ownerDocument.createTreeWalker(it, NodeFilter.SHOW_COMMENT)
  while (walker.nextNode()) {
    const remark = walker.currentNode as Comment
    if (!/!supportLists/i.test(remark.data)) continue
    let sign = ''
    while (remark.nextSibling && !isEnd(remark.nextSibling)) {
      sign += remark.nextSibling.textContent ?? ''
      remark.nextSibling.remove()
    }
    return sign.trim()
  }
  const ignored = [...it.querySelectorAll('span[style]')].find((span) =>
    /mso-list\s*:\s*ignore/i.test(span.getAttribute('style') ?? ''),
  )
  ignored?.remove()
  return ignored ? ignored.textContent.trim() : null
}

const isEnd = (it: ChildNode) => it.nodeType === Node.COMMENT_NODE && /endif/i.test(it.textContent ?? '')

function takeTyped(it: HTMLElement, form: RegExp): string | null {
  const [all, sign] = form.exec(it.textContent) ?? []
  if (all === undefined) return null
  dropStart(it, all.length)
  return sign ?? ''
}

function dropStart(it: Node, most: number): number {
  let left = most
  for (const child of it.childNodes) {
    if (left <= 0) return left
    if (child.nodeType === Node.TEXT_NODE) {
      const text = child.textContent ?? ''
      child.textContent = text.slice(left)
      left -= Math.min(left, text.length)
    } else if (child.nodeType === Node.ELEMENT_NODE) left = dropStart(child, left)
  }
  return left
}

/** Whoever types a dot in front of a line means an item; typed numbers stay as they were typed. */
export function listTyped(body: HTMLElement) {
  for (const it of body.querySelectorAll<HTMLElement>('p,div,section')) {
    if (it.querySelector(BLOCKS) || it.closest('li')) continue
    if (takeTyped(it, TYPED_DOT) === null) continue
    fill(newList(it, { level: 1, sign: '', kind: 'ul' }, undefined), it)
  }
}

/** Items that stand one below the other are one list. */
export function joinLists(body: HTMLElement) {
  for (const list of body.querySelectorAll<HTMLElement>('ul,ol')) {
    const before = list.previousElementSibling as HTMLElement | null
    const isApart = list.previousSibling !== before && (list.previousSibling?.textContent ?? '').trim() !== ''
    if (!before || isApart || before.tagName !== list.tagName) continue
    if (list.tagName === 'OL' && startOf(list) !== startOf(before) + before.children.length) continue
    before.append(...list.childNodes)
    list.remove()
  }
}

const startOf = (list: HTMLElement) => Number(list.getAttribute('start') ?? 1)

/** Numbers of a real list within numbers become lines of the item they belong to. */
export const writeInnerNumbers = (body: HTMLElement) => inLines(body, 'ol ol')

/** All numbers, where the text has no numbered lists at all. */
export const writeNumbers = (body: HTMLElement) => inLines(body, 'ol')

function inLines(body: HTMLElement, selector: string) {
  for (const list of [...body.querySelectorAll<HTMLElement>(selector)].reverse()) {
    const depth = depthOf(list)
    const lines = [...list.children].flatMap((item, at) => {
      const line = item.ownerDocument.createElement('p')
      const isBlock = (child: ChildNode) => child instanceof Element && child.matches('p,ul,ol')
      const own = [...item.childNodes]
      const first = own.find((child) => isBlock(child)) as Element | undefined
      if (first?.tagName === 'P' && own.indexOf(first) === 0) line.append(...first.childNodes)
      else line.append(...own.filter((child) => !isBlock(child)))
      line.prepend(numberWithin(startOf(list) + at, depth))
      return [line, ...item.children]
    })
    list.replaceWith(...lines.filter((it) => it.textContent.trim() !== ''))
  }
}

const depthOf = (list: Element): number => {
  const outer = list.parentElement?.closest('ol')
  return outer ? depthOf(outer) + 1 : 0
}
