import type { KeptUnit, SchoolType, Stage } from '#contract/tree'

export const TYPE_WORDS: Record<SchoolType, string> = {
  kindergarten: '幼儿园',
  primary: '小学',
  junior: '初中',
  senior: '高中',
  vocational: '中职',
  nineYear: '九年一贯制学校',
  twelveYear: '十二年一贯制学校',
  secondary: '完全中学',
  community: '社区家长学校',
}

export const STAGE_WORDS: Record<Stage, string> = {
  kindergarten: '幼儿园',
  primary: '小学',
  junior: '初中',
  senior: '高中',
  vocational: '中职',
}

/** What lies right below each kind of unit, and what it is called on the button. */
export const BELOW_WORDS: Record<KeptUnit['kind'], string> = {
  city: '区县',
  district: '学校',
  school: '年级',
  grade: '班级',
  class: '',
}

/** 2026–2027学年 */
export const yearWords = (year: number) => `${year}–${year + 1}学年`

/** What a unit is, in a word or two: 九年一贯制学校（小学、初中）, 2026年入学. */
export function kindWords({ schoolType, stages, campuses, entryYear }: KeptUnit): string {
  if (entryYear !== null) return `${entryYear}年入学`
  if (!schoolType) return ''
  const several = stages.length > 1 ? `（${stages.map((it) => STAGE_WORDS[it]).join('、')}）` : ''
  const places = campuses.length > 0 ? `，${campuses.length}个校区` : ''
  return TYPE_WORDS[schoolType] + several + places
}

/** 南校区、北校区 as typed, with any of the marks people use between them. */
export const asList = (text: string) => [...new Set(text.split(/[、，,;；\s]+/).filter(Boolean))]
