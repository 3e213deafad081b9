import type { ChildProgress, MyChild } from '../../../contract'
import { date } from '../../../services/format'

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
    action: actionOf(it),
    page: it.page,
  }
}

function actionOf(it: ChildProgress) {
  if (it.certificateNumber || (it.certificateEndedOn && it.page?.includes('/certificate/'))) return '查看证书'
  return it.lessonsDone === 0 ? '开始学习' : '继续学习'
}

function noteOf(it: ChildProgress) {
  if (it.certificateNumber) return '已获得家庭教育绿证'
  if (it.certificateEndedOn) return `绿证${date(it.certificateEndedOn)}到期了`
  if (it.lessonsDone >= it.lessonsTotal) return '课程已学完，就差考试了'
  return `已学${it.lessonsDone}节，共${it.lessonsTotal}节`
}
