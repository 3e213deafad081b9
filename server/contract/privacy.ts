import * as z from 'zod/mini'
import { day, done, endpoint, instant, words } from './endpoint.ts'

/** The text that a guardian agrees to or not. A new version is asked for again. */
export const privacyText = z.object({
  version: z.int(),
  effectiveOn: day,
  title: z.string(),
  /** What is new in this version, in one sentence. */
  changes: z.string(),
  /** Light markdown: paragraphs, `## ` headings, `- ` lists, `**bold**`. */
  body: z.string(),
})
export type PrivacyText = z.infer<typeof privacyText>

export const readPrivacyText = endpoint({
  access: 'public',
  summary: '现行的隐私保护说明',
  method: 'GET',
  path: '/privacy-text',
  input: z.strictObject({}),
  reply: privacyText,
})

export const answerConsent = endpoint({
  access: 'guardian',
  summary: '同意、不同意或撤回同意隐私保护说明；也代不满十四周岁的孩子回答',
  method: 'POST',
  path: '/me/consent',
  input: z.strictObject({ version: z.int().check(z.minimum(1)), isGiven: z.boolean() }),
  reply: done,
})

/** One kind of thing that is kept about a guardian, with what it holds in words. */
const dataSection = z.object({
  title: z.string(),
  lines: z.array(z.object({ label: z.string(), value: z.string() })),
  /** Lines there are beyond those shown; the export has all. */
  more: z.int(),
  /** What happens to it when the account is closed. */
  onDeletion: z.string(),
})

export const myData = z.object({
  consent: z.object({ version: z.nullable(z.int()), isGiven: z.boolean(), answeredAt: z.nullable(instant) }),
  sections: z.array(dataSection),
  /** A closing that was asked for, and the moment it happens. */
  deletion: z.nullable(z.object({ askedAt: instant, dueAt: instant })),
})
export type MyData = z.infer<typeof myData>

export const readMyData = endpoint({
  access: 'guardian',
  summary: '我的信息：存了什么，注销时怎样处理',
  method: 'GET',
  path: '/me/data',
  input: z.strictObject({}),
  reply: myData,
})

export const exportMyData = endpoint({
  access: 'guardian',
  summary: '导出我的信息，两份下载链接：表格与 JSON',
  method: 'POST',
  path: '/me/data/export',
  input: z.strictObject({}),
  reply: z.object({ xlsx: z.string(), json: z.string() }),
})

export const changeMyName = endpoint({
  access: 'guardian',
  summary: '更正我的姓名',
  method: 'PUT',
  path: '/me/name',
  input: z.strictObject({ name: words('姓名', 20) }),
  reply: done,
})

export const askDeletion = endpoint({
  access: 'guardian',
  summary: '申请注销账号；七天后执行，之前可以反悔',
  method: 'POST',
  path: '/me/data/deletion',
  input: z.strictObject({}),
  reply: z.object({ dueAt: instant }),
})

export const cancelDeletion = endpoint({
  access: 'guardian',
  summary: '不注销了',
  method: 'DELETE',
  path: '/me/data/deletion',
  input: z.strictObject({}),
  reply: done,
})
