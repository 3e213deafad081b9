import * as z from 'zod/mini'
import { day, endpoint, instant, objectId, words } from './endpoint.ts'
import { heldPost, postKind } from './posts.ts'

// --- approvals (条例 36) ---

/** 查看名单 · 导出表格 */
export const approvalKind = z.enum(['names', 'exports'])
export type ApprovalKind = z.infer<typeof approvalKind>

/** The largest unit something is allowed for: a class, or a grade with its classes, or a whole school. */
export const approvalReach = z.enum(['class', 'grade', 'school'])
export type ApprovalReach = z.infer<typeof approvalReach>

const requestStatus = z.enum(['waiting', 'approved', 'refused', 'expired'])

export const approvalRequest = z.object({
  id: objectId,
  kind: approvalKind,
  unitId: objectId,
  unitName: z.string(),
  askedBy: z.string(),
  post: z.nullable(heldPost),
  /** What it is needed for, in the words of who asks. */
  words: z.string(),
  askedAt: instant,
  status: z.catch(requestStatus, 'expired'),
  decidedBy: z.nullable(z.string()),
  decidedAt: z.nullable(instant),
  answer: z.nullable(z.string()),
  validUntil: z.nullable(instant),
  abilities: z.object({ decide: z.boolean() }),
})
export type ApprovalRequest = z.infer<typeof approvalRequest>

export const askApproval = endpoint({
  access: 'staff',
  summary: '申请查看或导出一个单位的名单，写明用途；同意后24小时内有效',
  method: 'POST',
  path: '/units/:unitId/approvals',
  input: z.strictObject({ unitId: objectId, kind: approvalKind, words: words('用途', 100) }),
  reply: approvalRequest,
})

export const listMyApprovals = endpoint({
  access: 'staff',
  summary: '我的申请，新的在前',
  method: 'GET',
  path: '/me/approvals',
  input: z.strictObject({}),
  reply: z.object({ requests: z.array(approvalRequest) }),
})

export const decideApproval = endpoint({
  access: 'staff',
  summary: '同意或不同意一次申请；不能审批自己的',
  method: 'POST',
  path: '/approvals/:approvalId/decision',
  input: z.strictObject({
    approvalId: objectId,
    approve: z.boolean(),
    /** Why, or under what condition; needed for a refusal. */
    words: z.optional(z.string().check(z.trim(), z.maxLength(100, '说明最多100个字'))),
  }),
  reply: approvalRequest,
})

/** 长期授权: what the holders of a post may do day by day. */
export const standingApproval = z.object({
  id: objectId,
  post: heldPost,
  names: z.nullable(approvalReach),
  exports: z.nullable(approvalReach),
  words: z.string(),
  /** Null: the rule that every school is opened with. */
  givenBy: z.nullable(z.string()),
  from: instant,
})
export type StandingApproval = z.infer<typeof standingApproval>

const approvals = z.object({
  /** Waiting first, then the latest decided. */
  requests: z.array(approvalRequest),
  /** Of a school; elsewhere there are none. */
  standing: z.array(standingApproval),
  /** A responsible person's own exports need another one here. */
  needsSecond: z.boolean(),
  abilities: z.object({
    decide: z.boolean(),
    keepStanding: z.boolean(),
    keepSecond: z.boolean(),
    /** Posts that a standing approval can be given to. */
    posts: z.array(heldPost),
  }),
})
export type Approvals = z.infer<typeof approvals>

export const listApprovals = endpoint({
  access: 'staff',
  summary: '一个单位及其下级的申请，与本单位的长期授权',
  method: 'GET',
  path: '/units/:unitId/approvals',
  input: z.strictObject({ unitId: objectId }),
  reply: approvals,
})

export const setStandingApproval = endpoint({
  access: 'staff',
  summary: '给一种岗位长期授权，或收回',
  method: 'PUT',
  path: '/units/:unitId/standing-approvals',
  input: z.strictObject({
    unitId: objectId,
    post: postKind,
    /** Null takes it back. */
    names: z.nullable(approvalReach),
    exports: z.nullable(approvalReach),
    words: words('说明', 100),
  }),
  reply: approvals,
})

export const setSecondApprover = endpoint({
  access: 'staff',
  summary: '规定下级的负责人本人导出也要另一位负责人同意，或取消这条规定',
  method: 'PUT',
  path: '/units/:unitId/second-approver',
  input: z.strictObject({ unitId: objectId, isNeeded: z.boolean() }),
  reply: approvals,
})

// --- one number, with a reason ---

export const numberReason = z.enum(['talk', 'urgent', 'check', 'other'])
export type NumberReason = z.infer<typeof numberReason>

