import type { ImportStatus, RosterImport } from '#contract/roster'
import { count } from '../../format/number'

/** Where an import is on its way, for a list of them. */
export const statusText: Record<ImportStatus, string> = {
  begun: '没有传完',
  uploaded: '等待检查',
  checking: '正在检查',
  checked: '等您确认',
  applying: '正在写入',
  applied: '已写入',
  refused: '没有导入',
}

export const statusTone: Record<ImportStatus, 'primary' | 'success' | 'warning' | 'info' | 'danger'> = {
  begun: 'info',
  uploaded: 'primary',
  checking: 'primary',
  checked: 'warning',
  applying: 'primary',
  applied: 'success',
  refused: 'info',
}

/** The steps in front of a person: 1 choose, 2 check, 3 confirm, 4 write. */
export const STEPS = ['选择文件', '检查', '确认', '写入']

export function stepOf(status: ImportStatus | null): number {
  if (status === null || status === 'begun') return 0
  if (status === 'uploaded' || status === 'checking' || status === 'refused') return 1
  if (status === 'checked') return 2
  return status === 'applied' ? STEPS.length : 3
}

/** The server is at work on it, so it is asked about again and again. */
export const isMoving = (status: ImportStatus) => ['uploaded', 'checking', 'applying'].includes(status)

/** Nobody has decided about it yet, or the server has not finished. */
export const isOpen = (status: ImportStatus) => isMoving(status) || status === 'checked'

/** 将写入 19,980 名学生，20 行有问题会跳过 */
export function applySentence({ students, errors }: RosterImport['counts']): string {
  const written = `将写入 ${count(students)} 名学生`
  return errors > 0 ? `${written}，${count(errors)} 行有问题会跳过` : `${written}，所有行都没有问题`
}

/** Why nothing would come of it, or null. */
export function nothingToApply({ counts, rows }: Pick<RosterImport, 'counts' | 'rows'>): string | null {
  if (rows > counts.errors) return null
  return '每一行都有问题，没有可以写入的。请改好表格再传一次。'
}

/** Whole percent of the rows written. Not 100 while it is still under way. */
export function progressOf({ status, rows, rowsApplied, counts }: RosterImport): number {
  if (status === 'applied') return 100
  const toWrite = rows - counts.errors
  return toWrite > 0 ? Math.min(99, Math.floor((100 * rowsApplied) / toWrite)) : 0
}

export const MOST_BYTES = 60_000_000

/** What is wrong with a chosen file before anything is sent, or null. */
export function fileObjection({ name, size }: Pick<File, 'name' | 'size'>): string | null {
  if (!/\.xlsx$/i.test(name)) return '请选 .xlsx 表格；.xls 或 .csv 请先用 Excel 另存为“Excel 工作簿”。'
  if (size === 0) return '文件是空的，请重新选择。'
  if (size > MOST_BYTES) return '文件超过60MB，请拆成几份再上传。'
  if (name.length > 120) return '文件名太长了，请改短到120个字以内。'
  return null
}

/** 3.2 MB */
export const sizeInWords = (bytes: number) =>
  bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`
