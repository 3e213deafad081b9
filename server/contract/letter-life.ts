import * as z from 'zod/mini'
import { endpoint, instant, objectId, words } from './endpoint.ts'
import { confirmation, letter, letterLine, requestId, tally } from './letters.ts'

/** A letter that a family had read and that its author took back, with the author's reason. */
export const withdrawnLetter = z.object({
  id: objectId,
  title: z.string(),
  from: z.string(),
  sentAt: instant,
  withdrawnAt: instant,
  reason: z.string(),
})
export type WithdrawnLetter = z.infer<typeof withdrawnLetter>

export const listMyWithdrawnLetters = endpoint({
  access: 'guardian',
  summary: '我家读过、后来被撤回的信，连同老师写的原因；两个月以内',
  method: 'GET',
  path: '/me/children/:studentId/withdrawn-letters',
  input: z.strictObject({ studentId: objectId }),
  reply: z.object({ letters: z.array(withdrawnLetter) }),
})

/** Which kinds a unit wants to see before units below it send them. */
const kinds = z
  .array(z.enum(['letter', 'notice'], '请选择家长信或通知'), '请选择家长信或通知')
  .check(z.maxLength(2))

const settings = z.object({
  /** Empty: nothing has to be seen. */
  asksApproval: kinds,
  abilities: z.object({ change: z.boolean() }),
})

export const readLetterSettings = endpoint({
  access: 'staff',
  summary: '一个单位对下级发信的规定：哪些要先审核',
  method: 'GET',
  path: '/units/:unitId/letter-settings',
  input: z.strictObject({ unitId: objectId }),
  reply: settings,
})

export const setLetterSettings = endpoint({
  access: 'staff',
  summary: '规定下级单位的家长信、通知是否先审核再发',
  method: 'PUT',
  path: '/units/:unitId/letter-settings',
  input: z.strictObject({ unitId: objectId, asksApproval: kinds }),
  reply: settings,
})

/** When a letter goes out once somebody has said yes: at once or at an hour; left out, its author sends it. */
const thenSend = z.optional(z.nullable(z.object({ at: z.nullable(instant) })))

export const submitLetter = endpoint({
  access: 'staff',
  summary: '把草稿提交给要求审核的上级单位；可以约定通过后马上发出，或者到时候发出',
  method: 'POST',
  path: '/letters/:letterId/submission',
  input: z.strictObject({ letterId: objectId, thenSend }),
  reply: letter,
})

export const recallLetter = endpoint({
  access: 'staff',
  summary: '收回提交审核的信，退回草稿',
  method: 'POST',
  path: '/letters/:letterId/recall',
  input: z.strictObject({ letterId: objectId }),
  reply: letter,
})

/** A letter that waits for a yes, with what its approver has to know at a glance. */
export const submittedLetter = z.object({
  ...letterLine.shape,
  submittedAt: instant,
  submittedBy: z.string(),
  /** What exactly is said yes to. */
  hash: z.string(),
  thenSend,
  /** Kept back because WeChat was in doubt about its words, or could not be asked. */
  isForSafety: z.boolean(),
  /** Written by whoever looks: somebody else has to say yes. */
  isMine: z.boolean(),
})
export type SubmittedLetter = z.infer<typeof submittedLetter>

export const listSubmittedLetters = endpoint({
  access: 'staff',
  summary: '等着这个单位审核的信和通知，先交的在前',
  method: 'GET',
  path: '/units/:unitId/submitted-letters',
  input: z.strictObject({ unitId: objectId }),
  reply: z.object({ letters: z.array(submittedLetter) }),
})

/** Who has to see what is written for a unit before it goes out; null where nobody has. */
export const readWritingRules = endpoint({
  access: 'staff',
  summary: '在这个单位写的信和通知，要不要先给上级单位审核',
  method: 'GET',
  path: '/units/:unitId/writing-rules',
  input: z.strictObject({ unitId: objectId }),
  reply: z.object({ letter: z.nullable(z.string()), notice: z.nullable(z.string()) }),
})

