import type { ImportStatus, Leavers, RosterImport } from '#contract/roster'
import { count } from '../../format/number'

/** Where an import is on its way, for a list of them. */
export const statusText: Record<ImportStatus, string> = {
  begun: '没有传完',
  uploaded: '等待检查',
  mapping: '等您对应列',
  checking: '正在检查',
  checked: '等您确认',
  applying: '正在写入',
  applied: '已写入',
  undoing: '正在撤销',
  undone: '已撤销',
  refused: '没有导入',
  discarded: '已放弃',
}

export const statusTone: Record<ImportStatus, 'primary' | 'success' | 'warning' | 'info' | 'danger'> = {
  begun: 'info',
  uploaded: 'primary',
  mapping: 'warning',
  checking: 'primary',
  checked: 'warning',
  applying: 'primary',
  applied: 'success',
  undoing: 'primary',
  undone: 'info',
  refused: 'info',
  discarded: 'info',
}

/** The steps in front of a person: choose, say what the columns are, check, confirm, write. */
export const STEPS = ['选择文件', '对应列', '检查', '确认', '写入']

const STEP_OF: Record<ImportStatus, number> = {
  begun: 0,
  uploaded: 1,
  mapping: 1,
  checking: 2,
  refused: 2,
  discarded: 2,
  checked: 3,
  applying: 4,
  applied: STEPS.length,
  undoing: STEPS.length,
  undone: STEPS.length,
}
export const stepOf = (status: ImportStatus | null): number => (status === null ? 0 : STEP_OF[status])

/** The server is at work on it, so it is asked about again and again. */
export const isMoving = (status: ImportStatus) =>
  ['uploaded', 'checking', 'applying', 'undoing'].includes(status)

/** Nobody has decided about it yet, or the server has not finished. */
export const isOpen = (status: ImportStatus) =>
  isMoving(status) || status === 'checked' || status === 'mapping'

/** What an open import waits for, behind its name. */
export function waitsFor(status: ImportStatus): string {
  if (status === 'mapping') return '传上来了，请看看每一列对应得对不对。'
  return status === 'checked' ? '检查好了，等您确认写入。' : '正在处理。'
}

/** 将写入 19,980 名学生，3 名不在名单上的记为已离开，20 行有问题会跳过 */
export function applySentence(
  { students, errors, leftInClasses, leftInSchools }: RosterImport['counts'],
  leavers: Leavers = 'none',
): string {
  const gone = { none: 0, classes: leftInClasses, schools: leftInClasses + leftInSchools }[leavers]
  const parts = [
    `将写入 ${count(students)} 名学生`,
    ...(gone > 0 ? [`${count(gone)} 名不在名单上的记为已离开`] : []),
    errors > 0 ? `${count(errors)} 行有问题会跳过` : '所有行都没有问题',
  ]
  return parts.join('，')
}

/** 撤销 means this, for the list at hand. */
export function undoSentence({ counts }: Pick<RosterImport, 'counts'>): string {
  const added = counts.newStudents > 0 ? `新增的 ${count(counts.newStudents)} 名学生会从花名册里去掉，` : ''
  return `${added}改动过的恢复原样。写入以后有人改过的、家长已经加入的，保持不动。`
}

/** The ways in which a list differs, each with how many. */
export const differenceTabs = ({ counts }: Pick<RosterImport, 'counts'>) =>
  [
    { kind: 'added', label: '新增', count: counts.newStudents },
    { kind: 'moved', label: '换班', count: counts.movedStudents },
    { kind: 'changed', label: '资料变更', count: counts.changedStudents - counts.movedStudents },
    { kind: 'leftInClasses', label: '名单上没有（这些班里）', count: counts.leftInClasses },
    { kind: 'leftInSchools', label: '名单上没有（别的班里）', count: counts.leftInSchools },
  ] as const

/** Why nothing would come of it, or null. */
export function nothingToApply({ counts, rows }: Pick<RosterImport, 'counts' | 'rows'>): string | null {
  if (rows > counts.errors) return null
  return '每一行都有问题，没有可以写入的。请改好表格再传一次。'
}

/** Whole percent of the rows written. Not 100 while it is still under way. */
export function progressOf({ status, rows, rowsApplied, counts, undo }: RosterImport): number {
  if (status === 'applied') return 100
  if (status === 'undoing') {
    return undo && undo.of > 0 ? Math.min(99, Math.floor((100 * undo.done) / undo.of)) : 0
  }
  const toWrite = rows - counts.errors
  return toWrite > 0 ? Math.min(99, Math.floor((100 * rowsApplied) / toWrite)) : 0
}

export const MOST_BYTES = 60_000_000

/** What is wrong with a chosen file before anything is sent, or null. */
export function fileObjection({ name, size }: Pick<File, 'name' | 'size'>): string | null {
  if (!/\.(xlsx|xlsm|xls|csv)$/i.test(name)) return '请选 .xlsx、.xls 或 .csv 表格。'
  if (size === 0) return '文件是空的，请重新选择。'
  if (size > MOST_BYTES) return '文件超过60MB，请拆成几份再上传。'
  if (name.length > 120) return '文件名太长了，请改短到120个字以内。'
  return null
}

/** 3.2 MB */
export const sizeInWords = (bytes: number) =>
  bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`
