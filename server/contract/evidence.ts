import * as z from 'zod/mini'
import { done, endpoint, instant, objectId, whole, words } from './endpoint.ts'

/** A code as it is typed from the teacher's screen; spaces between its digits do not matter. */
const spotCode = z
  .string('请填写签到码')
  .check(z.trim(), z.regex(/^\d{3}\s?\d{3}$/, '签到码是6位数字，看一看老师屏幕上的'))

/** Waiting for the school to look, taken, or given back with words. */
export const evidenceStatus = z.enum(['waiting', 'accepted', 'refused'])
export type EvidenceStatus = z.infer<typeof evidenceStatus>

export const myEvidence = z.object({
  programmeTitle: z.string(),
  /** What has to be attended: 参加一次家长会; `null` where the programme asks for nothing. */
  what: z.nullable(z.string()),
  ways: z.array(z.catch(z.enum(['checkIn', 'upload']), 'upload')),
  isGiven: z.boolean(),
  /** What I have given so far, the latest first. */
  given: z.array(
    z.object({
      id: objectId,
      way: z.catch(z.enum(['checkIn', 'upload']), 'upload'),
      title: z.string(),
      at: instant,
      status: z.catch(evidenceStatus, 'waiting'),
      words: z.string(),
    }),
  ),
})
export type MyEvidence = z.infer<typeof myEvidence>

export const readMyEvidence = endpoint({
  access: 'guardian',
  summary: '一门课程要参加的线下活动，以及我的签到和证明',
  method: 'GET',
  path: '/me/programmes/:code/evidence',
  input: z.strictObject({ code: z.string().check(z.maxLength(60, '课程编号不对')), studentId: objectId }),
  reply: myEvidence,
})

/** A picture as proof goes beside the contract: `POST /api/me/programmes/:code/evidence-picture?studentId=…`, the bytes as the body, up to 8 MB. */
export const checkIn = endpoint({
  access: 'guardian',
  summary: '活动现场签到：输入或扫描老师屏幕上的6位签到码；签两次只算一次',
  method: 'POST',
  path: '/me/check-ins',
  input: z.strictObject({ studentId: objectId, code: spotCode }),
  reply: z.object({ title: z.string(), at: instant }),
})

export const gathering = z.object({
  id: objectId,
  title: z.string(),
  unitName: z.string(),
  openedAt: instant,
  closesAt: instant,
  isOpen: z.boolean(),
  checkedIn: z.int(),
})
export type Gathering = z.infer<typeof gathering>

export const listGatherings = endpoint({
  access: 'staff',
  summary: '一个单位的现场签到，新的在前',
  method: 'GET',
  path: '/units/:unitId/gatherings',
  input: z.strictObject({ unitId: objectId }),
  reply: z.object({ gatherings: z.array(gathering), abilities: z.object({ open: z.boolean() }) }),
})

export const openGathering = endpoint({
  access: 'staff',
  summary: '为一次家长会或活动开始现场签到；同一次请求重复提交，只开一个',
  method: 'POST',
  path: '/units/:unitId/gatherings',
  input: z.strictObject({
    unitId: objectId,
    requestId: z.string().check(z.regex(/^[\w-]{8,64}$/, '编号不对')),
    title: words('活动的名称', 40),
    /** How long people may check in. */
    minutes: whole(10, 720),
  }),
  reply: gathering,
})

export const readGatheringCode = endpoint({
  access: 'staff',
  summary: '现场签到此刻的6位码，每分钟换一次，离开现场就用不了',
  method: 'GET',
  path: '/gatherings/:gatheringId/code',
  input: z.strictObject({ gatheringId: objectId }),
  reply: z.object({ code: z.string(), secondsLeft: z.int(), gathering }),
})

export const closeGathering = endpoint({
  access: 'staff',
  summary: '结束现场签到',
  method: 'POST',
  path: '/gatherings/:gatheringId/closing',
  input: z.strictObject({ gatheringId: objectId }),
  reply: gathering,
})

export const evidenceRow = z.object({
  id: objectId,
  studentName: z.string(),
  className: z.string(),
  guardianName: z.string(),
  programmeTitle: z.string(),
  what: z.string(),
  at: instant,
  status: z.catch(evidenceStatus, 'waiting'),
  words: z.string(),
  /** A ten-minute link to the picture. */
  picture: z.nullable(z.string()),
})
export type EvidenceRow = z.infer<typeof evidenceRow>

export const listEvidence = endpoint({
  access: 'staff',
  summary: '家长交来的活动证明：等待审核的，先交的在前；或已经处理的',
  method: 'GET',
  path: '/units/:unitId/evidence',
  input: z.strictObject({
    unitId: objectId,
    status: z.optional(evidenceStatus),
    after: z.optional(objectId),
  }),
  reply: z.object({ evidence: z.array(evidenceRow), next: z.nullable(objectId), waiting: z.int() }),
})

export const decideEvidence = endpoint({
  access: 'staff',
  summary: '审核活动证明：通过，或写明原因退回',
  method: 'POST',
  path: '/evidence/:evidenceId/decision',
  input: z.strictObject({
    evidenceId: objectId,
    accept: z.boolean(),
    words: z.string().check(z.trim(), z.maxLength(100, '说明最多100个字')),
  }),
  reply: done,
})
