import * as z from 'zod/mini'
import { done, endpoint, instant, objectId, words } from './endpoint.ts'
import { unitKind } from './org.ts'
import { heldPost } from './posts.ts'

export const role = z.enum(['guardian', 'staff'])
export type Role = z.infer<typeof role>

export const myPost = z.object({
  post: heldPost,
  unitId: objectId,
  unitKind,
  unitName: z.string(),
  postId: z.optional(objectId),
  /** Held for a colleague on leave: 班主任（代）. */
  isDeputy: z.optional(z.boolean()),
  /** Whose leave it is. */
  deputyFor: z.optional(z.string()),
  /** When it ends by itself. */
  to: z.optional(z.nullable(instant)),
})
export type MyPost = z.infer<typeof myPost>

/** A child of the signed-in guardian, as the child switcher shows it. */
export const myChild = z.object({
  studentId: objectId,
  name: z.string(),
  relation: z.string(),
  classId: objectId,
  className: z.string(),
  schoolName: z.string(),
  grade: z.int(),
  classTeacher: z.nullable(z.string()),
})
export type MyChild = z.infer<typeof myChild>

export const me = z.object({
  personId: objectId,
  name: z.string(),
  role,
  /** `138****1234`, or null while no phone is bound. */
  maskedPhone: z.nullable(z.string()),
  posts: z.array(myPost),
  children: z.array(myChild),
  /** Children the phone number points at and nobody has answered for yet. */
  matchesWaiting: z.int(),
  joinsWaiting: z.int(),
  canSwitchRole: z.boolean(),
  hasTotp: z.boolean(),
  /** The unit requires six digits and this person has none: nothing else opens before they are set up. */
  mustSetUpTotp: z.optional(z.boolean()),
  /** Signed in with a first password that somebody else has seen: nothing else opens before there is one of their own. */
  mustChangePassword: z.optional(z.boolean()),
  /** Where a guardian stands with the privacy text: asked when this version was not answered; withdrawn shows no child. */
  consent: z.optional(
    z.object({
      isAsked: z.boolean(),
      isWithdrawn: z.boolean(),
      /** Never answered at all: nothing was updated for them, it is their first time. */
      isFirst: z.optional(z.boolean()),
    }),
  ),
})
export type Me = z.infer<typeof me>

export const signedIn = z.object({ token: z.string(), expiresAt: instant, me })

export const signInWithWechat = endpoint({
  access: 'public',
  summary: '微信登录：用 wx.login 的 code 换取登录凭证',
  method: 'POST',
  path: '/sign-in/wechat',
  input: z.strictObject({ code: z.string().check(z.minLength(1), z.maxLength(128)) }),
  reply: signedIn,
})

export const signInWithPassword = endpoint({
  access: 'public',
  summary: '控制台登录：账号、密码，需要时加动态验证码',
  method: 'POST',
  path: '/sign-in/password',
  input: z.strictObject({
    loginName: words('账号', 40),
    password: z.string('请填写密码').check(z.minLength(1, '请填写密码'), z.maxLength(128, '密码最多128个字')),
    totp: z.optional(z.string().check(z.regex(/^\d{6}$/, '动态验证码是6位数字'))),
    /** Given by an earlier sign-in on this device: strangers' wrong guesses cannot lock it out. */
    deviceToken: z.optional(z.string().check(z.maxLength(200))),
  }),
  reply: z.extend(signedIn, { deviceToken: z.string() }),
})

export const demoPerson = z.object({
  as: z.string(),
  label: z.string(),
  hint: z.string(),
  kind: z.enum(['phone', 'console']),
})
export const listDemoPeople = endpoint({
  access: 'public',
  summary: '演示城市里可以扮演的人（仅演示环境）',
  method: 'GET',
  path: '/demo/people',
  input: z.strictObject({}),
  reply: z.object({ people: z.array(demoPerson) }),
})
export const signInAsDemo = endpoint({
  access: 'public',
  summary: '以演示人物登录控制台（仅演示环境）',
  method: 'POST',
  path: '/demo/sign-in',
  input: z.strictObject({ as: words('人物', 40) }),
  reply: signedIn,
})

export const readMe = endpoint({
  access: 'signedIn',
  summary: '我是谁：姓名、岗位、孩子',
  method: 'GET',
  path: '/me',
  input: z.strictObject({}),
  reply: me,
  beforeTotp: true,
  beforeOwnPassword: true,
})

export const switchRole = endpoint({
  access: 'signedIn',
  summary: '在家长与教师之间切换；旧凭证立即失效',
  method: 'POST',
  path: '/me/role',
  input: z.strictObject({ role }),
  reply: signedIn,
})

export const signOut = endpoint({
  access: 'signedIn',
  summary: '退出登录',
  method: 'DELETE',
  path: '/me/session',
  input: z.strictObject({}),
  reply: done,
  beforeTotp: true,
  beforeOwnPassword: true,
})

export const session = z.object({
  sessionId: objectId,
  openedAt: instant,
  expiresAt: instant,
  device: z.string(),
  isCurrent: z.boolean(),
})
export const listMySessions = endpoint({
  access: 'signedIn',
  summary: '我登录过的设备',
  method: 'GET',
  path: '/me/sessions',
  input: z.strictObject({}),
  reply: z.object({ sessions: z.array(session) }),
})
export const revokeMySession = endpoint({
  access: 'signedIn',
  summary: '让一台设备退出登录',
  method: 'DELETE',
  path: '/me/sessions/:sessionId',
  input: z.strictObject({ sessionId: objectId }),
  reply: done,
})

export const bindPhone = endpoint({
  access: 'guardian',
  summary: '绑定手机号：用手机号按钮给的 code',
  method: 'POST',
  path: '/me/phone',
  input: z.strictObject({ code: z.string().check(z.minLength(1), z.maxLength(128)) }),
  /** A phone that already belongs to somebody's account moves this sign-in to that account. */
  reply: signedIn,
})

export const beginTotp = endpoint({
  access: 'staff',
  summary: '开始启用动态验证码',
  method: 'POST',
  path: '/me/totp',
  input: z.strictObject({}),
  reply: z.object({ secret: z.string(), uri: z.string() }),
  beforeTotp: true,
})
export const confirmTotp = endpoint({
  access: 'staff',
  summary: '输入一次验证码，完成启用',
  method: 'POST',
  path: '/me/totp/confirmation',
  input: z.strictObject({ totp: z.string().check(z.regex(/^\d{6}$/, '动态验证码是6位数字')) }),
  reply: done,
  beforeTotp: true,
})
export const removeTotp = endpoint({
  access: 'staff',
  summary: '停用动态验证码',
  method: 'POST',
  path: '/me/totp/removal',
  input: z.strictObject({ password: z.string().check(z.minLength(1, '请填写密码'), z.maxLength(128)) }),
  reply: done,
})
const newPassword = z
  .string('请填写新密码')
  .check(z.minLength(10, '新密码至少10位'), z.maxLength(128, '新密码最多128位'))

export const changePassword = endpoint({
  access: 'staff',
  summary: '修改密码；其他设备随即退出',
  method: 'POST',
  path: '/me/password',
  input: z.strictObject({
    password: z.string().check(z.minLength(1, '请填写原密码'), z.maxLength(128)),
    newPassword,
  }),
  reply: done,
})
export const setOwnPassword = endpoint({
  access: 'staff',
  summary: '用初始密码登录后，先设一个只有自己知道的密码；其他设备随即退出',
  method: 'POST',
  path: '/me/own-password',
  input: z.strictObject({ newPassword }),
  reply: done,
  beforeOwnPassword: true,
})
