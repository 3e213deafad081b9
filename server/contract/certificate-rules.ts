import * as z from 'zod/mini'
import { objectId } from './endpoint.ts'

const counted = (what: string, least: number, most: number) =>
  z.int(`${what}要是整数`).check(z.gte(least, `${what}至少是${least}`), z.lte(most, `${what}最多是${most}`))

/** Attending something in person, and how it is shown: by the code on the spot, or by a picture the school looks at. */
export const evidenceRule = z.strictObject({
  /** 参加一次家长会 */
  what: z
    .string('请填写要参加的活动')
    .check(z.trim(), z.minLength(1, '请填写要参加的活动'), z.maxLength(30, '活动最多30个字')),
  ways: z
    .array(z.enum(['checkIn', 'upload']), '请选择怎样证明')
    .check(z.minLength(1, '请选择怎样证明'), z.maxLength(2, '请选择怎样证明')),
})
export type EvidenceRule = z.infer<typeof evidenceRule>

/** The shorter way to a certificate that follows one: some of the lessons again, and a shorter exam. */
export const renewalRule = z.strictObject({
  /** It opens so many days before the end, and stays open after it. */
  opensDaysBefore: counted('提前天数', 1, 365),
  lessonIds: z
    .array(objectId)
    .check(z.minLength(1, '续证至少要重学一课'), z.maxLength(40, '续证最多重学40课')),
  draw: counted('续证考试题数', 1, 50),
  passPercent: counted('续证及格线', 1, 100),
  minutesLimit: counted('续证考试时间', 1, 120),
})
export type RenewalRule = z.infer<typeof renewalRule>

/** What the author of a programme decides about its certificate, beside how long it holds. */
export const certificateRules = z.strictObject({
  /** One for each guardian, or one for a family. */
  per: z.enum(['guardian', 'family']),
  /** At once by the system, or by the school together for those who have passed. */
  issuedBy: z.enum(['system', 'school']),
  /** `null`: as the district or the school has chosen. */
  design: z.nullable(z.enum(['leaf', 'jade', 'dawn'])),
  evidence: z.nullable(evidenceRule),
  renewal: z.nullable(renewalRule),
})
export type CertificateRules = z.infer<typeof certificateRules>

/** What holds where an author has decided nothing. */
export const PLAIN_RULES: CertificateRules = {
  per: 'guardian',
  issuedBy: 'system',
  design: null,
  evidence: null,
  renewal: null,
}
