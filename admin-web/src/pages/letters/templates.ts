import type { LetterTemplate } from '#contract/letters'

/** Templates for one occasion, under its name. */
export interface Section {
  occasion: string
  templates: LetterTemplate[]
}

export const STAGES = ['幼儿园', '小学', '初中', '高中', '中职'] as const
export type Stage = (typeof STAGES)[number] | '全部'

const OTHER = '其他'

/** The templates that fit a stage and hold the words looked for, by occasion, in the order the editors gave them. */
export function sectionsOf(templates: LetterTemplate[], stage: Stage, words: string): Section[] {
  const sections = new Map<string, LetterTemplate[]>()
  for (const it of templates) {
    if (stage !== '全部' && !it.stages.includes(stage)) continue
    if (!matches(it, words)) continue
    const occasion = it.occasion ?? OTHER
    sections.set(occasion, [...(sections.get(occasion) ?? []), it])
  }
  return [...sections].map(([occasion, found]) => ({ occasion, templates: found }))
}

/** Every word in what the card says: 寒假 签字 finds what has both. */
const matches = ({ title, summary, occasion }: LetterTemplate, words: string) =>
  words
    .trim()
    .split(/\s+/)
    .every((word) => `${title}${summary}${occasion ?? ''}`.includes(word))

/** 给家长的一封信：孩子上初中了 → 孩子上初中了: in a list of letters, that it is one goes without saying. */
export const shortTitle = (title: string) => title.replace(/^给家长的一封信：/, '')

/** 小学、初中 · 各学段 where it fits them all. */
export const stagesText = (stages: string[]) =>
  STAGES.every((it) => stages.includes(it)) ? '各学段' : stages.join('、')
