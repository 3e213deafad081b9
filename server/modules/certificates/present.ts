import type { CertificateRow, MyCertificate, Verified, VerifiedHolder } from '#contract/certificates'
import { shanghaiDay } from '../../infra/clock.ts'
import { maskName } from '../../infra/field-crypto.ts'
import type { CertificateRecord } from './model.ts'
import { shortCodeOf, stateOf } from './rules.ts'

/** The certificate in whose place another stands. */
const successor = ({ supersededBy }: CertificateRecord) =>
  supersededBy
    ? { id: String(supersededBy.certificateId), number: supersededBy.number, why: supersededBy.why }
    : null

export function presentMine(certificate: CertificateRecord, now: Date): MyCertificate {
  const { number, holder, hours, issuedOn, isChildHidden } = certificate
  const child = isChildHidden ? { studentName: '', schoolName: '', className: '' } : certificate
  return {
    id: String(certificate._id),
    number,
    holder,
    studentName: child.studentName,
    schoolName: child.schoolName,
    className: child.className,
    programmeCode: certificate.programmeCode,
    programmeTitle: certificate.programmeTitle,
    hours,
    issuedOn,
    validUntil: certificate.validUntil,
    state: stateOf(certificate, shanghaiDay(now)),
    revokeReason: certificate.revokeReason ?? null,
    design: certificate.design ?? 'leaf',
    isFamily: Boolean(certificate.familyId),
    supersededBy: successor(certificate),
    supersedes: certificate.supersedes?.number ?? null,
  }
}

/** What anybody may know who has the number: enough to compare with the paper, too little to learn who it is. */
export function presentVerified(certificate: CertificateRecord, now: Date): Verified {
  return {
    number: certificate.number,
    maskedHolder: maskName(certificate.holder),
    schoolName: certificate.schoolName,
    programmeTitle: certificate.programmeTitle,
    hours: certificate.hours,
    issuedOn: certificate.issuedOn,
    validUntil: certificate.validUntil,
    state: stateOf(certificate, shanghaiDay(now)),
    shortCode: shortCodeOf(certificate),
    isReplaced: certificate.status === 'replaced',
  }
}

/** What somebody may read who has the number and knows whose it is: what stands on the paper. */
export const presentHolder = (
  certificate: CertificateRecord,
  badge: string | null,
  now: Date,
): VerifiedHolder => ({
  ...presentVerified(certificate, now),
  holder: certificate.holder,
  studentName: certificate.isChildHidden ? '' : certificate.studentName,
  className: certificate.isChildHidden ? '' : certificate.className,
  badge,
})

export interface Reader {
  seesFamilies: boolean
  mayRevoke: boolean
}

export function presentRow(certificate: CertificateRecord, reader: Reader, now: Date): CertificateRow {
  const state = stateOf(certificate, shanghaiDay(now))
  const name = (it: string) => (reader.seesFamilies ? it : maskName(it))
  return {
    id: String(certificate._id),
    number: certificate.number,
    holder: name(certificate.holder),
    studentName: name(certificate.studentName),
    schoolName: certificate.schoolName,
    className: certificate.className,
    programmeTitle: certificate.programmeTitle,
    issuedAt: certificate.issuedAt.toISOString(),
    validUntil: certificate.validUntil,
    state,
    revokeReason: certificate.revokeReason ?? null,
    revokedAt: certificate.revokedAt?.toISOString() ?? null,
    supersededBy: successor(certificate),
    supersedes: certificate.supersedes?.number ?? null,
    abilities: {
      replace: reader.mayRevoke && reader.seesFamilies && certificate.status === 'valid',
      revoke: reader.mayRevoke && certificate.status === 'valid',
      open: reader.seesFamilies && certificate.pdf !== null,
    },
  }
}
