import type { Activity, ActivityTheme, Duty, LecturerKind } from '#contract/parent-school'
import { count } from '../../format/number'

export const THEME_TEXT: Record<ActivityTheme, string> = {
  guidance: '家庭教育指导',
  mentalHealth: '心理健康',
  other: '其他',
}
export const KIND_TEXT: Record<LecturerKind, string> = {
  expert: '专家',
  teacher: '教师',
  parent: '有亲身经历的家长',
}
export const DUTY_TEXT: Record<Duty['key'], string> = {
  guidanceAutumn: '秋季学期家庭教育指导',
  guidanceSpring: '春季学期家庭教育指导',
  mentalHealth: '本学年家长心理健康',
}
export const DUTY_STATE: Record<Duty['state'], string> = {
  done: '已做到',
  planned: '已排进计划',
  missing: '还没有安排',
}

/** Where the number of families comes from; what was typed says so. */
export function evidenceInWords(evidence: Activity['evidence']) {
  if (!evidence) return '还没有'
  const families = `${count(evidence.families)}个家庭`
  if (evidence.way === 'live') return `${families}（云课堂记录）`
  return evidence.way === 'checkIn' ? `${families}（签到）` : `${families}（手工填写）`
}

/** 2026学年 */
export const yearText = (year: number) => `${year}—${year + 1}学年`
