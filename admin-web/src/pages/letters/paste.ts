import { joinLists, listMarked, listTyped, writeInnerNumbers } from './paste-lists'
import { flattenTables } from './paste-tables'
import { plainSigns, tidyWords } from './paste-words'

/** Makes of what Word, WPS, Excel or an article of WeChat puts on the clipboard what a letter can hold, and says what could not come along. */

export interface Cleaned {
  html: string
  /** In words for the author; nothing is dropped in silence. */
  lost: string[]
}

const NEVER =
  'script,style,meta,link,title,xml,noscript,template,svg,math,canvas,input,button,select,textarea,base'
const FILMS =
  'video,audio,iframe,object,embed,mpvoice,mp-common-mpaudio,mp-common-videosnap,qqmusic,mpvideosnap'
/** Of Word: the sign behind the words that a comment is about, and the comments at the end; the words themselves stay. */
const COMMENTS =
  '.MsoCommentReference,.msocomanchor,a[href*="#_msocom"],.msocomtxt,.MsoCommentText,hr.msocomoff,[style*="mso-special-character:comment"],[style*="mso-element:comment"]'
const HIDDEN = /display\s*:\s*none|mso-hide\s*:\s*(?:all|screen)/i

export function cleanPaste(html: string, mayLead: (link: string) => boolean): Cleaned {
  const { body } = new DOMParser().parseFromString(html, 'text/html')
  const all = (selector: string) => [...body.querySelectorAll<HTMLElement>(selector)]
  const drop = (selector: string, isMeant: (it: HTMLElement) => boolean = () => true) => {
    const found = all(selector).filter(isMeant)
    for (const it of found) it.remove()
    return found
  }

  const isOurs = body.querySelector('[data-pm-slice]') !== null
  drop('[style],[hidden]', (it) => it.hasAttribute('hidden') || HIDDEN.test(it.getAttribute('style') ?? ''))
  const films = drop(FILMS)
  drop(NEVER)
  const comments = drop(COMMENTS)
  const deleted = drop('del,.msoDel', (it) => it.textContent.trim() !== '')
  const pictures = drop('img', (it) => !it.getAttribute('src')?.startsWith('/media/a/'))
  const links = all('a[href]').filter((it) => !mayLead(it.getAttribute('href') ?? ''))
  const foreign = links.filter((it) => /^[a-z]+:/i.test(it.getAttribute('href') ?? ''))
  for (const it of links) it.replaceWith(...it.childNodes)
  const tables = all('table').length
  if (!isOurs) reshape(body)
  for (const it of all('*')) bare(it)
  dropRemarks(body)

  return {
    html: body.innerHTML,
    lost: [
      ...(pictures.length > 0 ? [picturesLost(pictures)] : []),
      ...(films.length > 0 ? [`${films.length}段视频或录音没有带过来`] : []),
      ...(foreign.length > 0 ? [`${foreign.length}个链接不在可用的网站里，只留下了文字`] : []),
      ...(tables > 0 ? ['表格变成了一行一行的文字，请看一看'] : []),
      ...(deleted.length > 0 ? ['修订里删掉的文字没有带过来'] : []),
      ...(comments.length > 0 ? ['批注没有带过来'] : []),
    ],
  }
}

/** Named where somebody has named them; a programme's own names say nothing. */
function picturesLost(pictures: readonly HTMLElement[]) {
  const names = [...new Set(pictures.map((it) => (it.getAttribute('alt') ?? '').trim()))].filter(
    (it) =>
      it !== '' && it.length <= 20 && !/^(图片|图像|图形|image|img|picture)|自动生成|\.\w{3,4}$/i.test(it),
  )
  const named = names.length > 0 ? `（${names.slice(0, 3).join('、')}${names.length > 3 ? '等' : ''}）` : ''
  return `${pictures.length}张图片没有带过来${named}，请用“图片”按钮上传`
}

/** What others write as they do becomes lists, headings and lines as a letter has them. */
function reshape(body: HTMLElement) {
  tidyWords(body)
  for (const it of body.querySelectorAll('h1,h3,h4,h5,h6,p.MsoTitle')) rename(it, 'h2')
  listMarked(body)
  flattenTables(body)
  listTyped(body)
  joinLists(body)
  writeInnerNumbers(body)
  plainSigns(body)
  for (const it of body.querySelectorAll('p,h2,li')) if (isBlank(it)) it.remove()
  // A heading is bold by itself.
  for (const it of body.querySelectorAll('h2 b,h2 strong')) it.replaceWith(...it.childNodes)
}

const isBlank = (it: Element) => it.textContent.trim() === '' && !it.querySelector('img')

function rename(it: Element, tag: string) {
  const other = it.ownerDocument.createElement(tag)
  other.append(...it.childNodes)
  it.replaceWith(other)
}

/** What of an element means something to a letter. */
const KEPT: Record<string, RegExp> = {
  A: /^href$/,
  IMG: /^(src|alt|width|height)$/,
  OL: /^start$/,
  SPAN: /^(class|data-name|data-raw)$/,
}

/** Of its looks only that it is bold stays; what would run, track or name the author's computer does not. */
function bare(it: HTMLElement) {
  const weight = it.style.fontWeight
  for (const { name } of [...it.attributes]) {
    if (!KEPT[it.tagName]?.test(name) && name !== 'data-pm-slice') it.removeAttribute(name)
  }
  if (weight) it.style.fontWeight = weight
  // <o:p>, <mp-common-profile>, <font>: what they hold are words.
  if (/[:-]|^FONT$/.test(it.tagName)) it.replaceWith(...it.childNodes)
}

function dropRemarks(body: HTMLElement) {
  const walker = body.ownerDocument.createTreeWalker(body, NodeFilter.SHOW_COMMENT)
  const remarks: Node[] = []
  while (walker.nextNode()) remarks.push(walker.currentNode)
  for (const it of remarks) it.parentNode?.removeChild(it)
}
