import * as z from 'zod/mini'
import { day, endpoint, instant, objectId, whole, words } from './endpoint.ts'

/** 有效 · 已过期 · 已撤销 */
export const certificateState = z.enum(['valid', 'expired', 'revoked'])
export type CertificateState = z.infer<typeof certificateState>

export const myCertificate = z.object({
  id: objectId,
  number: z.string(),
  holder: z.string(),
  studentName: z.string(),
  schoolName: z.string(),
  className: z.string(),
  programmeCode: z.string(),
  programmeTitle: z.string(),
  hours: z.int(),
  issuedOn: day,
  validUntil: day,
  state: certificateState,
  revokeReason: z.nullable(z.string()),
})
export type MyCertificate = z.infer<typeof myCertificate>

export const listMyCertificates = endpoint({
  access: 'guardian',
  summary: '我的绿证',
  method: 'GET',
  path: '/me/certificates',
  input: z.strictObject({}),
  reply: z.object({ certificates: z.array(myCertificate) }),
})

/** Links below `/api` that open without a sign-in for ten minutes; `null` while the copies are being made. */
const copies = z.object({ pdf: z.nullable(z.string()), picture: z.nullable(z.string()) })

export const readMyCertificate = endpoint({
  access: 'guardian',
  summary: '一张绿证，带PDF与图片的限时链接',
  method: 'GET',
  path: '/me/certificates/:certificateId',
  input: z.strictObject({ certificateId: objectId }),
  reply: z.object({
    certificate: myCertificate,
    copies,
    /** What the QR says: the public page that anyone can check it on. */
    verifyAddress: z.string(),
  }),
})

const number = z.string().check(z.trim(), z.maxLength(40, '证书编号不对'))

export const verifyCertificate = endpoint({
  access: 'public',
  summary: '凭编号查验绿证；姓名只显示首字',
  method: 'GET',
  path: '/certificates/verify/:number',
  input: z.strictObject({ number }),
  reply: z.object({
    number: z.string(),
    maskedHolder: z.string(),
    schoolName: z.string(),
    programmeTitle: z.string(),
    hours: z.int(),
    issuedOn: day,
    validUntil: day,
    state: certificateState,
    /** Printed on the certificate: the first characters of the SHA-256 of what it says. */
    shortCode: z.string(),
  }),
})
export type Verified = z.infer<(typeof verifyCertificate)['reply']>

export const certificateRow = z.object({
  id: objectId,
  number: z.string(),
  /** Masked for those who may see figures and not families. */
  holder: z.string(),
  studentName: z.string(),
  schoolName: z.string(),
  className: z.string(),
  programmeTitle: z.string(),
  issuedAt: instant,
  validUntil: day,
  state: certificateState,
  revokeReason: z.nullable(z.string()),
  revokedAt: z.nullable(instant),
  /** `open`: see the copy itself, with the names on it. */
  abilities: z.object({ revoke: z.boolean(), open: z.boolean() }),
})
export type CertificateRow = z.infer<typeof certificateRow>

export const listCertificates = endpoint({
  access: 'staff',
  summary: '一个单位发出的绿证，新的在前，可按编号或姓名查找',
  method: 'GET',
  path: '/units/:unitId/certificates',
  input: z.strictObject({
    unitId: objectId,
    search: z.optional(z.string().check(z.trim(), z.maxLength(40, '查找的字太多了'))),
    state: z.optional(certificateState),
    after: z.optional(objectId),
    limit: z.optional(whole(1, 100)),
  }),
  reply: z.object({
    certificates: z.array(certificateRow),
    next: z.nullable(objectId),
    counts: z.object({ valid: z.int(), expired: z.int(), revoked: z.int() }),
    abilities: z.object({ searchNames: z.boolean() }),
  }),
})

export const readCertificateCopies = endpoint({
  access: 'staff',
  summary: '一张绿证的PDF与图片的限时链接，给看得到家庭的岗位',
  method: 'GET',
  path: '/certificates/:certificateId/copies',
  input: z.strictObject({ certificateId: objectId }),
  reply: copies,
})

export const revokeCertificate = endpoint({
  access: 'staff',
  summary: '撤销一张绿证并写明原因',
  method: 'POST',
  path: '/certificates/:certificateId/revocation',
  input: z.strictObject({ certificateId: objectId, reason: words('撤销原因', 200) }),
  reply: z.object({ id: objectId, state: certificateState, revokedAt: instant }),
})
