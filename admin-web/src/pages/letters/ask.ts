import { type LetterForm, plainForm } from '#contract/letter-form'
import type { ReceiptRule } from '#contract/letter-receipts'
import { type Draft, withConfirmation } from './draft'

/** What families are asked for, as an author chooses it. */
export type Level = 'read' | 'confirm' | 'choose' | 'sign'

export const LEVEL_TEXT: Record<Level, string> = {
  read: '看过就好',
  confirm: '点确认',
  choose: '选一项',
  sign: '手写签字',
}

export const LEVEL_HELP: Record<Level, string> = {
  read: '家长打开就算完成',
  confirm: '家长读完点一下“我已阅读并确认”；不同意的可以写明意见，只有您看得到',
  choose: '信末是几个大按钮，家长点一下就答好了，比如：参加、不参加',
  sign: '家长用手指写上姓名，留下不可改动的签收单；不同意的可以写明意见，只有您看得到',
}

export const RULE_TEXT: Record<ReceiptRule, string> = {
  any: '任何一位家长',
  each: '每位家长',
  once: '一个孩子一次',
}

export const RULE_HELP: Record<ReceiptRule, string> = {
  any: '哪位家长先交回执都算这家完成；另一位想法不同，也可以说',
  each: '已加入的每位家长都交了回执，这家才算完成；完成以后才加入的家长，不再要他交',
  once: '一个孩子交一次就定了，另一位家长不能再交',
}

/** Staff are asked to read, or to confirm; a form is filled in by the office once, or by each. */
export const STAFF_LEVELS: readonly Level[] = ['read', 'confirm']
export const STAFF_LEVEL_HELP = {
  read: '老师打开就算完成',
  confirm: '老师读完点一下“点确认”；下面有表的，交了表就算完成',
} as const
export const STAFF_RULE_TEXT = { once: '一个单位一份', each: '每位老师一份' } as const
export const STAFF_RULE_HELP = {
  once: '一所学校交一份回执，谁先填都行；同事看得到，截止以前都能改',
  each: '收到信的老师各填一份',
} as const

export const levelOf = ({ form, confirmation }: Pick<Draft, 'form' | 'confirmation'>): Level =>
  form?.isPlain ? 'choose' : confirmation

const FIRST_CHOICE = { options: ['同意', '不同意'], reasonFor: ['不同意'], needsReason: true }

/** Another level; a choice comes and goes with its buttons, a form that was made stays. */
export function withLevel(draft: Draft, level: Level): Draft {
  const form = draft.form?.isPlain ? null : draft.form
  if (level === 'choose') {
    const next = withConfirmation(draft, 'confirm')
    return { ...next, pledge: '', form: plainForm(FIRST_CHOICE, draft.receiptRule) }
  }
  return { ...withConfirmation(draft, level), form: level === 'read' ? null : form }
}

/** Who has to answer; a form carries the rule itself. */
export const withRule = (draft: Draft, receiptRule: ReceiptRule): Draft => ({
  ...draft,
  receiptRule,
  form: draft.form && { ...draft.form, answeredBy: receiptRule },
})

export const ruleOf = ({ form, receiptRule }: Pick<Draft, 'form' | 'receiptRule'>): ReceiptRule =>
  form?.answeredBy ?? receiptRule

export const emptyForm = (answeredBy: ReceiptRule): LetterForm => ({ answeredBy, fields: [] })
