import type { MyCertificate, MyProgramme } from '../../../contract'

export interface ShownCertificate {
  number: string
  state: string
  tone: 'good' | 'todo' | 'bad'
  revokeReason: string
  rows: { name: string; value: string }[]
  isValid: boolean
  /** The certificate in whose place this one no longer stands, or that took its place. */
  successor: { id: string; text: string } | null
}

const STATE = {
  valid: { state: '有效', tone: 'good' },
  expired: { state: '已过期', tone: 'todo' },
  revoked: { state: '已撤销', tone: 'bad' },
} as const

const REPLACED = { renewed: '已续证', corrected: '已换发' } as const

export function presentCertificate(it: MyCertificate): ShownCertificate {
  const after = it.supersededBy ?? null
  return {
    ...(after ? { state: REPLACED[after.why], tone: 'todo' as const } : STATE[it.state]),
    isValid: it.state === 'valid',
    number: numberInGroups(it.number),
    revokeReason: after ? '' : (it.revokeReason ?? ''),
    successor: after && { id: after.id, text: `新证编号 ${numberInGroups(after.number)}` },
    rows: [
      { name: '持证人', value: it.isFamily ? `${it.holder} 一家` : it.holder },
      ...(it.studentName
        ? [
            { name: '孩子', value: `${it.studentName} · ${it.className}` },
            { name: '学校', value: it.schoolName },
          ]
        : []),
      { name: '课程', value: `${it.programmeTitle}，${it.hours}学时` },
      { name: '发证日期', value: dayWritten(it.issuedOn) },
      { name: '有效期至', value: dayWritten(it.validUntil) },
      ...(it.supersedes ? [{ name: '原编号', value: numberInGroups(it.supersedes) }] : []),
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

export interface ShownRenewal {
  text: string
  /** What the button does; empty before its day. */
  action: string
}

/** The shorter way to the next certificate, told where the one that ends is looked at. */
export function presentRenewal(
  it: MyProgramme['renewal'],
  state: MyCertificate['state'],
): ShownRenewal | null {
  if (!it) return null
  if (it.state === 'begun') return { text: '续证已经开始，学完这几课、考一次短的就好。', action: '继续续证' }
  if (it.state === 'later') {
    return { text: `${dayWritten(it.opensOn)}起可以续证，只要重学${it.lessons}课。`, action: '' }
  }
  const text = state === 'expired' ? '绿证已经到期。' : '绿证快到期了。'
  return { text: `${text}重学${it.lessons}课、考一次短的，就能续一张新证。`, action: '开始续证' }
}
