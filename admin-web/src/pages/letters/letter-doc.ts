import { type Blank, BLANKS, LINE, linksIn, pictureIn } from '#contract/letter-text'

/**
 * A letter's text ↔ the document of the editor, without loss: text → document → text is the text again, to the last empty line. What the
 * editor cannot say in the markup becomes plain text.
 */

/** A node of the editor's document, as far as we read it. */
export interface Node {
  type?: string
  text?: string
  marks?: { type: string; attrs?: Record<string, unknown> }[]
  attrs?: Record<string, unknown>
  content?: Node[]
}

type Kind = 'paragraph' | 'heading' | 'image' | 'item' | 'number'

/** A line that holds something: what it says and how many line ends stand before it. */
interface Line {
  kind: Kind
  mark: string
  said: string
  gap: number
}

export function docOf(text: string): Node {
  const content = linesIn(text).reduce<Node[]>((nodes, line) => {
    const last = nodes.at(-1)
    const list = line.kind === 'item' ? 'bulletList' : line.kind === 'number' ? 'orderedList' : null
    if (!list) return [...nodes, blockOf(line)]
    const item = { type: 'listItem', content: [paragraphOf(line)] }
    const isNext = last?.type === list && (line.kind === 'item' || nextOf(last) === numberOf(line))
    if (last && isNext) {
      last.content = [...(last.content ?? []), item]
      return nodes
    }
    const attrs = list === 'orderedList' ? { attrs: { start: numberOf(line) } } : {}
    return [...nodes, { type: list, ...attrs, content: [item] }]
  }, [])
  return { type: 'doc', content: content.length > 0 ? content : [{ type: 'paragraph' }] }
}

function linesIn(text: string): Line[] {
  let gap = 0
  return text
    .replace(/\r\n?/g, '\n')
    .split('\n')
    .flatMap((raw, at): Line[] => {
      if (at > 0) gap++
      const line = raw.trim()
      if (line === '') return []
      const found = { ...readLine(line), gap }
      gap = 0
      return [found]
    })
}

function readLine(line: string): Pick<Line, 'kind' | 'mark' | 'said'> {
  if (pictureIn(line)) return { kind: 'image', mark: '', said: line }
  const [, mark = '', said = ''] = LINE.exec(line) ?? []
  const kind =
    mark === '' ? 'paragraph' : mark.startsWith('#') ? 'heading' : /^\d/.test(mark) ? 'number' : 'item'
  return { kind, mark, said }
}

const numberOf = ({ mark }: Line) => Number.parseInt(mark, 10)
const nextOf = (list: Node) => Number(list.attrs?.start ?? 1) + (list.content?.length ?? 0)

function blockOf(line: Line): Node {
  const picture = line.kind === 'image' ? pictureIn(line.said) : null
  if (picture) {
    const { address: src, caption: alt, width, height } = picture
    return { type: 'image', attrs: { src, alt, width, height, gap: line.gap } }
  }
  if (line.kind !== 'heading') return paragraphOf(line)
  return {
    type: 'heading',
    attrs: { level: 2, gap: line.gap, mark: line.mark },
    content: inlineOf(line.said),
  }
}

const paragraphOf = ({ said, gap, mark }: Line): Node => ({
  type: 'paragraph',
  attrs: { gap, ...(mark && { mark }) },
  content: inlineOf(said),
})

const CHIP = new RegExp(`(\\{\\{\\s*(?:${Object.keys(BLANKS).join('|')})\\s*\\}\\}|〔请填写：?[^〕]*〕)`)

function inlineOf(said: string): Node[] {
  return said.split('**').flatMap((part, at, all) => {
    const isBold = at % 2 === 1 && at < all.length - 1
    // A pair that opens and does not close is no markup.
    const text = at % 2 === 1 && !isBold ? `**${part}` : part
    return linksIn(text).flatMap((it) => {
      const marks = [
        ...(isBold ? [{ type: 'bold' }] : []),
        ...(it.link === undefined ? [] : [{ type: 'link', attrs: { href: it.link } }]),
      ]
      return it.text
        .split(CHIP)
        .filter((piece) => piece !== '')
        .map((piece) => ({ ...chipOf(piece), ...(marks.length > 0 && { marks }) }))
    })
  })
}

/** A blank stands in the text as one thing that is put in, moved and deleted whole. */
function chipOf(raw: string): Node {
  if (!CHIP.test(raw)) return { type: 'text', text: raw }
  if (raw.startsWith('{{')) return { type: 'blank', attrs: { name: raw.slice(2, -2).trim(), raw } }
  return { type: 'toFill', attrs: { name: nameIn(raw), raw } }
}

/** 〔请填写：费用，没有就写“不收费”〕 → 费用 */
export const nameIn = (raw: string) => (/^〔请填写：?([^〕，,]*)/.exec(raw)?.[1] ?? '').trim()

export const blankNode = (name: Blank): Node => ({ type: 'blank', attrs: { name, raw: `{{${name}}}` } })

