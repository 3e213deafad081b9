import type { Block } from '#contract/courses'
import { isAllowedLink } from '#contract/lesson-parts'

/** What cannot be seen and does not belong in a text: control characters, and marks that turn its direction around. */
const INVISIBLE = /[\p{Cc}\u200B\u202A-\u202E\u2060\u2066-\u2069\uFEFF]/gu

/**
 * A text as it is kept: without invisible marks, empty lines and empty blocks; neighbours that look alike are one; links
 * only where they may lead. It is text and stays text, whatever it looks like (S5).
 */
export function cleanBlocks(blocks: readonly Block[]): Block[] {
  return blocks.flatMap(({ kind, lines, picture }): Block[] => {
    const kept = lines.map(cleanLine).filter((line) => line.length > 0)
    if (kind === 'picture') return picture ? [{ kind, lines: [kept[0] ?? []], picture }] : []
    if (kept.length === 0) return []
    // All but a list have one line: further ones are paragraphs of their own.
    return kind === 'list' ? [{ kind, lines: kept }] : kept.map((line) => ({ kind, lines: [line] }))
  })
}

type Line = Block['lines'][number]

function cleanLine(line: Line): Line {
  const runs = line
    .map(({ text, isBold, link }) => ({
      text: text
        .replace(/\s*\n\s*/g, ' ')
        .replace(INVISIBLE, '')
        .toWellFormed(),
      isBold,
      ...(link !== undefined && isAllowedLink(link) && { link }),
    }))
    .filter((it) => it.text !== '')
  const joined = runs.reduce<Line>((all, it) => {
    const last = all.at(-1)
    if (last && last.isBold === it.isBold && last.link === it.link) last.text += it.text
    else all.push({ ...it })
    return all
  }, [])
  return joined.some((it) => it.text.trim() !== '') ? joined : []
}
