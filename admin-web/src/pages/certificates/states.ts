import type { CertificateState } from '#contract/certificates'

export const STATES: Record<CertificateState, { text: string; type: 'success' | 'warning' | 'danger' }> = {
  valid: { text: '有效', type: 'success' },
  expired: { text: '已过期', type: 'warning' },
  revoked: { text: '已撤销', type: 'danger' },
}
