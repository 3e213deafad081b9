import * as z from 'zod/mini'
import { day, done, endpoint, instant, objectId, words } from './endpoint.ts'
import { heldPost, postKind, postState } from './posts.ts'

export const unitKind = z.enum(['city', 'district', 'school', 'grade', 'class'])
export type UnitKind = z.infer<typeof unitKind>

export { postKind, type PostKind } from './posts.ts'

export const unit = z.object({
  id: objectId,
  kind: unitKind,
  /** As people say it inside its parent: 七年级, 2班. */
  name: z.string(),
  /** As people say it from outside: 实验中学七年级2班. */
  fullName: z.string(),
  parentId: z.nullable(objectId),
  studentCount: z.int(),
})
export type Unit = z.infer<typeof unit>

export const readUnit = endpoint({
  access: 'staff',
  summary: '一个单位，连同它的上级与下级',
  method: 'GET',
  path: '/units/:unitId',
  input: z.strictObject({ unitId: objectId }),
  reply: z.object({
    unit,
    ancestors: z.array(unit),
    children: z.array(unit),
    /** Of a school with more than one. */
    campuses: z.optional(z.array(z.string())),
  }),
})

/** A guardian of a student as staff see it: the phone is masked. */
export const guardianOfStudent = z.object({
  guardianshipId: objectId,
  name: z.string(),
  relation: z.string(),
  maskedPhone: z.nullable(z.string()),
  isPrimary: z.boolean(),
  joinedAt: z.nullable(instant),
})

export const student = z.object({
  id: objectId,
  /** 学号 in the class list: tells namesakes apart. */
  number: z.string(),
  name: z.string(),
  classId: objectId,
  className: z.string(),
  guardians: z.array(guardianOfStudent),
})
export type Student = z.infer<typeof student>

export const listStudents = endpoint({
  access: 'staff',
  summary: '一个单位的学生与家长，按学号排列',
  method: 'GET',
  path: '/units/:unitId/students',
  input: z.strictObject({
    unitId: objectId,
    /** Name, full pinyin, initials or student number. */
    search: z.optional(z.string().check(z.maxLength(40))),
    /** Path of a class and a number. */
    after: z.optional(z.string().check(z.maxLength(240))),
  }),
  reply: z.object({ students: z.array(student), next: z.nullable(z.string()), total: z.int() }),
})

/** A person in one post. Somebody with two posts stands in the list twice. */
export const staffMember = z.object({
  personId: objectId,
  name: z.string(),
  post: heldPost,
  unitId: objectId,
  unitName: z.string(),
  postId: objectId,
  isDeputy: z.boolean(),
  /** Whose leave a deputy stands in for. */
  deputyFor: z.nullable(z.string()),
  from: instant,
  to: z.nullable(instant),
  state: postState,
  /** What I may do about it. */
  abilities: z.object({
    end: z.boolean(),
    nameDeputy: z.boolean(),
    readHistory: z.boolean(),
    resetPassword: z.boolean(),
    resetTotp: z.boolean(),
  }),
})
export type StaffMember = z.infer<typeof staffMember>
export const listStaff = endpoint({
  access: 'staff',
  summary: '一个单位及其下级的教职工与岗位',
  method: 'GET',
  path: '/units/:unitId/staff',
  input: z.strictObject({
    unitId: objectId,
    after: z.optional(objectId),
    /** Posts in force and to come (the usual), or those that are over. */
    show: z.optional(z.enum(['current', 'past'])),
  }),
  reply: z.object({
    staff: z.array(staffMember),
    next: z.nullable(objectId),
    abilities: z.object({
      /** Some post, here or below. */
      appoint: z.boolean(),
      /** Sign-in rules of this unit. */
      keepSignIn: z.boolean(),
    }),
  }),
})

export const appointStaff = endpoint({
  access: 'staff',
  summary: '安排一个岗位；手机号已有账号的人沿用原来的账号',
  method: 'POST',
  path: '/units/:unitId/staff',
  input: z.strictObject({
    unitId: objectId,
    post: postKind,
    name: words('姓名', 20),
    phone: z.string('请填写手机号').check(z.regex(/^1[3-9]\d{9}$/, '手机号应为11位数字')),
    /** For the console. Who works on the phone only needs none. */
    loginName: z.optional(z.string().check(z.regex(/^[\w.-]{2,40}$/, '账号用2到40位字母、数字、点或横线'))),
    /** The first day; at once when it is left out. */
    fromOn: z.optional(day),
    /** The last day; open when it is left out. */
    toOn: z.optional(day),
  }),
  /** The password of a new console account, shown this once. */
  reply: z.object({ personId: objectId, initialPassword: z.nullable(z.string()) }),
})

export const endPost = endpoint({
  access: 'staff',
  summary: '结束一个岗位；此人的权限立即失效',
  method: 'POST',
  path: '/units/:unitId/staff/:personId/end',
  input: z.strictObject({ unitId: objectId, personId: objectId, post: postKind }),
  reply: done,
})

