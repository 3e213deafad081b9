import { BLANKS, blocksOf, type PrivacyText, type TextBlock } from '../../../contract'
import { date } from '../../../services/format'

/** A heading with what stands below it. */
export interface Chapter {
  title: string
  blocks: TextBlock[]
}

/** Read as letters are; the text has no blanks, so what would fill them does not matter. */
export function chaptersOf(body: string): Chapter[] {
  const chapters: Chapter[] = []
  for (const block of blocksOf(body, BLANKS)) {
    const last = chapters[chapters.length - 1]
    if (block.kind === 'heading')
      chapters.push({ title: block.runs.map((it) => it.text).join(''), blocks: [] })
    else if (last) last.blocks.push(block)
    else chapters.push({ title: '', blocks: [block] })
  }
  return chapters
}

/** 第2版，2026年11月22日起施行。这一版：… */
export function editionOf({ version, effectiveOn, changes }: PrivacyText, now = new Date()) {
  const year = effectiveOn.slice(0, 4)
  const since = date(effectiveOn, now)
  return {
    line: `第${version}版，${since.startsWith(year) ? '' : `${year}年`}${since.replace(/\(.*\)$/, '')}起施行`,
    changes: version > 1 ? changes : '',
  }
}
