/**
 * The light markup letters are written in, and the blanks that are filled for each family. It stands in the contract
 * because the console's preview and the server must never read a letter differently.
 */

export interface Run {
  text: string
  isBold: boolean
}

export interface Block {
  kind: 'paragraph' | 'heading' | 'item'
  runs: Run[]
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
 * Paragraphs, `## ` headings, `- ` items and `**bold**`; every other character, `<script>` too, is text. Blanks are
 * filled after the markup is read, so that nobody's name can become markup.
 */
export function blocksOf(body: string, filling: Filling): Block[] {
  return body
    .replace(/\r\n?/g, '\n')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [, mark = '', said = ''] = /^(#{1,3} |[-*•] )?(.*)$/.exec(line) ?? []
      const kind = mark === '' ? 'paragraph' : mark.startsWith('#') ? 'heading' : 'item'
      return { kind, runs: runsOf(said, filling) }
    })
}

function runsOf(line: string, filling: Filling): Run[] {
  return line
    .split('**')
    .map((text, at, all) => ({
      text: fill(text, filling),
      // An opening pair without its closing one is no markup.
      isBold: at % 2 === 1 && at < all.length - 1,
    }))
    .filter((run) => run.text !== '')
}

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
