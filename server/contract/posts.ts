import * as z from 'zod/mini'
import { day, done, endpoint, instant, objectId } from './endpoint.ts'

/** Every post there is, the widest first; who may do what in it stands in `server/modules/org/rules.ts`. */
export const postKind = z.enum([
  'city_admin',
  'district_admin',
  'principal',
  'school_admin',
  'grade_head',
  'class_teacher',
  'teacher',
  'mentor',
  'counsellor',
  'lecturer',
  'inspector',
  'auditor',
])
export type PostKind = z.infer<typeof postKind>

/** A post as a reader meets it: one that was invented after this client was released shows as 其他岗位. */
export const heldPost = z.catch(z.enum([...postKind.options, 'other']), 'other')
export type HeldPost = z.infer<typeof heldPost>

/** What each post is called, on every screen and in the log. */
export const POST_WORDS: Record<HeldPost, string> = {
  city_admin: '市管理员',
  district_admin: '区县管理员',
  principal: '校长(哨长)',
  school_admin: '家长学校管理员',
  grade_head: '年级组长',
  class_teacher: '班主任',
  teacher: '任课教师',
  mentor: '导师',
  counsellor: '心理教师',
  lecturer: '讲师',
  inspector: '督学',
  auditor: '审计员',
  other: '其他岗位',
}

/** 班主任（代）: a deputy is always told from the holder. */
export const postInWords = ({ post, isDeputy }: { post: HeldPost; isDeputy?: boolean | undefined }) =>
  POST_WORDS[post] + (isDeputy ? '（代）' : '')

export const postState = z.enum(['coming', 'now', 'past'])
export type PostState = z.infer<typeof postState>

export const readAppointing = endpoint({
  access: 'staff',
  summary: '我在一个单位可以安排哪些岗位',
  method: 'GET',
  path: '/units/:unitId/appointing',
  input: z.strictObject({ unitId: objectId }),
  reply: z.object({
    posts: z.array(
      z.object({
        post: heldPost,
        /** It has to end within so many days; null where it may stay open. */
        endsWithinDays: z.nullable(z.int()),
        /** Works on the console, so a console account belongs to it. */
        needsConsole: z.boolean(),
      }),
    ),
  }),
})

/** One post of a person, as its history shows it. */
export const postLine = z.object({
  postId: objectId,
  post: heldPost,
  unitName: z.string(),
  isDeputy: z.boolean(),
  /** Whose leave this is; null when the post is one's own. */
  deputyFor: z.nullable(z.string()),
  from: instant,
  /** From this instant on it gives nothing; null while no end is set. */
  to: z.nullable(instant),
  state: postState,
  givenBy: z.nullable(z.string()),
  endedBy: z.nullable(z.string()),
})
export type PostLine = z.infer<typeof postLine>

export const listPostsOf = endpoint({
  access: 'staff',
  summary: '一个人在这个单位及其下级担任过的岗位',
  method: 'GET',
  path: '/units/:unitId/staff/:personId/posts',
  input: z.strictObject({ unitId: objectId, personId: objectId }),
  reply: z.object({ name: z.string(), posts: z.array(postLine) }),
})

export const nameDeputy = endpoint({
  access: 'staff',
  summary: '请假时请同事代理一个岗位，到期自动结束',
  method: 'POST',
  path: '/units/:unitId/staff/:personId/deputies',
  input: z.strictObject({
    unitId: objectId,
    /** Whose post it is. */
    personId: objectId,
    postId: objectId,
    phone: z.string('请填写手机号').check(z.regex(/^1[3-9]\d{9}$/, '手机号应为11位数字')),
    fromOn: day,
    /** The last day. */
    toOn: day,
  }),
  reply: z.object({ personId: objectId, name: z.string() }),
})

/** Who stands in, and for which days. */
export const standIn = z.object({
  personId: objectId,
  postId: objectId,
  name: z.string(),
  from: instant,
  to: z.nullable(instant),
  state: postState,
})

export const listMyDeputies = endpoint({
  access: 'staff',
  summary: '我的岗位各由谁代理，我又代着谁的岗位',
  method: 'GET',
  path: '/me/deputies',
  input: z.strictObject({}),
  reply: z.object({
    posts: z.array(
      z.object({
        unitId: objectId,
        personId: objectId,
        postId: objectId,
        post: heldPost,
        unitName: z.string(),
        deputy: z.nullable(standIn),
        abilities: z.object({ nameDeputy: z.boolean() }),
      }),
    ),
    /** Posts I hold for colleagues, now or soon. */
    held: z.array(
      z.object({
        postId: objectId,
        post: heldPost,
        unitName: z.string(),
        holder: z.string(),
        from: instant,
        to: z.nullable(instant),
        state: postState,
      }),
    ),
  }),
})

export const endPostById = endpoint({
  access: 'staff',
  summary: '结束或取消一个岗位，连同它的代理；立即生效',
  method: 'POST',
  path: '/units/:unitId/staff/:personId/posts/:postId/end',
  input: z.strictObject({ unitId: objectId, personId: objectId, postId: objectId }),
  reply: done,
})

export const resetSignIn = endpoint({
  access: 'staff',
  summary: '为下级重设密码或动态验证码；此人的所有登录立即结束',
  method: 'POST',
  path: '/units/:unitId/staff/:personId/sign-in-reset',
  input: z.strictObject({ unitId: objectId, personId: objectId, what: z.enum(['password', 'totp']) }),
  reply: z.object({
    /** Address of the page where the person sets a new password, once, within 24 hours; null for `totp`. Shown this once. */
    link: z.nullable(z.string()),
    expiresAt: z.nullable(instant),
  }),
})
