import type { ChildProgress, MyChild } from '../../../contract'

/** A programme's card: one for all children whose grade asks for the same. */
export interface ShownProgress {
  key: string
  title: string
  note: string
  percent: number
  action: string
  page: string | null
}

export function presentProgress(it: ChildProgress, children: MyChild[]): ShownProgress {
  const child = children.find((one) => one.studentId === it.studentId)
  return {
    key: it.studentId,
    title: it.programmeTitle ?? '',
    note: `${children.length > 1 && child ? `${child.name} · ` : ''}${noteOf(it)}`,
    percent: it.percent,
    action: it.certificateNumber ? '查看证书' : it.lessonsDone === 0 ? '开始学习' : '继续学习',
    page: it.page,
  }
}

function noteOf(it: ChildProgress) {
  if (it.certificateNumber) return '已获得家庭教育绿证'
  if (it.lessonsDone >= it.lessonsTotal) return '课程已学完，就差考试了'
  return `已学${it.lessonsDone}节，共${it.lessonsTotal}节`
}
