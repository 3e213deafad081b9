import type { FormField } from '#contract/letter-form'

/** Answers and units of one page of the author's lists. */
export const ANSWERS = 50
export const UNITS = 30
/** People of one workbook, and papers of one archive: a district's, at the most. */
export const MOST_PEOPLE = 5_000
export const MOST_PAPERS = 300

/** 东湖区_实验中学_盖章的回执_王芳.pdf; a second of the same name has its number. */
export function namesInArchive(
  papers: readonly { unitName: string; by: string; label: string; kind: 'image' | 'pdf' }[],
) {
  const used = new Map<string, number>()
  return papers.map(({ unitName, by, label, kind }) => {
    const stem = [unitName, label, by].join('_').replace(/[\\/:*?"<>|\p{Cc}]/gu, '_')
    const times = (used.get(stem) ?? 0) + 1
    used.set(stem, times)
    return `${stem}${times > 1 ? `_${times}` : ''}.${kind === 'pdf' ? 'pdf' : 'jpg'}`
  })
}

export const isPaper = ({ type }: Pick<FormField, 'type'>) => type === 'file' || type === 'picture'