export const listScheduledLetters = endpoint({
  access: 'staff',
  summary: '一个单位排好时间的信，先发的在前',
  method: 'GET',
  path: '/units/:unitId/scheduled-letters',
  input: z.strictObject({ unitId: objectId }),
  reply: z.object({ letters: z.array(letterLine) }),
})

export const rescheduleLetter = endpoint({
  access: 'staff',
  summary: '改一封信的发送时间',
  method: 'PUT',
  path: '/letters/:letterId/hour',
  input: z.strictObject({ letterId: objectId, sendAt: instant }),
  reply: letter,
})

const seen = z.string().check(z.regex(/^[0-9a-f]{64}$/, '编号不对'))

export const decideLetter = endpoint({
  access: 'staff',
  summary: '通过一封信，或者写明意见退回',
  method: 'POST',
  path: '/letters/:letterId/decision',
  input: z.strictObject({
    letterId: objectId,
    /** What was read: what was changed meanwhile has to be read again. */
    hash: seen,
    approve: z.boolean('请选择通过或退回'),
    words: z.optional(words('退回的意见', 100)),
  }),
  reply: letter,
})

export const approveLetters = endpoint({
  access: 'staff',
  summary: '一次通过几封看过的信；改过、收回或自己写的不算在内',
  method: 'POST',
  path: '/units/:unitId/letter-approvals',
  input: z.strictObject({
    unitId: objectId,
    letters: z
      .array(z.strictObject({ letterId: objectId, hash: seen }), '请选择要通过的信')
      .check(z.minLength(1, '请选择要通过的信'), z.maxLength(50, '一次最多通过50封')),
  }),
  reply: z.object({ approved: z.array(objectId) }),
})

const begun = {
  letterId: objectId,
  unitId: objectId,
  requestId,
}

export const copyLetter = endpoint({
  access: 'staff',
  summary: '把自己的或上级发来的一封信复制成新的草稿',
  method: 'POST',
  path: '/units/:unitId/letters/:letterId/copy',
  input: z.strictObject(begun),
  reply: letter,
})

export const forwardLetter = endpoint({
  access: 'staff',
  summary: '以本单位的名义把上级的信转发给自己的家长，前面加上自己的话；得到一份草稿',
  method: 'POST',
  path: '/units/:unitId/letters/:letterId/forward',
  input: z.strictObject({ ...begun, preface: words('写在前面的话', 500) }),
  reply: letter,
})

export const keepForward = endpoint({
  access: 'staff',
  summary: '原信撤回或更正了，本单位转发的这封照旧保留',
  method: 'POST',
  path: '/letters/:letterId/forward-kept',
  input: z.strictObject({ letterId: objectId }),
  reply: letter,
})

export const takeCorrection = endpoint({
  access: 'staff',
  summary: '原信更正了：把新的原文放进本单位转发的信，得到一份更正的草稿',
  method: 'POST',
  path: '/letters/:letterId/source-correction',
  input: z.strictObject({ letterId: objectId, requestId }),
  reply: letter,
})

export const listForwards = endpoint({
  access: 'staff',
  summary: '一封信有哪些单位转发了，各有多少家庭读过；一页一百个，撤回了几个',
  method: 'GET',
  path: '/units/:unitId/letters/:letterId/forwards',
  input: z.strictObject({ letterId: objectId, unitId: objectId, after: z.optional(objectId) }),
  reply: z.object({
    next: z.optional(z.nullable(objectId)),
    /** Of all pages: letters that stand, those taken back, and the receipts of the former. */
    standing: z.optional(z.int()),
    withdrawn: z.optional(z.int()),
    total: z.optional(z.object({ expected: z.int(), read: z.int() })),
    forwards: z.array(
      z.object({
        letterId: objectId,
        unitId: objectId,
        unitName: z.string(),
        isWithdrawn: z.boolean(),
        sentAt: instant,
        confirmation,
        tally,
      }),
    ),
  }),
})
