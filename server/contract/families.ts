import * as z from 'zod/mini'
import { done, endpoint, instant, objectId, words } from './endpoint.ts'
import { myJoin } from './org.ts'

/** Offered where a relation is asked for; any other words of up to ten characters are as good. */
export const COMMON_RELATIONS = [
  '妈妈',
  '爸爸',
  '奶奶',
  '爷爷',
  '外婆',
  '外公',
  '姑姑',
  '舅舅',
  '养父母',
  '监护人',
] as const

const relation = words('与孩子的关系', 10)

/** 住校, 留守 and who looks after the child from day to day. For the family and those who know the families. */
export const familyMarks = z.object({
  isBoarding: z.boolean(),
  isLeftBehind: z.boolean(),
  /** 日常照顾人, in the family's words: 奶奶. Empty when nobody was named. */
  dailyCarer: z.string(),
})
export type FamilyMarks = z.infer<typeof familyMarks>

const saidMarks = {
  isBoarding: z.boolean(),
  isLeftBehind: z.boolean(),
  dailyCarer: z.string().check(z.trim(), z.maxLength(10, '日常照顾人最多10个字')),
}

// What guardians see of their own families

export const myGuardian = z.object({
  guardianshipId: objectId,
  /** 张三妈妈 */
  calling: z.string(),
  name: z.string(),
  relation: z.string(),
  isPrimary: z.boolean(),
  isMe: z.boolean(),
  hasJoined: z.boolean(),
  abilities: z.object({ makePrimary: z.boolean(), report: z.boolean() }),
})
export type MyGuardian = z.infer<typeof myGuardian>

export const invitation = z.object({ code: z.string(), expiresAt: instant })
export type Invitation = z.infer<typeof invitation>

export const myFamily = z.object({
  studentId: objectId,
  studentName: z.string(),
  className: z.string(),
  schoolName: z.string(),
  guardians: z.array(myGuardian),
  marks: familyMarks,
  /** Open, and given out by me. */
  invitation: z.nullable(invitation),
  /** `leave` is false for a primary guardian who has to hand over first. */
  abilities: z.object({ invite: z.boolean(), leave: z.boolean() }),
})
export type MyFamily = z.infer<typeof myFamily>

export const listMyFamilies = endpoint({
  access: 'guardian',
  summary: '我的家人：每个孩子的家长、住校与留守、邀请',
  method: 'GET',
  path: '/me/families',
  input: z.strictObject({}),
  reply: z.object({
    families: z.array(myFamily),
    /** One neutral sentence for somebody whose account the school has changed. */
    notice: z.nullable(z.string()),
  }),
})

const mine = { studentId: objectId }

export const setMyFamilyMarks = endpoint({
  access: 'guardian',
  summary: '家长填写住校、留守与日常照顾人',
  method: 'PUT',
  path: '/me/families/:studentId/marks',
  input: z.strictObject({ ...mine, ...saidMarks }),
  reply: done,
})

export const setMyRelation = endpoint({
  access: 'guardian',
  summary: '改我与孩子的关系',
  method: 'PUT',
  path: '/me/families/:studentId/relation',
  input: z.strictObject({ ...mine, relation }),
  reply: done,
})

export const handOverPrimary = endpoint({
  access: 'guardian',
  summary: '主要联系人把这件事交给另一位家长',
  method: 'POST',
  path: '/me/families/:studentId/primary',
  input: z.strictObject({ ...mine, guardianshipId: objectId }),
  reply: done,
})

export const leaveFamily = endpoint({
  access: 'guardian',
  summary: '退出一个孩子，或报告“这不是我的孩子”',
  method: 'POST',
  path: '/me/families/:studentId/departure',
  /** `notMine`: I never belonged to this child; what I did for it is void. */
  input: z.strictObject({ ...mine, notMine: z.boolean() }),
  reply: done,
})

export const reportGuardian = endpoint({
  access: 'guardian',
  summary: '报告“这个人不是我们家的”，由班主任核对',
  method: 'POST',
  path: '/me/families/:studentId/guardians/:guardianshipId/report',
  input: z.strictObject({
    ...mine,
    guardianshipId: objectId,
    reason: z.string().check(z.trim(), z.maxLength(100, '说明最多100个字')),
  }),
  reply: done,
})