/** What the editor holds, as the markup that is saved. */
export function textOf(doc: Node): string {
  const lines = (doc.content ?? []).flatMap(linesOf).filter((it) => it.said.trim() !== '')
  return lines
    .map(({ mark, said, gap, kind }, at) => {
      const before = lines[at - 1]
      if (!before) return mark + said.trim()
      const isTogether = kind === before.kind && (kind === 'item' || kind === 'number')
      // At least one: two lines are never one.
      const ends = Math.max(1, gap >= 0 ? gap : isTogether ? 1 : 2)
      return '\n'.repeat(ends) + mark + said.trim()
    })
    .join('')
}

const markOf = (node: Node) => (typeof node.attrs?.mark === 'string' ? node.attrs.mark : '')
const gapOf = (node: Node) => (typeof node.attrs?.gap === 'number' ? node.attrs.gap : -1)

function linesOf(node: Node): Line[] {
  if (node.type === 'image') {
    const said = pictureText(node.attrs ?? {})
    return said ? [{ kind: 'image', mark: '', said, gap: gapOf(node) }] : []
  }
  if (node.type === 'bulletList' || node.type === 'orderedList') return itemsOf(node)
  if (node.type === 'heading') return pieces(node, 'heading', markOf(node) || '## ')
  return pieces(node, 'paragraph', '')
}

/** A list within a list stands beside it: the phone knows one level. */
function itemsOf(list: Node): Line[] {
  const isOrdered = list.type === 'orderedList'
  return (list.content ?? []).flatMap((item, at) =>
    (item.content ?? []).flatMap((part, line): Line[] => {
      if (/List$/.test(part.type ?? '')) return itemsOf(part)
      // Only the first line of an item has its mark; the others stand right below it.
      if (line > 0) return pieces(part, 'paragraph', '').map((it) => ({ ...it, gap: 1 }))
      const old = markOf(part)
      const mark = isOrdered ? `${Number(list.attrs?.start ?? 1) + at}. ` : /^[-*•] $/.test(old) ? old : '- '
      return pieces(part, isOrdered ? 'number' : 'item', mark)
    }),
  )
}

/** A line broken inside a paragraph is two lines, the second right below the first. */
function pieces(node: Node, kind: Kind, mark: string): Line[] {
  const rows: Node[][] = [[]]
  for (const it of node.content ?? []) {
    if (it.type === 'hardBreak') rows.push([])
    else rows.at(-1)?.push(it)
  }
  return rows.map((row, at) => {
    const isFirst = at === 0
    const said = inlineText(row)
    // What begins like a heading or an item and is none: the mark falls away rather than to change what it is.
    const plain = kind === 'paragraph' || !isFirst ? said : said.replace(LINE, '$2')
    return {
      kind: isFirst ? kind : 'paragraph',
      mark: isFirst ? mark : '',
      said: plain,
      gap: isFirst ? gapOf(node) : 1,
    }
  })
}

interface Piece {
  text: string
  isBold: boolean
  href: string | null
}

function inlineText(nodes: readonly Node[]): string {
  const parts = nodes.map(pieceOf).reduce<Piece[]>((all, it) => {
    const last = all.at(-1)
    if (!last || last.isBold !== it.isBold || last.href !== it.href) return [...all, it]
    return [...all.slice(0, -1), { ...last, text: last.text + it.text }]
  }, [])
  let said = ''
  parts.forEach((it, at) => {
    const isBegin = it.isBold && !parts[at - 1]?.isBold
    const isEnd = it.isBold && !parts[at + 1]?.isBold
    const words =
      it.href && it.text.trim()
        ? `[${it.text.replace(/\[/g, '【').replace(/\]/g, '】')}](${it.href})`
        : it.text
    said += `${isBegin ? '**' : ''}${words}${isEnd ? '**' : ''}`
  })
  return said
}

function pieceOf({ type, text, attrs, marks = [] }: Node): Piece {
  const href = marks.find((it) => it.type === 'link')?.attrs?.href
  const raw = type === 'text' ? (text ?? '') : typeof attrs?.raw === 'string' ? attrs.raw : ''
  return {
    text: raw.replace(/[\r\n]+/g, ' '),
    isBold: marks.some((it) => it.type === 'bold'),
    href: typeof href === 'string' ? plainLink(href) : null,
  }
}

/** An address without the signs that mean something in the markup. */
export const plainLink = (href: string) =>
  href
    .trim()
    .replace(/[\s()<>"'\\`*]/g, (it) => `%${it.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)

function pictureText({ src, alt, width, height }: Record<string, unknown>) {
  const caption = (typeof alt === 'string' ? alt : '')
    .replace(/\s+/g, ' ')
    .replace(/[[\]]/g, '')
    .trim()
    .slice(0, 60)
  const line = `![${caption}](${String(src)} ${Number(width)}x${Number(height)})`
  return pictureIn(line) ? line : null
}
