import * as z from 'zod/mini'
import { day, endpoint, instant, objectId, whole, words } from './endpoint.ts'

/** 有效 · 已过期 · 已撤销 */
export const certificateState = z.enum(['valid', 'expired', 'revoked'])
export type CertificateState = z.infer<typeof certificateState>

/** 青叶 · 青玉 · 暖阳: how a certificate looks; a design nobody knows any more is drawn as the first. */
export const certificateDesign = z.catch(z.enum(['leaf', 'jade', 'dawn']), 'leaf')
export type CertificateDesign = z.infer<typeof certificateDesign>

/**
 * A certificate that another has taken the place of. For phones of an earlier release its `state` says revoked; what it really is
 * stands here.
 */
export const succession = z.object({
  id: objectId,
  number: z.string(),
  /** `renewed` 已续证, `corrected` 已换发 */
  why: z.catch(z.enum(['renewed', 'corrected']), 'corrected'),
})
export type Succession = z.infer<typeof succession>

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
  design: z.optional(certificateDesign),
  /** One for the whole family, not for one guardian. */
  isFamily: z.optional(z.boolean()),
  /** The certificate that holds in its place. */
  supersededBy: z.optional(z.nullable(succession)),
  /** Number of the certificate whose place it took. */
  supersedes: z.optional(z.nullable(z.string())),
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
    /** The signed credential (Open Badges 3.0) as a file; `null` for a certificate that holds no more. */
    badge: z.optional(z.nullable(z.string())),
  }),
})

const number = z.string().check(z.trim(), z.maxLength(40, '证书编号不对'))

const verified = z.object({
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
  /** Another certificate has taken its place; which, only the holder is told. */
  isReplaced: z.optional(z.boolean()),
})
export type Verified = z.infer<typeof verified>

export const verifyCertificate = endpoint({
  access: 'public',
  summary: '凭编号查验绿证；姓名只显示首字',
  method: 'GET',
  path: '/certificates/verify/:number',
  input: z.strictObject({ number }),
  reply: verified,
})

export const verifyHolder = endpoint({
  access: 'public',
  summary: '凭编号和持证人姓名查验绿证；两者都对，显示证书上的全部内容',
  method: 'POST',
  path: '/certificates/verify',
  input: z.strictObject({ number, holder: words('持证人姓名', 40) }),
  reply: z.object({
    ...verified.shape,
    holder: z.string(),
    /** Empty when the child is no longer shown to anybody. */
    studentName: z.string(),
    className: z.string(),
    /** A ten-minute link to the signed credential; `null` for a certificate that holds no more. */
    badge: z.nullable(z.string()),
  }),
})
export type VerifiedHolder = z.infer<(typeof verifyHolder)['reply']>

export const verifyCopy = endpoint({
  access: 'public',
  summary: '凭文件的SHA-256核对：这份PDF或图片是不是原件。文件不上传，在查验人的电脑上算出',
  method: 'GET',
  path: '/certificates/originals/:sha256',
  input: z.strictObject({ sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/, '文件的校验值不对')) }),
  reply: verified,
})

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
  supersededBy: z.optional(z.nullable(succession)),
  supersedes: z.optional(z.nullable(z.string())),
  /** `open`: see the copy itself, with the names on it. `replace`: issue it anew with a name put right. */
  abilities: z.object({ revoke: z.boolean(), open: z.boolean(), replace: z.optional(z.boolean()) }),
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

export const replaceCertificate = endpoint({
  access: 'staff',
  summary: '换发绿证：名字写错时，发一张更正的新证，旧编号显示已换发',
  method: 'POST',
  path: '/certificates/:certificateId/replacement',
  input: z.strictObject({
    certificateId: objectId,
    reason: words('换发原因', 200),
    /** What is put right; what is left out stays as it was. */
    holder: z.optional(words('持证人姓名', 40)),
    studentName: z.optional(words('学生姓名', 40)),
  }),
  reply: z.object({ id: objectId, number: z.string() }),
})

/** How the certificates of a unit look: the seal of a school, the design of a city, district or school. */
export const certificateLook = z.object({
  /** The unit's own choice; `null` follows the unit above. */
  design: z.nullable(certificateDesign),
  /** What certificates get that are issued now. */
  designInUse: certificateDesign,
  /** `drawn`: the school's name in a circle; `uploaded`: a picture of the school's own. */
  seal: z.enum(['drawn', 'uploaded']),
  sealChangedAt: z.nullable(instant),
  abilities: z.object({ design: z.boolean(), seal: z.boolean() }),
})
export type CertificateLook = z.infer<typeof certificateLook>

export const readCertificateLook = endpoint({
  access: 'staff',
  summary: '绿证的样式与电子章',
  method: 'GET',
  path: '/units/:unitId/certificate-look',
  input: z.strictObject({ unitId: objectId }),
  reply: certificateLook,
})

export const setCertificateDesign = endpoint({
  access: 'staff',
  summary: '选择绿证样式；不选则跟随上级',
  method: 'PUT',
  path: '/units/:unitId/certificate-look/design',
  input: z.strictObject({ unitId: objectId, design: z.nullable(z.enum(['leaf', 'jade', 'dawn'])) }),
  reply: certificateLook,
})

/** The picture goes beside the contract: `POST /api/units/:unitId/certificate-seal` with the bytes as the body, up to 2 MB. */
export const removeCertificateSeal = endpoint({
  access: 'staff',
  summary: '不再用上传的电子章，改用系统画的',
  method: 'DELETE',
  path: '/units/:unitId/certificate-look/seal',
  input: z.strictObject({ unitId: objectId }),
  reply: certificateLook,
})

export const previewCertificate = endpoint({
  access: 'staff',
  summary: '绿证样张：用虚构的名字画出一种样式，带本校的章',
  method: 'GET',
  path: '/units/:unitId/certificate-look/sample',
  input: z.strictObject({ unitId: objectId, design: z.enum(['leaf', 'jade', 'dawn']) }),
  /** A ten-minute link to a picture. */
  reply: z.object({ link: z.string() }),
})

/** A file with every valid certificate of a class or grade, a page each, made in the background. */
export const printing = z.object({
  id: objectId,
  programmeTitle: z.string(),
  unitName: z.string(),
  status: z.catch(z.enum(['waiting', 'running', 'done', 'failed']), 'running'),
  total: z.int(),
  done: z.int(),
  askedAt: instant,
  /** A ten-minute link, once it is done. */
  link: z.nullable(z.string()),
})
export type Printing = z.infer<typeof printing>

export const beginPrinting = endpoint({
  access: 'staff',
  summary: '把一个班或年级的绿证做成一份PDF，供打印；同一次请求重复提交，只做一份',
  method: 'POST',
  path: '/units/:unitId/certificate-printings',
  input: z.strictObject({
    unitId: objectId,
    requestId: z.string().check(z.regex(/^[\w-]{8,64}$/, '编号不对')),
    code: z.string().check(z.maxLength(60, '课程编号不对')),
  }),
  reply: printing,
})

export const listPrintings = endpoint({
  access: 'staff',
  summary: '我在这个单位做的打印文件，新的在前，带进度',
  method: 'GET',
  path: '/units/:unitId/certificate-printings',
  input: z.strictObject({ unitId: objectId }),
  reply: z.object({ printings: z.array(printing) }),
})