export const inviteGuardian = endpoint({
  access: 'guardian',
  summary: '邀请另一位家人：72小时内有效、只能用一次',
  method: 'POST',
  path: '/me/families/:studentId/invitations',
  input: z.strictObject(mine),
  reply: invitation,
})

export const withdrawInvitation = endpoint({
  access: 'guardian',
  summary: '收回还没有用过的邀请',
  method: 'DELETE',
  path: '/me/families/:studentId/invitations',
  input: z.strictObject(mine),
  reply: done,
})

const code = z.string().check(z.regex(/^[A-HJ-NP-Z2-9]{8,12}$/, '邀请码是10位字母和数字'))

export const readInvitation = endpoint({
  access: 'guardian',
  summary: '打开家人发来的邀请',
  method: 'GET',
  path: '/me/invitations/:code',
  input: z.strictObject({ code }),
  reply: z.object({
    /** 张*: enough to recognise one's own child. */
    maskedStudentName: z.string(),
    className: z.string(),
    schoolName: z.string(),
    /** 妈妈 */
    inviterRelation: z.string(),
    expiresAt: instant,
  }),
})

export const acceptInvitation = endpoint({
  access: 'guardian',
  summary: '接受邀请：填写姓名和关系，马上加入，班主任会知道',
  method: 'POST',
  path: '/me/invitations/:code',
  input: z.strictObject({ code, name: words('您的姓名', 20), relation }),
  reply: z.object({ studentId: objectId }),
})

export const askToJoinAgain = endpoint({
  access: 'guardian',
  summary: '没有等到处理的加入申请，再提交一次',
  method: 'POST',
  path: '/me/joins/:joinId/again',
  input: z.strictObject({ joinId: objectId }),
  reply: myJoin,
})

// What staff see and keep

export const familyGuardian = z.object({
  guardianshipId: objectId,
  name: z.string(),
  relation: z.string(),
  maskedPhone: z.nullable(z.string()),
  isPrimary: z.boolean(),
  joinedAt: z.nullable(instant),
  /** The owner of the phone said: not my child. */
  isDenied: z.boolean(),
  cameBy: z.enum(['roster', 'match', 'join', 'invitation']),
})
export type FamilyGuardian = z.infer<typeof familyGuardian>

/** Somebody who may not come to the child, or of whom that is asked. */
export const familyBar = z.object({
  barId: objectId,
  guardianshipId: objectId,
  /** 爸爸 张强 */
  who: z.string(),
  because: z.enum(['court', 'mismatch']),
  status: z.enum(['asked', 'active', 'lifted']),
  document: z.string(),
  at: instant,
  by: z.string(),
  abilities: z.object({ decide: z.boolean(), lift: z.boolean() }),
})
export type FamilyBar = z.infer<typeof familyBar>

export const familyReport = z.object({
  reportId: objectId,
  guardianshipId: objectId,
  /** 爸爸 张强 */
  who: z.string(),
  /** 妈妈 */
  by: z.string(),
  reason: z.string(),
  at: instant,
})
export type FamilyReport = z.infer<typeof familyReport>

export const readFamily = endpoint({
  access: 'staff',
  summary: '一个家庭：孩子、家长、标记、限制与经过',
  method: 'GET',
  path: '/students/:studentId/family',
  input: z.strictObject({ studentId: objectId }),
  reply: z.object({
    studentId: objectId,
    name: z.string(),
    /** 学号; of an ID number its ends only. */
    number: z.string(),
    /** An ID number stands behind it. */
    isNumberMasked: z._default(z.boolean(), false),
    classId: objectId,
    className: z.string(),
    guardians: z.array(familyGuardian),
    marks: familyMarks,
    bars: z.array(familyBar),
    reports: z.array(familyReport),
    /** The classes the child has been in, and guardians who were there, the newest first. */
    history: z.array(z.object({ at: instant, text: z.string() })),
    /** `bar`: may decide it; a 班主任 may ask. */
    abilities: z.object({ keep: z.boolean(), bar: z.boolean() }),
  }),
})
export type Family = z.infer<(typeof readFamily)['reply']>

