import * as z from 'zod/mini'
import { endpoint, instant, objectId } from './endpoint.ts'
import { unitKind } from './org.ts'

/** Why a reminder does not reach a family: none of its guardians would hear of it. */
export const unreachedCause = z.enum([
  /** Nobody has joined. */
  'notJoined',
  /** Nobody has joined, and the roster has no number to call: none at all, none that exists, or its owner says that the child is not theirs. */
  'wrongNumber',
  /** Joined, and never in WeChat. */
  'noWechat',
  /** Switched off in WeChat's settings. */
  'switchedOff',
  /** The reminders they had allowed are used up. */
  'noConsent',
])
export type UnreachedCause = z.infer<typeof unreachedCause>

const counts = z.record(unreachedCause, z.int())
export type UnreachedCounts = z.infer<typeof counts>

export const unreachedFamily = z.object({
  studentId: objectId,
  number: z.string(),
  name: z.string(),
  cause: z.catch(unreachedCause, 'noConsent'),
  /** A text message to this number did not get through: there is no such number. */
  isNumberBad: z.boolean(),
  guardians: z.array(
    z.object({ guardianshipId: objectId, relation: z.string(), maskedPhone: z.nullable(z.string()) }),
  ),
})
export type UnreachedFamily = z.infer<typeof unreachedFamily>

const kept = z.object({
  /** When the first of its schools was counted; null before the first count. */
  countedAt: z.nullable(instant),
  /** Old enough to be counted again. */
  isStale: z.boolean(),
  /** A count is under way. */
  progress: z.nullable(z.object({ done: z.int(), of: z.int() })),
  /** The schools with most of these families. */
  firstSchools: z.array(z.object({ unitId: objectId, name: z.string(), families: z.int() })),
})
export type UnreachedKept = z.infer<typeof kept>

export const listUnreached = endpoint({
  access: 'staff',
  summary: '一封信提醒不到的家庭和原因：一个班带姓名，学校和年级按班，更大的范围按学校统计，注明截至什么时候',
  method: 'GET',
  path: '/letters/:letterId/unreached',
  input: z.strictObject({ letterId: objectId, unitId: objectId }),
  reply: z.object({
    counts,
    /** Above a school only who has not joined is counted until its schools have been. */
    isComplete: z.boolean(),
    rows: z.array(z.object({ unitId: objectId, kind: unitKind, name: z.string(), counts })),
    /** Of a class, for who may see its families; null elsewhere. */
    families: z.nullable(z.array(unreachedFamily)),
    /** Above a school: the figures are those of the last count. */
    kept: z.optional(kept),
  }),
})

export const recountUnreached = endpoint({
  access: 'staff',
  summary: '请系统重新统计一个区县或全市提醒不到的家庭：十分钟内不重复',
  method: 'POST',
  path: '/letters/:letterId/unreached/recount',
  input: z.strictObject({ letterId: objectId, unitId: objectId }),
  reply: z.object({}),
})

export const exportUnreached = endpoint({
  access: 'staff',
  summary: '导出提醒不到的家庭（Excel）的限时链接：一个班或一所学校',
  method: 'GET',
  path: '/letters/:letterId/unreached/export',
  input: z.strictObject({ letterId: objectId, unitId: objectId }),
  reply: z.object({ link: z.string(), name: z.string() }),
})
