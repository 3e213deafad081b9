import * as z from 'zod/mini'
import { done, endpoint, instant, objectId, words } from './endpoint.ts'

/**
 * Who of a family has to answer. `any`: whoever is first answers for the family, and another guardian may still say otherwise ·
 * `each`: the family counts when every guardian who has joined has answered · `once`: one answer a child, and it stands.
 */
export const receiptRule = z.enum(['any', 'each', 'once'], '请选择由谁来回执')
export type ReceiptRule = z.infer<typeof receiptRule>

/** 1/2, and who of the family has not answered: 爸爸. */
export const familyProgress = z.object({ done: z.int(), of: z.int(), missing: z.array(z.string()) })
export type FamilyProgress = z.infer<typeof familyProgress>

/** A guardian's own words, shown to them again. */
export const myObjection = z.object({ reason: z.string(), at: instant })
export type MyObjection = z.infer<typeof myObjection>

/** Guardians who answered differently: that they do, then what was agreed on; never why. */
export const familyDifference = z.object({
  /** null while the school has not talked to them. */
  settled: z.nullable(z.object({ decision: z.string(), by: z.string(), at: instant })),
})
export type FamilyDifference = z.infer<typeof familyDifference>

/** The two things guardians can have said, as a settlement names them. */
export const opinion = z.enum(['同意', '不同意'], '请选择同意还是不同意')

const said = z.object({
  /** 张三妈妈 */
  by: z.string(),
  at: instant,
  /** In the guardian's words; null for who is not the sender. */
  reason: z.nullable(z.string()),
  way: z.catch(z.enum(['app', 'paper', 'call', 'visit']), 'app'),
  enteredBy: z.nullable(z.string()),
})

export const objectionRow = z.object({
  studentId: objectId,
  number: z.string(),
  name: z.string(),
  objections: z.array(said),
  /** Who has confirmed or signed meanwhile: 张三爸爸. */
  agreed: z.array(z.string()),
  isConflict: z.boolean(),
  /** Nobody has looked after it yet. */
  isOpen: z.boolean(),
  settlement: z.nullable(z.object({ decision: z.string(), note: z.string(), by: z.string(), at: instant })),
})
export type ObjectionRow = z.infer<typeof objectionRow>

export const readObjections = endpoint({
  access: 'staff',
  summary: '一个班里对一封信有不同意见的家庭；原因只给发信的单位看',
  method: 'GET',
  path: '/letters/:letterId/sheets/:classId/objections',
  input: z.strictObject({ letterId: objectId, classId: objectId }),
  reply: z.object({
    className: z.string(),
    rows: z.array(objectionRow),
    abilities: z.object({ settle: z.boolean(), seeReasons: z.boolean() }),
  }),
})

export const settleObjection = endpoint({
  access: 'staff',
  summary: '和家里谈过以后，记下谈的结果',
  method: 'POST',
  path: '/letters/:letterId/sheets/:classId/objections/:studentId/settlement',
  input: z.strictObject({
    letterId: objectId,
    classId: objectId,
    studentId: objectId,
    decision: opinion,
    note: words('怎样谈的', 200),
  }),
  reply: done,
})

/** Families of a unit that wait for the sender: other opinions and guardians who differ. */
export const listOpenObjections = endpoint({
  access: 'staff',
  summary: '一个单位里等着处理的不同意见，按信和班，新的在前',
  method: 'GET',
  path: '/units/:unitId/objections',
  input: z.strictObject({ unitId: objectId }),
  reply: z.object({
    sheets: z.array(
      z.object({
        letterId: objectId,
        title: z.string(),
        classId: objectId,
        className: z.string(),
        families: z.int(),
      }),
    ),
  }),
})

const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/, '文件的校验值不对'))

/** What became of what was signed: it stands; a new edition took its letter's place; its letter was withdrawn; whoever signed was not of the family. */
export const copyStanding = z.catch(z.enum(['stands', 'corrected', 'withdrawn', 'voided']), 'stands')
export type CopyStanding = z.infer<typeof copyStanding>

export const checkSignedCopy = endpoint({
  access: 'public',
  summary: '凭文件的SHA-256核对：这份签收单和学校保存的一不一致。文件不上传，在查验人的电脑上算出',
  method: 'GET',
  path: '/signed-copies/checks/:sha256',
  input: z.strictObject({ sha256 }),
  reply: z.object({ isKept: z.boolean(), standing: z.optional(copyStanding) }),
})

/** What the school knows of a copy; names only for who may see the family. */
export const checkedCopy = z.object({
  title: z.string(),
  unitName: z.string(),
  version: z.int(),
  signedAt: instant,
  /** 张三妈妈; null for who may not see this family. */
  by: z.nullable(z.string()),
  childName: z.nullable(z.string()),
  className: z.nullable(z.string()),
  /** Given by somebody who turned out not to be of the family. */
  isVoided: z.boolean(),
  standing: z.optional(copyStanding),
  /** The text of the letter in the database is still the one that was signed. */
  isTextIntact: z.boolean(),
  /** Of an answer with photos: as signed, altered since, or gone with the account of who took them. */
  photos: z.optional(z.enum(['intact', 'altered', 'gone'])),
})
export type CheckedCopy = z.infer<typeof checkedCopy>

export const verifySignedCopy = endpoint({
  access: 'staff',
  summary: '查验一份签收单：是不是学校保存的原件，哪一封信、哪一版；孩子姓名只给能看这个家庭的人',
  method: 'GET',
  path: '/units/:unitId/signed-copies/:sha256',
  input: z.strictObject({ unitId: objectId, sha256 }),
  reply: z.object({ isKept: z.boolean(), copy: z.nullable(checkedCopy) }),
})
