import type { Block } from '#contract/courses'
import { cuesIn } from '../../../infra/video/captions.ts'

/** Characters a practised reader takes in a second: 360 a minute, the upper end for Chinese prose on a phone. */
const READING_CHARACTERS_PER_SECOND = 6
/** A text shorter than this still needs a minute to be taken in. */
const SHORTEST_READING_SECONDS = 60

/**
 * Light markdown as blocks: paragraphs, `## ` headings, `- ` lists, `> ` quotes, `**bold**`. Anything else stays the text
 * it is; nothing in it can become markup on a phone or in the console (S5).
 */
export function blocksOf(body: string): Block[] {
  return body
    .replace(/\r\n?/g, '\n')
    .split(/\n{2,}/)
    .flatMap((part) => piecesOf(part.split('\n').filter((it) => it.trim() !== '')))
}

/** Lines that stand together: each heading is a block, and so is each run of list, quote or plain lines. */
function piecesOf(lines: string[]): Block[] {
  const blocks: Block[] = []
  for (const line of lines) {
    const { kind, text } = markOf(line)
    const last = blocks.at(-1)
    if (last && last.kind === kind && kind === 'list') last.lines.push(runsOf(text))
    else if (last && last.kind === kind && kind !== 'heading') last.lines[0]?.push(...runsOf(text))
    else blocks.push({ kind, lines: [runsOf(text)] })
  }
  return blocks
}

function markOf(line: string): { kind: Block['kind']; text: string } {
  if (/^#{1,3} /.test(line)) return { kind: 'heading', text: line.replace(/^#+ /, '') }
  if (/^[-*] /.test(line)) return { kind: 'list', text: line.slice(2) }
  if (/^> ?/.test(line)) return { kind: 'quote', text: line.replace(/^> ?/, '') }
  return { kind: 'paragraph', text: line }
}

const runsOf = (text: string) =>
  text
    .trim()
    .split(/\*\*(.+?)\*\*/)
    .map((it, at) => ({ text: it, isBold: at % 2 === 1 }))
    .filter((it) => it.text !== '')

/** The seconds an article counts as: what its text takes to read, never a length somebody made up. */
export function readingSeconds(blocks: Block[]) {
  const characters = blocks
    .flatMap((it) => it.lines.flat())
    .reduce((sum, it) => sum + it.text.replace(/\s/g, '').length, 0)
  return Math.max(SHORTEST_READING_SECONDS, Math.ceil(characters / READING_CHARACTERS_PER_SECOND))
}

export interface Caption {
  from: number
  to: number
  text: string
}

/**
 * The captions of a film of ours. Its lines are broken to fit the screen and joined again without a blank, as Chinese is; what is published is
 * compared word by word, so that another way of joining them would put out every course anew.
 */
export const captionsOf = (vtt: string): Caption[] =>
  cuesIn(vtt).map(({ from, to, lines }) => ({ from, to, text: lines.join('') }))

/** 《中华人民共和国家庭教育促进法》第十七条 */
export const sourceInWords = (source: {
  title: string
  article?: string | undefined
  by?: string | undefined
}) => [source.title + (source.article ?? ''), source.by].filter(Boolean).join('，')
