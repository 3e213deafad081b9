import type { CertificateRow, CertificateState } from '#contract/certificates'

export const STATES: Record<CertificateState, { text: string; type: 'success' | 'warning' | 'danger' }> = {
  valid: { text: '有效', type: 'success' },
  expired: { text: '已过期', type: 'warning' },
  revoked: { text: '已撤销', type: 'danger' },
}

/** What a row says: another certificate in its place says more than that it no longer holds. */
export const stateOf = ({ state, supersededBy }: Pick<CertificateRow, 'state' | 'supersededBy'>) =>
  supersededBy
    ? { text: supersededBy.why === 'renewed' ? '已续证' : '已换发', type: 'info' as const }
    : STATES[state]

/** 2029年8月31日, as it stands on the certificate. */
export function dayWritten(day: string) {
  const [year, month, date] = day.split('-').map(Number)
  return `${year}年${month}月${date}日`
}
