/** Makes of what Word, WPS or an article of WeChat puts on the clipboard what a letter can hold, and says what could not come along. */

export interface Cleaned {
  html: string
  /** In words for the author; nothing is dropped in silence. */
  lost: string[]
}

const BULLET = /^[\s\u00a0]*[·•●○◦§■◆▪\uf0b7\uf06c\uf0a7\uf0d8\uf0fc][\s\u00a0]*/
const NUMBER = /^[\s\u00a0]*(\d{1,2})[.、．)）][\s\u00a0]*/

export function cleanPaste(html: string, mayLead: (link: string) => boolean): Cleaned {
  const doc = new DOMParser().parseFromString(html, 'text/html')
  const { body } = doc
  const all = (selector: string) => [...body.querySelectorAll<HTMLElement>(selector)]
  for (const it of all(
    'script,style,meta,link,title,xml,iframe,object,embed,svg,math,form,input,button,template',
  ))
    it.remove()
  for (const it of all('[style*="display:none"],[style*="display: none"],[style*="mso-hide"]')) it.remove()

  const pictures = all('img').filter((it) => !it.getAttribute('src')?.startsWith('/media/a/'))
  for (const it of pictures) it.remove()
  const links = all('a[href]').filter((it) => !mayLead(it.getAttribute('href') ?? ''))
  const foreign = links.filter((it) => /^[a-z]+:/i.test(it.getAttribute('href') ?? ''))
  for (const it of links) it.replaceWith(...it.childNodes)
  const tables = all('table')
  for (const it of tables) flatten(it)
  for (const it of all('h1,h3,h4,h5,h6')) rename(it, 'h2')
  for (const it of all('p,div,section')) listed(it)
  joinLists(body)

  return {
    html: body.innerHTML,
    lost: [
      ...(pictures.length > 0 ? [`${pictures.length}张图片没有带过来，请用“图片”按钮上传`] : []),
      ...(foreign.length > 0 ? [`${foreign.length}个链接不在可用的网站里，只留下了文字`] : []),
      ...(tables.length > 0 ? ['表格变成了一行一行的文字，请看一看'] : []),
    ],
  }
}

function rename(it: Element, tag: string) {
  const other = it.ownerDocument.createElement(tag)
  other.append(...it.childNodes)
  it.replaceWith(other)
  return other
}

/** A row of a table becomes a line, its cells parted by a space. */
function flatten(table: HTMLElement) {
  const doc = table.ownerDocument
  const rows = [...table.querySelectorAll('tr')].map((row) => {
    const line = doc.createElement('p')
    line.textContent = [...row.querySelectorAll('td,th')]
      .map((it) => (it.textContent ?? '').replace(/\s+/g, ' ').trim())
      .filter(Boolean)
      .join('　')
    return line
  })
  table.replaceWith(...rows)
}

/** Word writes an item as a paragraph that begins with a dot or a number of its own. */
function listed(it: HTMLElement) {
  if (it.querySelector('p,div,section,ul,ol,table')) return
  const text = it.textContent ?? ''
  const isWords = /mso-list|MsoListParagraph/i.test(`${it.getAttribute('style') ?? ''} ${it.className}`)
  const mark = BULLET.exec(text) ?? (isWords ? NUMBER.exec(text) : null)
  if (!mark) return
  dropStart(it, mark[0].length)
  const list = it.ownerDocument.createElement(mark[1] ? 'ol' : 'ul')
  if (mark[1]) list.setAttribute('start', mark[1])
  const item = it.ownerDocument.createElement('li')
  const line = it.ownerDocument.createElement('p')
  line.append(...it.childNodes)
  item.append(line)
  list.append(item)
  it.replaceWith(list)
}

function dropStart(it: Node, most: number): number {
  let left = most
  for (const child of [...it.childNodes]) {
    if (left <= 0) return left
    if (child.nodeType === 3) {
      const text = child.textContent ?? ''
      child.textContent = text.slice(left)
      left -= Math.min(left, text.length)
    } else left = dropStart(child, left)
  }
  return left
}

/** Items that stand one below the other are one list. */
function joinLists(body: HTMLElement) {
  for (const list of [...body.querySelectorAll('ul,ol')]) {
    const before = list.previousElementSibling
    const isApart = list.previousSibling !== before && (list.previousSibling?.textContent ?? '').trim() !== ''
    if (!before || isApart || before.tagName !== list.tagName) continue
    const next = Number(before.getAttribute('start') ?? 1) + before.children.length
    if (list.tagName === 'OL' && Number(list.getAttribute('start') ?? 1) !== next) continue
    before.append(...list.childNodes)
    list.remove()
  }
}
