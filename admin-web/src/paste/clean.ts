import { readDrawings, remarksIn } from './drawings'
import { joinLists, listMarked, listTyped, writeInnerNumbers, writeNumbers } from './lists'
import { lossesInWords } from './losses'
import { writeSigns } from './signs'
import { flattenTables } from './tables'
import { dropIndents, plainSigns, tidyWords } from './words'

/** Makes of what Word, WPS, Excel or an article of WeChat puts on the clipboard what a letter can hold, and says what could not come along. */

export interface Cleaned {
  html: string
  /** One sentence for the author, for nothing is dropped in silence; empty when all came along. */
  lost: string
}

const NEVER =
  'script,style,meta,link,title,xml,noscript,template,svg,math,canvas,input,button,select,textarea,base'
const FILMS =
  'video,audio,iframe,object,embed,mpvoice,mp-common-mpaudio,mp-common-videosnap,qqmusic,mpvideosnap'
/** Of Word: the sign behind the words that a comment is about, and the comments at the end; the words themselves stay. */
const COMMENTS =
  '.MsoCommentReference,.msocomanchor,a[href*="#_msocom"],.msocomtxt,.MsoCommentText,hr.msocomoff,[style*="mso-special-character:comment"],[style*="mso-element:comment"]'
const HIDDEN = /display\s*:\s*none|mso-hide\s*:\s*(?:all|screen)/i

/** What the text can hold that the words go into. */
export interface Holds {
  mayLead: (link: string) => boolean
  /** Without numbered lists numbers are written in front of their lines. */
  hasNumbers: boolean
}

export function cleanPaste(html: string, { mayLead, hasNumbers }: Holds): Cleaned {
  const { body } = new DOMParser().parseFromString(html, 'text/html')
  const all = (selector: string) => [...body.querySelectorAll<HTMLElement>(selector)]
  const drop = (selector: string, isMeant: (it: HTMLElement) => boolean = () => true) => {
    const found = all(selector).filter(isMeant)
    for (const it of found) it.remove()
    return found
  }

  const isOurs = body.querySelector('[data-pm-slice]') !== null
  const drawings = readDrawings(body)
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
  writeSigns(body)
  if (!isOurs) reshape(body)
  if (!hasNumbers) writeNumbers(body)
  dropIndents(body)
  for (const it of all('*')) bare(it)
  for (const it of remarksIn(body)) it.remove()

  return {
    html: body.innerHTML,
    lost: lossesInWords({
      pictures: pictures.map((it) => it.getAttribute('alt') ?? ''),
      films: films.length,
      ...drawings,
      links: foreign.length,
      tables,
      deleted: deleted.length,
      comments: comments.length,
    }),
  }
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
