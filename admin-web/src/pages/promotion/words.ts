import type { Promotion, PromotionMove, PromotionSchool, PromotionStatus } from '#contract/promotion'
import { count } from '../../format/number'

export const statusText: Record<PromotionStatus, string> = {
  draft: '预览中',
  applying: '正在升级',
  applied: '已升级',
  undoing: '正在撤销',
  undone: '已撤销',
  discarded: '已放弃',
}

export const statusTone: Record<PromotionStatus, 'primary' | 'success' | 'warning' | 'info'> = {
  draft: 'warning',
  applying: 'primary',
  applied: 'success',
  undoing: 'primary',
  undone: 'info',
  discarded: 'info',
}

/** The server is at work on it, so it is asked about again and again. */
export const isMoving = (status: PromotionStatus) => status === 'applying' || status === 'undoing'

/** Whole percent of the classes done. Not 100 while it is still under way. */
export const progressOf = ({
  status,
  classes,
  classesDone,
}: Pick<Promotion, 'status' | 'classes' | 'classesDone'>) =>
  !isMoving(status) ? 100 : classes > 0 ? Math.min(99, Math.floor((100 * classesDone) / classes)) : 0

/** 12个班、480名学生升级，2个班、80名学生毕业 */
export function summary({ classes, students, graduates, schools }: Promotion): string {
  const leaving = schools.reduce((sum, it) => sum + it.graduatingClasses, 0)
  const staying = schools.reduce((sum, it) => sum + it.stay, 0)
  const up = `${count(classes - leaving - staying)}个班升级`
  const out = leaving > 0 ? `，${count(leaving)}个班、${count(graduates)}名学生毕业` : ''
  const stay = staying > 0 ? `，${count(staying)}个班留在原年级` : ''
  return `${count(schools.length)}所学校，${count(students)}名学生：${up}${out}${stay}`
}

/** What is special about a school's plan: 合并1个班、1个班分班. */
export const specials = ({ merged, split, stay }: PromotionSchool) =>
  [merged > 0 && `${merged}个班并入别的班`, split > 0 && `${split}个班分班`, stay > 0 && `${stay}个班不升`]
    .filter(Boolean)
    .join('、')

/** Where a class goes: 八年级2班, 毕业, 并入八年级1班. */
export function wayOf(move: PromotionMove): string {
  if (move.outcome === 'graduate') return '毕业'
  if (move.outcome === 'stay') return '留在原年级'
  const names = move.into.map((it) => it.name).join('、')
  return move.mergedWith ? `并入${names}` : move.into.length > 1 ? `分成${names}` : names
}