export const showNumber = endpoint({
  access: 'staff',
  summary: '显示一位家长的完整手机号：写明原因，留下记录，家长看得到',
  method: 'POST',
  path: '/students/:studentId/guardians/:guardianshipId/number',
  input: z.strictObject({
    studentId: objectId,
    guardianshipId: objectId,
    reason: numberReason,
    words: words('原因', 60),
  }),
  reply: z.object({ phone: z.nullable(z.string()) }),
})

export const showIdNumber = endpoint({
  access: 'staff',
  summary: '显示一个孩子的完整证件号或全国学籍号：写明原因，留下记录，家长看得到',
  method: 'POST',
  path: '/students/:studentId/id-number',
  input: z.strictObject({ studentId: objectId, reason: numberReason, words: words('原因', 60) }),
  /** Null where the school has no more than its own 学号. */
  reply: z.object({ number: z.nullable(z.string()) }),
})

// --- the log ---

const cursor = z.optional(z.string().check(z.regex(/^\d{1,15}~[0-9a-f]{24}$/, '翻页的位置不对')))

export const auditLine = z.object({
  id: objectId,
  at: instant,
  /** Null: the product by itself. */
  actorId: z.nullable(objectId),
  actor: z.nullable(z.string()),
  post: z.nullable(z.string()),
  act: z.string(),
  what: z.string(),
  detail: z.string(),
  unitName: z.string(),
  /** At most three names; `children` says how many there are. */
  childNames: z.array(z.string()),
  children: z.int(),
  isWholeUnit: z.boolean(),
  person: z.nullable(z.string()),
  ip: z.string(),
  device: z.string(),
  approval: z.nullable(
    z.object({ ground: z.enum(['own', 'standing', 'single']), approver: z.nullable(z.string()) }),
  ),
})
export type AuditLine = z.infer<typeof auditLine>

const filters = {
  unitId: objectId,
  on: z.optional(day),
  act: z.optional(z.string().check(z.regex(/^[a-zA-Z.]{1,40}$/, '没有这种操作'))),
  /** Name of a member of staff, or of a child (or the child's student number), whole. */
  person: z.optional(z.string().check(z.trim(), z.maxLength(20, '姓名太长了'))),
  child: z.optional(z.string().check(z.trim(), z.maxLength(30, '姓名或学号太长了'))),
}

export const listAudit = endpoint({
  access: 'staff',
  summary: '一个单位及其下级的操作记录，新的在前',
  method: 'GET',
  path: '/units/:unitId/audit',
  input: z.strictObject({ ...filters, after: cursor }),
  reply: z.object({
    lines: z.array(auditLine),
    next: z.nullable(z.string()),
    /** What can be filtered by. */
    acts: z.array(z.object({ act: z.string(), what: z.string() })),
  }),
})

export const readAuditChain = endpoint({
  access: 'staff',
  summary: '操作记录的完整性：最新的链值与上一次核对',
  method: 'GET',
  path: '/units/:unitId/audit-chain',
  input: z.strictObject({ unitId: objectId }),
  reply: z.object({
    seq: z.int(),
    /** To be written down outside: `npm run verify-audit -- --anchor …` knows it again. */
    anchor: z.nullable(z.string()),
    sealedAt: z.nullable(instant),
    checkedAt: z.nullable(instant),
    checkedSeq: z.int(),
    /** In words; null when the chain was whole. */
    fault: z.nullable(z.string()),
  }),
})

export const exportAudit = endpoint({
  access: 'staff',
  summary: '导出操作记录（Excel）的限时链接，最多5000条，不带学生姓名',
  method: 'POST',
  path: '/units/:unitId/audit-export',
  input: z.strictObject(filters),
  reply: z.object({ link: z.string(), name: z.string() }),
})

// --- 谁看过我孩子的资料 ---

export const viewOfMyChild = z.object({
  id: objectId,
  at: instant,
  /** 李文老师 */
  who: z.string(),
  /** 班主任 · 实验中学七年级2班 */
  post: z.string(),
  /** 查看了全班的学生与家长名单 */
  what: z.string(),
  why: z.nullable(z.string()),
})
export type ViewOfMyChild = z.infer<typeof viewOfMyChild>

export const listViewsOfMyChild = endpoint({
  access: 'guardian',
  summary: '谁看过我孩子的资料，新的在前',
  method: 'GET',
  path: '/me/children/:studentId/views',
  input: z.strictObject({ studentId: objectId, after: cursor }),
  reply: z.object({
    childName: z.string(),
    views: z.array(viewOfMyChild),
    next: z.nullable(z.string()),
  }),
})
