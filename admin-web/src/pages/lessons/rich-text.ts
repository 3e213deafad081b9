import type { Block } from '#contract/courses'
import { isAllowedLink, PICTURE_ADDRESS } from '#contract/lesson-parts'

/** A node of the editor's document, as far as we read it. */
export interface Node {
  type?: string
  text?: string
  marks?: { type: string; attrs?: Record<string, unknown> }[]
  attrs?: Record<string, unknown>
  content?: Node[]
}

type Run = Block['lines'][number][number]

/** What the editor holds, as the blocks a lesson is made of. What a lesson does not know becomes plain text or nothing. */
export function blocksOf(doc: Node): Block[] {
  return (doc.content ?? []).flatMap(blockOf)
}

function blockOf(node: Node): Block[] {
  if (node.type === 'image') return pictureOf(node)
  if (node.type === 'bulletList' || node.type === 'orderedList') {
    const lines = itemsOf(node).map(runsOf).filter(hasWords)
    return lines.length > 0 ? [{ kind: 'list', lines }] : []
  }
  if (node.type === 'blockquote')
    return (node.content ?? []).map(runsOf).filter(hasWords).map(asBlock('quote'))
  return [runsOf(node)].filter(hasWords).map(asBlock(node.type === 'heading' ? 'heading' : 'paragraph'))
}

const asBlock = (kind: Block['kind']) => (line: Run[]) => ({ kind, lines: [line] })
const hasWords = (line: Run[]) => line.some((it) => it.text.trim() !== '')

/** A list within a list stands beside it: the phone knows one level. */
const itemsOf = (list: Node): Node[] =>
  (list.content ?? []).flatMap((item) => {
    const inner = (item.content ?? []).filter((it) => /List$/.test(it.type ?? ''))
    // A second paragraph of an item is a line of its own, or its words would run into the first's.
    const own = (item.content ?? []).filter((it) => !inner.includes(it))
    return [...own, ...inner.flatMap(itemsOf)]
  })

function runsOf(node: Node): Run[] {
  if (node.text !== undefined) {
    const link = node.marks?.find((it) => it.type === 'link')?.attrs?.href
    const isBold = node.marks?.some((it) => it.type === 'bold') ?? false
    return [{ text: node.text, isBold, ...(typeof link === 'string' && isAllowedLink(link) && { link }) }]
  }
  if (node.type === 'hardBreak') return [{ text: ' ', isBold: false }]
  return (node.content ?? []).flatMap(runsOf)
}

function pictureOf({ attrs = {} }: Node): Block[] {
  const { src, alt, width, height } = attrs
  if (typeof src !== 'string' || !PICTURE_ADDRESS.test(src)) return []
  const caption = typeof alt === 'string' && alt.trim() ? [{ text: alt.trim(), isBold: false }] : []
  const picture = { address: src, width: Number(width) || 1, height: Number(height) || 1 }
  return [{ kind: 'picture', lines: [caption], picture }]
}

/** Blocks as a document of the editor. */
export const docOf = (blocks: readonly Block[]) => ({
  type: 'doc',
  content: blocks.length > 0 ? blocks.map(nodeOf) : [{ type: 'paragraph' }],
})

function nodeOf({ kind, lines, picture }: Block): Node {
  const paragraph = (line: readonly Run[]): Node => ({
    type: 'paragraph',
    content: line.filter(isThere).map(textOf),
  })
  const [first = []] = lines
  if (kind === 'picture' && picture) {
    const { address: src, width, height } = picture
    return { type: 'image', attrs: { src, alt: first[0]?.text ?? '', width, height } }
  }
  if (kind === 'list') {
    return {
      type: 'bulletList',
      content: lines.map((it) => ({ type: 'listItem', content: [paragraph(it)] })),
    }
  }
  if (kind === 'quote') return { type: 'blockquote', content: [paragraph(first)] }
  if (kind === 'heading')
    return { type: 'heading', attrs: { level: 2 }, content: first.filter(isThere).map(textOf) }
  return paragraph(first)
}

/** The editor knows no empty text. */
const isThere = (it: Run) => it.text !== ''

const textOf = ({ text, isBold, link }: Run): Node => ({
  type: 'text',
  text,
  marks: [...(isBold ? [{ type: 'bold' }] : []), ...(link ? [{ type: 'link', attrs: { href: link } }] : [])],
})
