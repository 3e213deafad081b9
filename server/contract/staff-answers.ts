import * as z from 'zod/mini'
import { numberReason } from './audit.ts'
import { endpoint, instant, objectId, words } from './endpoint.ts'
import { answerItems, answerLine, letterForm, optionCount } from './letter-form.ts'
import { staffLetter } from './staff-letters.ts'

/** The codes of questions that are filled in beforehand from what is known of who answers: 单位、姓名、职务、手机. */
export const PREFILLED = ['unit', 'name', 'post', 'mobile'] as const

export const answerMyStaffLetter = endpoint({
  access: 'staff',
  summary: '填写或修改一封写给我这个岗位的信末的表；一个单位一份的，同事填过就改那一份',
  method: 'POST',
  path: '/me/staff-letters/:letterId/answers',
  input: z.strictObject({
    letterId: objectId,
    /** Of several units of one person; left out where there is one. */
    unitId: z.optional(objectId),
    answers: answerItems,
    /** When the answer that is being changed was written; whoever has not seen a colleague's does not overwrite it. */
    seen: z.optional(z.nullable(instant)),
  }),
  reply: staffLetter,
})

/** `unitId` where an answer stands for a whole unit, else of the person on that unit's sheet. */
const answerId = z.string().check(z.regex(/^[0-9a-f]{24}:[0-9a-f]{24}(:[0-9a-f]{24})?$/, '回执的编号不对'))
const below = { letterId: objectId, unitId: objectId }
const after = z.optional(z.string().check(z.maxLength(200), z.regex(/^[0-9a-f/:]+$/, '翻页的位置不对')))

/** A line of an answer with the papers that were uploaded for it, by links of ten minutes. */
export const staffAnswerLine = z.extend(answerLine, {
  /** A number that is shown by its ends; the whole of it is asked for with a reason. */
  isPhone: z.optional(z.boolean()),
  files: z.optional(z.array(z.object({ name: z.string(), link: z.string() }))),
})

export const staffAnswerRow = z.object({
  id: z.string(),
  unitId: objectId,
  unitName: z.string(),
  by: z.string(),
  at: instant,
  /** The edition of the letter it was given to. */
  version: z.optional(z.int()),
  lines: z.array(staffAnswerLine),
  /** What stood before it was changed, the newest first; without what is sealed. */
  earlier: z.array(z.object({ by: z.string(), at: instant, lines: z.array(answerLine) })),
})
export type StaffAnswerRow = z.infer<typeof staffAnswerRow>

export const readStaffAnswers = endpoint({
  access: 'staff',
  summary: '一封写给老师的信的回执：每个选项多少，各单位填了什么，一页50份',
  method: 'GET',
  path: '/letters/:letterId/staff-answers',
  input: z.strictObject({ ...below, after }),
  reply: z.object({
    form: z.nullable(letterForm),
    counts: z.array(optionCount),
    rows: z.array(staffAnswerRow),
    next: z.nullable(z.string()),
    /** Papers that were uploaded. */
    files: z.int(),
  }),
})

export const staffMissing = z.object({
  unitId: objectId,
  /** 东湖区; empty for an office. */
  district: z.string(),
  unitName: z.string(),
  people: z.array(z.object({ personId: objectId, name: z.string(), posts: z.string() })),
})
export type StaffMissing = z.infer<typeof staffMissing>

export const listStaffMissing = endpoint({
  access: 'staff',
  summary: '一封写给老师的信还差谁：按区县、学校列出名字，一页30个单位',
  method: 'GET',
  path: '/letters/:letterId/staff-missing',
  input: z.strictObject({ ...below, after }),
  reply: z.object({ units: z.array(staffMissing), next: z.nullable(z.string()) }),
})

export const showStaffNumber = endpoint({
  access: 'staff',
  summary: '显示一份回执里的完整手机号：写明原因，留下记录',
  method: 'POST',
  path: '/letters/:letterId/staff-numbers',
  input: z.strictObject({
    ...below,
    answerId,
    code: z.string().check(z.maxLength(40)),
    reason: numberReason,
    words: words('原因', 60),
  }),
  reply: z.object({ phone: z.nullable(z.string()) }),
})

export const exportStaffSheet = endpoint({
  access: 'staff',
  summary: '导出教职工签收单和回执（Excel）的限时链接，一次最多5000位老师',
  method: 'GET',
  path: '/letters/:letterId/staff-export',
  input: z.strictObject(below),
  reply: z.object({ link: z.string(), name: z.string() }),
})

export const exportStaffFiles = endpoint({
  access: 'staff',
  summary: '下载回执里上传的全部文件（ZIP）的限时链接，一次最多500个',
  method: 'GET',
  path: '/letters/:letterId/staff-files',
  input: z.strictObject(below),
  reply: z.object({ link: z.string(), name: z.string() }),
})
