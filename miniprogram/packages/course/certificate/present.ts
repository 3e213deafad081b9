import type { MyCertificate } from '../../../contract'

export interface ShownCertificate {
  number: string
  state: string
  tone: 'good' | 'todo' | 'bad'
  revokeReason: string
  rows: { name: string; value: string }[]
  isValid: boolean
}

const STATE = {
  valid: { state: '有效', tone: 'good' },
  expired: { state: '已过期', tone: 'todo' },
  revoked: { state: '已撤销', tone: 'bad' },
} as const

export function presentCertificate(it: MyCertificate): ShownCertificate {
  return {
    ...STATE[it.state],
    isValid: it.state === 'valid',
    number: numberInGroups(it.number),
    revokeReason: it.revokeReason ?? '',
    rows: [
      { name: '持证人', value: it.holder },
      { name: '孩子', value: `${it.studentName} · ${it.className}` },
      { name: '学校', value: it.schoolName },
      { name: '课程', value: `${it.programmeTitle}，${it.hours}学时` },
      { name: '发证日期', value: dayWritten(it.issuedOn) },
      { name: '有效期至', value: dayWritten(it.validUntil) },
    ],
  }
}

/** LZ 2026 0000001 5, as it is printed. */
export const numberInGroups = (number: string) => number.replace(/^LZ(\d{4})(\d{7})(\d)$/, 'LZ $1 $2 $3')

/** 2026年11月25日 */
export function dayWritten(day: string) {
  const [year, month, date] = day.split('-').map(Number)
  return `${year}年${month}月${date}日`
}
