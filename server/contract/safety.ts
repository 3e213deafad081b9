import * as z from 'zod/mini'
import { done, endpoint, instant, objectId, words } from './endpoint.ts'

/** What kind of thing waits for a person's eye; a reader that does not know a new one calls it 其他内容. */
export const contentKind = z.enum(['notice', 'reply', 'answer', 'refusal', 'picture', 'other'])
export type ContentKind = z.infer<typeof contentKind>

export const contentStatus = z.enum(['waiting', 'passed', 'returned'], '请选择等待审核、已通过或已退回')

/** Something that was written on a phone and that a person looks at before others see it. */
export const content = z.object({
  id: objectId,
  kind: z.catch(contentKind, 'other'),
  text: z.string(),
  /** 张三妈妈; empty for who may not see families. */
  who: z.string(),
  unitName: z.string(),
  /** Whether WeChat was in doubt, could not be asked, or was asked about a picture. */
  because: z.catch(z.enum(['doubt', 'unchecked', 'picture']), 'unchecked'),
  savedAt: instant,
  status: contentStatus,
  /** Why it went back. */
  words: z.nullable(z.string()),
  decidedAt: z.nullable(instant),
  /** Written by who reads the list: a colleague decides. */
  isMine: z.optional(z.boolean()),
})
export type Content = z.infer<typeof content>

export const listContents = endpoint({
  access: 'staff',
  summary: '内容审核：等着人看的留言、答复和图片，或者看过的',
  method: 'GET',
  path: '/units/:unitId/contents',
  input: z.strictObject({ unitId: objectId, status: contentStatus, after: z.optional(objectId) }),
  reply: z.object({ contents: z.array(content), waiting: z.int(), next: z.nullable(objectId) }),
})

export const decideContent = endpoint({
  access: 'staff',
  summary: '通过一条内容，或者退回并说明原因',
  method: 'POST',
  path: '/contents/:contentId/decision',
  input: z.strictObject({
    contentId: objectId,
    /** What was read: what was changed meanwhile has to be read again. */
    savedAt: instant,
    pass: z.boolean('请选择通过或退回'),
    words: z.optional(words('退回的原因', 100)),
  }),
  reply: done,
})

export const readContentPicture = endpoint({
  access: 'staff',
  summary: '一张等待审核的图片：看图片的链接，十分钟内有效',
  method: 'GET',
  path: '/contents/:contentId/picture',
  input: z.strictObject({ contentId: objectId }),
  reply: z.object({ link: z.string() }),
})
