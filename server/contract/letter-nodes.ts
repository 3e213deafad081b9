import * as z from 'zod/mini'
import { day, endpoint, instant, objectId } from './endpoint.ts'
import { letter } from './letters.ts'

/** Letters whose node has moved, and drafts whose node is over (B7). */

export const settleNodeMove = endpoint({
  access: 'staff',
  summary: '信的节点改了日期：照新日期改截止日期和发送时间，或保留原来的；节点停用的，收起这封信或留着',
  method: 'PUT',
  path: '/letters/:letterId/node-move',
  input: z.strictObject({
    letterId: objectId,
    take: z.boolean('请选择照新日期改，还是保留原来的'),
    /** What was shown: another move meanwhile has to be seen first. */
    seen: z.strictObject({ from: day, to: day, isOff: z.boolean() }),
  }),
  reply: letter,
})

export const expiredDraft = z.object({
  id: objectId,
  title: z.string(),
  authorName: z.string(),
  /** The node it was written for. */
  nodeTitle: z.string(),
  expiredAt: instant,
  /** The last day on which it can be taken up again. */
  until: day,
})
export type ExpiredDraft = z.infer<typeof expiredDraft>

export const listExpiredDrafts = endpoint({
  access: 'staff',
  summary: '一个单位已过期的草稿，最近收起的在前；一年内可以恢复',
  method: 'GET',
  path: '/units/:unitId/expired-drafts',
  input: z.strictObject({
    unitId: objectId,
    /** `next` of the page before. */
    after: z.optional(z.string().check(z.regex(/^\d{1,15}~[0-9a-f]{24}$/, '翻页的位置不对'))),
  }),
  reply: z.object({ drafts: z.array(expiredDraft), next: z.nullable(z.string()) }),
})

export const restoreDraft = endpoint({
  access: 'staff',
  summary: '恢复一份已过期的草稿，回到草稿里',
  method: 'POST',
  path: '/letters/:letterId/restoration',
  input: z.strictObject({ letterId: objectId }),
  reply: letter,
})
