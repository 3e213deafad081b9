import * as z from 'zod/mini'
import { day, endpoint, instant, objectId } from './endpoint.ts'
import { answerItems, answerLine, letterForm } from './letter-form.ts'
import { attachment, block, correction } from './letters.ts'
import { unitKind } from './org.ts'

/** What staff are asked for; a form is confirmed by filling it in. Handwriting is for families. */
export const staffConfirmation = z.catch(z.enum(['read', 'confirm']), 'read')

/** A letter to the holders of a post, for one of them. */
export const staffLetterLine = z.object({
  id: objectId,
  title: z.string(),
  from: z.string(),
  sentAt: instant,
  dueOn: z.nullable(day),
  confirmation: staffConfirmation,
  /** It is done by filling in the form below it. */
  hasForm: z.optional(z.boolean()),
  isRead: z.boolean(),
  isDone: z.boolean(),
  isOverdue: z.boolean(),
})
export type StaffLetterLine = z.infer<typeof staffLetterLine>

/** 回执: what one unit has answered, or this person where each answers for themselves. */
export const staffReceipt = z.object({
  unitId: objectId,
  unitName: z.string(),
  /** Null while nobody has answered. */
  answer: z.nullable(
    z.object({
      by: z.string(),
      isMine: z.boolean(),
      at: instant,
      /** The edition it was given to. */
      version: z.optional(z.int()),
      lines: z.array(answerLine),
      /** As it was given, to be changed. */
      items: answerItems,
      files: z.array(z.object({ id: objectId, name: z.string() })),
    }),
  ),
  mayAnswer: z.boolean(),
  /** Who had answered below an edition that asked otherwise; what still fits stands in `prefill`. */
  former: z.optional(z.object({ by: z.string(), at: instant })),
  /** What is known already of who answers: 单位、姓名、职务、手机. */
  prefill: answerItems,
})
export type StaffReceipt = z.infer<typeof staffReceipt>

export const staffLetter = z.extend(staffLetterLine, {
  pledge: z.string(),
  blocks: z.array(block),
  attachments: z.optional(z.array(attachment)),
  version: z.int(),
  /** For who has read an edition before: why it was put right, and which blocks are not as they were. */
  correction: z.optional(z.nullable(correction)),
  /** A corrected edition took its place. */
  supersededBy: z.nullable(objectId),
  readAt: z.nullable(instant),
  confirmedAt: z.nullable(instant),
  form: z.optional(z.nullable(letterForm)),
  receipts: z.optional(z.array(staffReceipt)),
  abilities: z.object({ confirm: z.boolean() }),
})
export type StaffLetter = z.infer<typeof staffLetter>

export const listMyStaffLetters = endpoint({
  access: 'staff',
  summary: '写给我这个岗位的信，新的在前；或只看待办',
  method: 'GET',
  path: '/me/staff-letters',
  input: z.strictObject({
    only: z.optional(z.enum(['todo'], '只能选全部或待办')),
    /** `next` of the page before. */
    after: z.optional(z.string().check(z.regex(/^\d{1,15}~[0-9a-f]{24}$/, '翻页的位置不对'))),
  }),
  reply: z.object({ letters: z.array(staffLetterLine), next: z.nullable(z.string()) }),
})

export const openMyStaffLetter = endpoint({
  access: 'staff',
  summary: '打开一封写给我这个岗位的信，同时记为已读',
  method: 'POST',
  path: '/me/staff-letters/:letterId/opening',
  input: z.strictObject({ letterId: objectId }),
  reply: staffLetter,
})

export const confirmMyStaffLetter = endpoint({
  access: 'staff',
  summary: '确认一封写给我这个岗位的信',
  method: 'POST',
  path: '/me/staff-letters/:letterId/confirmation',
  input: z.strictObject({ letterId: objectId }),
  reply: staffLetter,
})

/** Members of staff by what they have done. */
export const staffTally = z.object({
  expected: z.int(),
  read: z.int(),
  confirmed: z.int(),
  /** Of a letter with a form: how many answers are waited for, one a unit or one a person, and how many there are. */
  asked: z.optional(z.int()),
  answered: z.optional(z.int()),
})
export type StaffTally = z.infer<typeof staffTally>

export const readStaffFigures = endpoint({
  access: 'staff',
  summary: '一封写给教职工的信的回执数，按下级单位',
  method: 'GET',
  path: '/letters/:letterId/staff-figures',
  input: z.strictObject({ letterId: objectId, unitId: objectId }),
  reply: z.object({
    unit: z.object({ id: objectId, kind: unitKind, name: z.string() }),
    total: staffTally,
    /** The units below, and the unit itself where posts at its own office are written to. */
    rows: z.array(z.object({ unitId: objectId, kind: unitKind, name: z.string(), ...staffTally.shape })),
    abilities: z.object({ seeNames: z.boolean(), remind: z.optional(z.boolean()) }),
  }),
})

export const readStaffSheet = endpoint({
  access: 'staff',
  summary: '一个单位的教职工签收单：谁读了、谁确认了',
  method: 'GET',
  path: '/letters/:letterId/staff-sheets/:unitId',
  input: z.strictObject({ letterId: objectId, unitId: objectId }),
  reply: z.object({
    unitName: z.string(),
    tally: staffTally,
    rows: z.array(
      z.object({
        personId: objectId,
        name: z.string(),
        /** 七年级2班班主任 */
        posts: z.string(),
        readAt: z.nullable(instant),
        confirmedAt: z.nullable(instant),
        answeredAt: z.optional(z.nullable(instant)),
      }),
    ),
  }),
})
