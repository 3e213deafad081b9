import type { MyData } from '../../../contract'
import { dayOf, daysFrom, moment } from '../../../services/format'

export interface ShownSection {
  title: string
  lines: { label: string; value: string }[]
  /** 还有12条，导出的文件里都有 */
  more: string
  onDeletion: string
}

export const presentSection = ({
  title,
  lines,
  more,
  onDeletion,
}: MyData['sections'][number]): ShownSection => ({
  title,
  lines: lines.map(({ label, value }) => ({ label, value: value || '没有填' })),
  more: more > 0 ? `还有${more}条，导出的文件里都有` : '',
  // The page says 注销时 itself.
  onDeletion: onDeletion.replace(/^注销时/, ''),
})

/** 第1版，11月22日(周日) 18:00 同意 */
export function consentInWords({ version, isGiven, answeredAt }: MyData['consent'], now = new Date()) {
  if (version === null || !answeredAt) return '您还没有回答'
  return `${moment(answeredAt, now)}${isGiven ? '同意' : '不同意'}了第${version}版`
}

/** How long there is to change one's mind. */
export function countdown(dueAt: string, now = new Date()) {
  const days = daysFrom(now, dayOf(dueAt))
  const left = days > 0 ? `还有${days}天` : '就在今天'
  return { left, when: `${moment(dueAt, now)}注销` }
}