const child = { studentId: objectId }
const guardian = { ...child, guardianshipId: objectId }

export const setFamilyMarks = endpoint({
  access: 'staff',
  summary: '班主任填写住校、留守与日常照顾人',
  method: 'PUT',
  path: '/students/:studentId/family/marks',
  input: z.strictObject({ ...child, ...saidMarks }),
  reply: done,
})

export const correctGuardian = endpoint({
  access: 'staff',
  summary: '更正一位家长的关系',
  method: 'PUT',
  path: '/students/:studentId/guardians/:guardianshipId',
  input: z.strictObject({ ...guardian, relation }),
  reply: done,
})

export const makePrimary = endpoint({
  access: 'staff',
  summary: '把一位家长定为主要联系人',
  method: 'POST',
  path: '/students/:studentId/guardians/:guardianshipId/primary',
  input: z.strictObject(guardian),
  reply: done,
})

export const removeGuardian = endpoint({
  access: 'staff',
  summary: '“不是这家的人”：撤销匹配、申请或邀请，做过的回执作废',
  method: 'POST',
  path: '/students/:studentId/guardians/:guardianshipId/removal',
  input: z.strictObject(guardian),
  reply: done,
})

const legal = words('依据的文书', 100)

export const barGuardian = endpoint({
  access: 'staff',
  summary: '依法限制一位家长，立即生效；班主任提出，学校决定',
  method: 'POST',
  path: '/students/:studentId/guardians/:guardianshipId/bar',
  input: z.strictObject({ ...guardian, document: legal }),
  /** A 班主任 has asked; the school decides. */
  reply: z.object({ status: z.enum(['asked', 'active']) }),
})

const bar = { ...child, barId: objectId }

export const dismissBar = endpoint({
  access: 'staff',
  summary: '不采纳班主任提出的限制',
  method: 'POST',
  path: '/students/:studentId/bars/:barId/dismissal',
  input: z.strictObject(bar),
  reply: done,
})

export const liftBar = endpoint({
  access: 'staff',
  summary: '解除限制，这位家长恢复原来的关系',
  method: 'POST',
  path: '/students/:studentId/bars/:barId/lift',
  input: z.strictObject({ ...bar, document: legal }),
  reply: done,
})

export const dismissReport = endpoint({
  access: 'staff',
  summary: '核对过了：被报告的确实是这家的人',
  method: 'POST',
  path: '/students/:studentId/reports/:reportId/dismissal',
  input: z.strictObject({ ...child, reportId: objectId }),
  reply: done,
})

/** Something about a family that somebody at the school should look at. */
export const familyMatter = z.object({
  kind: z.enum(['report', 'invited', 'barAsked']),
  id: z.string(),
  studentId: objectId,
  guardianshipId: objectId,
  studentName: z.string(),
  className: z.string(),
  /** 爸爸 张强 */
  who: z.string(),
  /** 妈妈报告：不认识这个人 */
  text: z.string(),
  at: instant,
})
export type FamilyMatter = z.infer<typeof familyMatter>

export const listFamilyMatters = endpoint({
  access: 'staff',
  summary: '家庭里要核对的事：报告、受邀加入、提出的限制',
  method: 'GET',
  path: '/units/:unitId/family-matters',
  input: z.strictObject({ unitId: objectId }),
  reply: z.object({ matters: z.array(familyMatter) }),
})

export const foundFamily = z.object({
  studentId: objectId,
  number: z.string(),
  name: z.string(),
  className: z.string(),
})
export type FoundFamily = z.infer<typeof foundFamily>

export const searchFamilies = endpoint({
  access: 'staff',
  summary: '边输边找：姓名、拼音、首字母、学号、手机号或后四位',
  method: 'GET',
  path: '/units/:unitId/families',
  input: z.strictObject({ unitId: objectId, search: words('要找的内容', 40) }),
  reply: z.object({ families: z.array(foundFamily), hasMore: z.boolean() }),
})
