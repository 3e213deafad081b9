/**
 * The light markup letters are written in, and the blanks that are filled for each family. It stands in the contract
 * because the console's preview and the server must never read a letter differently.
 */

export interface Run {
  text: string
  isBold: boolean
  /** Where it leads: https, and when it was saved a site that letters may lead to. */
  link?: string
}

export interface Block {
  kind: 'paragraph' | 'heading' | 'item' | 'number' | 'picture'
  /** Of a picture: its caption, so that a reader that knows no pictures shows that. */
  runs: Run[]
  /** Of a numbered item. */
  number?: number
  picture?: LetterPicture
}

/** A picture of ours, with its size in points so that the text does not jump when it arrives. */
export interface LetterPicture {
  address: string
  width: number
  height: number
}

/** The blanks an author may use, and what a sample family would read in them. */
export const BLANKS = {
  孩子: '张三',
  称呼: '张三妈妈',
  班级: '七年级2班',
  学校: '实验中学',
  班主任: '李老师',
  日期: '2026年9月1日',
} as const
export type Blank = keyof typeof BLANKS
export type Filling = Record<Blank, string>

/**
 * Paragraphs, `## ` headings, `- ` and `1. ` items, `**bold**`, `[words](https://…)` and pictures on a line of their own:
 * `![caption](/media/a/…/picture.jpg 800x600)`. Every other character, `<script>` too, is text. Blanks are filled after
 * the markup is read, so that nobody's name can become markup.
 */
export function blocksOf(body: string, filling: Filling): Block[] {
  return body
    .replace(/\r\n?/g, '\n')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => blockOf(line, filling))
}

function blockOf(line: string, filling: Filling): Block {
  const shown = pictureIn(line)
  if (shown) {
    const { caption, ...picture } = shown
    return { kind: 'picture', runs: caption ? [{ text: caption, isBold: false }] : [], picture }
  }
  const [, mark = '', said = ''] = LINE.exec(line) ?? []
  const runs = runsOf(said, filling)
  if (mark === '') return { kind: 'paragraph', runs }
  if (/^\d/.test(mark)) return { kind: 'number', runs, number: Number.parseInt(mark, 10) }
  return { kind: mark.startsWith('#') ? 'heading' : 'item', runs }
}

