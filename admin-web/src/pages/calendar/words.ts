import type { InChargePost, NodeState, NodeStatus, YearNode } from '#contract/calendar'
import { dayOf } from '../../format/date'

export const DATE_WORDS: Record<NodeStatus, string> = {
  fixed: '固定',
  announced: '已公布',
  confirmed: '已确定',
  proposed: '建议',
}
export const DATE_TYPE: Record<NodeStatus, 'info' | 'success' | 'warning'> = {
  fixed: 'info',
  announced: 'success',
  confirmed: 'success',
  proposed: 'warning',
}

export const STATE_WORDS: Record<NodeState, string> = {
  none: '还没有写',
  draft: '有草稿，没有发',
  scheduled: '定好时间，待发',
  sent: '已发',
  dismissed: '今年不发',
}
/** Once a node is over, a draft that lies there was not sent either. */
export const stateWords = (state: NodeState, isOver = false) =>
  isOver && (state === 'none' || state === 'draft') ? '没有发' : STATE_WORDS[state]

/** 3/5所学校已发 · of a node that is over, what became of the others, too. */
export function schoolsWords({ all, sent, unsent }: NonNullable<YearNode['schools']>) {
  const words = `${sent}/${all}所学校已发`
  if (unsent === null || unsent === undefined || sent === all) return words
  return unsent > 0 ? `${words}，${unsent}所没有发` : `${words}，其余今年不发`
}
export const STATE_TYPE: Record<NodeState, 'info' | 'success' | 'warning' | 'primary'> = {
  none: 'warning',
  draft: 'warning',
  scheduled: 'primary',
  sent: 'success',
  dismissed: 'info',
}

export const IN_CHARGE: Record<InChargePost, string> = {
  school_admin: '学校管理员',
  grade_head: '年级组长',
  class_teacher: '班主任',
}

/** 10月1日(周四)–10月7日(周三), or one day. `at`: a day whose year is said already. */
export function daysWords({ from, to }: Pick<YearNode, 'from' | 'to'>, at?: string) {
  const now = at ? new Date(at) : new Date()
  // The year is said once, unless the last day lies in another.
  return from === to ? dayOf(from, now) : `${dayOf(from, now)}–${dayOf(to, new Date(from))}`
}

/** 2026年10月: months head the list. */
export const monthWords = (day: string) => `${Number(day.slice(0, 4))}年${Number(day.slice(5, 7))}月`

/** 给家长的一封信：国庆假期 → 国庆假期: in a list of letters the first half says nothing. */
export const shortTitle = (title: string) => title.replace(/^给家长的一封信：/, '')

export interface Section {
  month: string
  /** The first node of the section that lies today or later, where today is drawn before it. */
  nodes: { node: YearNode; isNext: boolean; isPast: boolean }[]
}

/** The nodes by the month they begin in; today stands before the first that is not over. */
export function sectionsOf(nodes: readonly YearNode[], today: string): Section[] {
  const next = nodes.find((it) => it.to >= today)
  const sections: Section[] = []
  for (const node of nodes) {
    const month = monthWords(node.from)
    if (sections.at(-1)?.month !== month) sections.push({ month, nodes: [] })
    sections.at(-1)?.nodes.push({ node, isNext: node === next, isPast: node.to < today })
  }
  return sections
}