/** 您是三年级2班张三的妈妈？ */
export const match = z.object({
  guardianshipId: objectId,
  /** 张*: enough to recognise one's own child, too little to learn about another's. */
  maskedStudentName: z.string(),
  className: z.string(),
  schoolName: z.string(),
  relation: z.string(),
})
export type Match = z.infer<typeof match>

export const listMyMatches = endpoint({
  access: 'guardian',
  summary: '手机号在花名册里对应的孩子，等我确认',
  method: 'GET',
  path: '/me/matches',
  input: z.strictObject({}),
  reply: z.object({ matches: z.array(match) }),
})
export const answerMatch = endpoint({
  access: 'guardian',
  summary: '确认“是我的孩子”，或说明“不是”',
  method: 'POST',
  path: '/me/matches/:guardianshipId',
  input: z.strictObject({ guardianshipId: objectId, isMine: z.boolean() }),
  reply: done,
})

export const classCard = z.object({
  classId: objectId,
  className: z.string(),
  schoolName: z.string(),
  classTeacher: z.nullable(z.string()),
})
export const readClassByCode = endpoint({
  access: 'guardian',
  summary: '用班级码看是哪个班',
  method: 'GET',
  path: '/classes/by-code/:code',
  input: z.strictObject({
    code: z.string().check(z.regex(/^[A-HJ-NP-Z2-9]{6,8}$/, '班级码是6到8位字母和数字')),
  }),
  reply: classCard,
})

export const joinStatus = z.enum(['waiting', 'approved', 'declined', 'withdrawn'])
export const myJoin = z.object({
  id: objectId,
  studentName: z.string(),
  relation: z.string(),
  className: z.string(),
  schoolName: z.string(),
  status: joinStatus,
  askedAt: instant,
  reason: z.nullable(z.string()),
  /** Nobody decided in fourteen days: it may be asked once more. */
  mayAskAgain: z.optional(z.boolean()),
})
export type MyJoin = z.infer<typeof myJoin>
export const askToJoin = endpoint({
  access: 'guardian',
  summary: '凭班级码申请加入，等班主任同意',
  method: 'POST',
  path: '/me/joins',
  input: z.strictObject({
    code: z.string().check(z.regex(/^[A-HJ-NP-Z2-9]{6,8}$/, '班级码是6到8位字母和数字')),
    studentName: words('孩子姓名', 20),
    guardianName: words('您的姓名', 20),
    relation: words('与孩子的关系', 10),
  }),
  reply: myJoin,
})
export const listMyJoins = endpoint({
  access: 'guardian',
  summary: '我的加入申请',
  method: 'GET',
  path: '/me/joins',
  input: z.strictObject({}),
  reply: z.object({ joins: z.array(myJoin) }),
})
export const withdrawMyJoin = endpoint({
  access: 'guardian',
  summary: '撤回加入申请',
  method: 'DELETE',
  path: '/me/joins/:joinId',
  input: z.strictObject({ joinId: objectId }),
  reply: done,
})

export const join = z.object({
  id: objectId,
  classId: objectId,
  className: z.string(),
  studentName: z.string(),
  guardianName: z.string(),
  relation: z.string(),
  maskedPhone: z.nullable(z.string()),
  askedAt: instant,
  /** Students of the class whose name is the one typed. */
  candidates: z.array(z.object({ studentId: objectId, number: z.string(), name: z.string() })),
  /** A court keeps somebody from one of them: ask who this is before saying yes. */
  isGuarded: z.optional(z.boolean()),
})
export type Join = z.infer<typeof join>
export const listJoins = endpoint({
  access: 'staff',
  summary: '等班主任同意的加入申请',
  method: 'GET',
  path: '/units/:unitId/joins',
  input: z.strictObject({ unitId: objectId }),
  reply: z.object({ joins: z.array(join) }),
})
export const decideJoin = endpoint({
  access: 'staff',
  summary: '同意加入（指明是哪个孩子），或婉拒并说明原因',
  method: 'POST',
  path: '/joins/:joinId/decision',
  input: z.strictObject({
    joinId: objectId,
    approve: z.boolean(),
    studentId: z.optional(objectId),
    reason: z.optional(z.string().check(z.trim(), z.maxLength(100, '原因最多100个字'))),
  }),
  reply: done,
})

export const readClassCode = endpoint({
  access: 'staff',
  summary: '班级码，发给家长加入班级用',
  method: 'GET',
  path: '/classes/:classId/code',
  input: z.strictObject({ classId: objectId }),
  reply: z.object({
    code: z.string(),
    className: z.string(),
    schoolName: z.string(),
    /** A picture as a data address: WeChat's scanner opens the join page with the code filled in. Absent while WeChat gives none. */
    qrCode: z.optional(z.string()),
  }),
})