/** What a line begins with, and the rest of it. */
export const LINE = /^(#{1,3} |[-*•] |\d{1,2}\. )?(.*)$/

const PICTURE = /^!\[([^[\]]{0,60})\]\((\/media\/a\/[0-9a-f]{32}\/picture\.jpg) (\d{1,4})x(\d{1,4})\)$/

/** The picture a line is, or null. */
export function pictureIn(line: string): (LetterPicture & { caption: string }) | null {
  const [, caption = '', address, width, height] = PICTURE.exec(line.trim()) ?? []
  if (address === undefined || !Number(width) || !Number(height)) return null
  return { caption: caption.trim(), address, width: Number(width), height: Number(height) }
}

/** Every picture of a text, in its order. */
export const picturesIn = (body: string): (LetterPicture & { caption: string })[] =>
  body.split(/[\r\n]+/).flatMap((line) => pictureIn(line) ?? [])

// A plain name of a site right after https://: what stands before an @ would only pretend to be one.
const LINK = /\[([^[\]]{1,80})\]\((https:\/\/[a-zA-Z0-9.-]{1,100}(?:[/?#][^\s()<>"'\\`*]{0,300})?)\)/

function runsOf(line: string, filling: Filling): Run[] {
  return line.split('**').flatMap((part, at, all) => {
    // An opening pair without its closing one is no markup.
    const isBold = at % 2 === 1 && at < all.length - 1
    return linksIn(part).flatMap(({ text, link }) => {
      const said = fill(text, filling)
      return said === '' ? [] : [{ text: said, isBold, ...(link !== undefined && { link }) }]
    })
  })
}

/** A piece of a line, cut at its links. */
export const linksIn = (text: string): { text: string; link?: string }[] =>
  text
    .split(new RegExp(LINK, 'g'))
    .flatMap((part, at, all) =>
      at % 3 === 0 ? [{ text: part }] : at % 3 === 1 ? [{ text: part, link: all[at + 1] ?? '' }] : [],
    )

/** `{{孩子}}` → 张三. A blank that does not exist stays as it was written. */
export const fill = (text: string, filling: Filling) =>
  text.replace(/\{\{\s*([^{}]{1,8}?)\s*\}\}/g, (written, name: string) =>
    isBlank(name) ? filling[name] : written,
  )

const isBlank = (name: string): name is Blank => Object.keys(BLANKS).includes(name)

/** What keeps a text from being sent, in one sentence, or null: template words not replaced, blanks that do not exist. */
export function unfinished(text: string): string | null {
  const [, toWrite] = /〔请填写：?([^〕]*)〕?/.exec(text) ?? []
  if (toWrite !== undefined) return `还有一处没有填写：${toWrite.slice(0, 20) || '请填写'}`
  const unknown = [...text.matchAll(/\{\{\s*([^{}]*?)\s*\}\}/g)].find(([, name = '']) => !isBlank(name))
  return unknown
    ? `没有“${(unknown[1] ?? '').slice(0, 10)}”这个空，能用的有：${Object.keys(BLANKS).join('、')}`
    : null
}

/** A blank that the letter's author fills in, with what has been filled in so far. */
export interface Filled {
  name: string
  type: 'text' | 'date' | 'number' | 'choice' | 'phone'
  choices?: string[] | undefined
  value: string
}

const AUTHOR_BLANK = /〔请填写：?([^〕，,]*)(?:[，,]([^〕]*))?〕/g

/** The blanks that still stand in a text, each once, with its hint: 〔请填写：费用，没有就写“不收费”〕. */
export function authorBlanksIn(text: string): { name: string; hint: string }[] {
  const found = new Map<string, string>()
  for (const [, name = '', hint = ''] of text.matchAll(AUTHOR_BLANK)) {
    if (!found.has(name.trim())) found.set(name.trim(), hint)
  }
  return [...found].map(([name, hint]) => ({ name, hint }))
}

/** What is wrong with what the author filled in, in a sentence; null when it is good, or still empty. */
export function blankProblem({ name, type, choices, value }: Filled): string | null {
  if (value === '') return null
  if (type === 'number' && !/^-?\d{1,9}(\.\d{1,2})?$/.test(value)) return `“${name}”请填一个数`
  if (type === 'phone' && !/^1[3-9]\d{9}$|^0\d{2,3}-?\d{7,8}(-\d{1,5})?$|^\d{3,5}$/.test(value)) {
    return `“${name}”请填手机号，或者带区号的电话`
  }
  if (type === 'choice' && !choices?.includes(value)) return `“${name}”请从选项里选一个`
  if (type === 'date' && !isDay(value)) return `“${name}”请选一个日子`
  return null
}

const isDay = (text: string) =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(new Date(`${text}T00:00:00Z`).getTime())

/** Puts what the author filled in into the text; what is still empty or wrong stays a blank. */
export function fillBlanks(text: string, blanks: readonly Filled[]): string {
  const values = new Map(blanks.map((it) => [it.name, blankInWords(it)]))
  return text.replace(AUTHOR_BLANK, (written, name: string) => values.get(name.trim()) || written)
}

/** What stands in the text for a blank: 11月25日(周三); nothing while it is empty, or wrong. */
export function blankInWords(blank: Filled): string {
  if (blankProblem(blank)) return ''
  // One line: a line break would begin a paragraph in the middle of a sentence.
  return blank.type === 'date' && blank.value ? dayWords(blank.value) : blank.value.replace(/\s*\n\s*/g, ' ')
}

/** 11月25日(周三) */
export function dayWords(day: string) {
  const at = new Date(`${day}T00:00:00Z`)
  return `${at.getUTCMonth() + 1}月${at.getUTCDate()}日(周${'日一二三四五六'.charAt(at.getUTCDay())})`
}
