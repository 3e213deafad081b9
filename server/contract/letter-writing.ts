import * as z from 'zod/mini'
import { endpoint, objectId } from './endpoint.ts'
import { SITE } from './letter-links.ts'
import { letter, requestId } from './letters.ts'

/** What an author needs beside the words: where they may lead, files, and the letter as one family reads it. */

export const linkSites = z.object({
  /** For every city. */
  usual: z.array(z.string()),
  /** What this city has added. */
  own: z.array(z.string()),
  abilities: z.object({ change: z.boolean() }),
})
export type LinkSites = z.infer<typeof linkSites>

export const readLinkSites = endpoint({
  access: 'staff',
  summary: '信里可以链接到哪些网站',
  method: 'GET',
  path: '/units/:unitId/link-sites',
  input: z.strictObject({ unitId: objectId }),
  reply: linkSites,
})

export const saveLinkSites = endpoint({
  access: 'staff',
  summary: '市管理员增减信里可以链接的网站',
  method: 'PUT',
  path: '/units/:unitId/link-sites',
  input: z.strictObject({
    unitId: objectId,
    own: z
      .array(
        z
          .string('请填写网站')
          .check(
            z.trim(),
            z.toLowerCase(),
            z.regex(SITE, '网站只写名字，例如 zhxy.example.cn，不带 https:// 和斜杠'),
          ),
      )
      .check(z.maxLength(50, '最多加50个网站')),
  }),
  reply: linkSites,
})

export const attachFile = endpoint({
  access: 'staff',
  summary: '给草稿加一个附件：一个已经上传好的文件',
  method: 'POST',
  path: '/letters/:letterId/attachments',
  input: z.strictObject({ letterId: objectId, assetId: objectId }),
  reply: letter,
})

export const detachFile = endpoint({
  access: 'staff',
  summary: '从草稿里去掉一个附件',
  method: 'DELETE',
  path: '/letters/:letterId/attachments/:attachmentId',
  input: z.strictObject({ letterId: objectId, attachmentId: objectId }),
  reply: letter,
})

const fileLink = z.object({ link: z.string(), name: z.string() })

export const readAttachment = endpoint({
  access: 'staff',
  summary: '一个附件的限时链接',
  method: 'GET',
  path: '/letters/:letterId/attachments/:attachmentId',
  input: z.strictObject({
    letterId: objectId,
    attachmentId: objectId,
    /** Where the reader stands; the writer's own unit if left out. */
    unitId: z.optional(objectId),
  }),
  reply: fileLink,
})

export const readMyAttachment = endpoint({
  access: 'guardian',
  summary: '信里一个附件的限时链接',
  method: 'GET',
  path: '/me/children/:studentId/letters/:letterId/attachments/:attachmentId',
  input: z.strictObject({ studentId: objectId, letterId: objectId, attachmentId: objectId }),
  reply: fileLink,
})

export const readStaffAttachment = endpoint({
  access: 'staff',
  summary: '写给我这个岗位的信里一个附件的限时链接',
  method: 'GET',
  path: '/me/staff-letters/:letterId/attachments/:attachmentId',
  input: z.strictObject({ letterId: objectId, attachmentId: objectId }),
  reply: fileLink,
})

export const letterReader = z.object({
  studentId: objectId,
  childName: z.string(),
  className: z.string(),
  /** 实验中学 · 李老师 */
  from: z.string(),
  /** What the blanks say to each guardian; the primary one first, and one of no name where the family has none yet. */
  guardians: z.array(
    z.object({
      relation: z.string(),
      /** Reads it in the mini-program; the others have not joined. */
      hasJoined: z.boolean(),
      filling: z.object({
        孩子: z.string(),
        称呼: z.string(),
        班级: z.string(),
        学校: z.string(),
        班主任: z.string(),
        日期: z.string(),
      }),
    }),
  ),
})
export type LetterReader = z.infer<typeof letterReader>

export const readBegunLetter = endpoint({
  access: 'staff',
  summary: '用这个编号写起的信存成草稿没有：重新打开写信页，回到那份草稿',
  method: 'GET',
  path: '/begun-letters/:requestId',
  input: z.strictObject({ requestId }),
  reply: z.object({ letterId: z.nullable(objectId) }),
})

export const previewLetter = endpoint({
  access: 'staff',
  summary: '以一个孩子家长的身份看这封信：称呼、班级、班主任和日期都是他家会读到的',
  method: 'GET',
  path: '/letters/:letterId/previews/:studentId',
  input: z.strictObject({ letterId: objectId, studentId: objectId }),
  reply: letterReader,
})
