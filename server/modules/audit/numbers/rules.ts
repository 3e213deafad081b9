import type { NumberReason } from '#contract/audit'

/** Why a number is needed, as people choose it. */
export const REASONS: Record<NumberReason, string> = {
  talk: '商量孩子的事',
  urgent: '紧急情况',
  check: '核对号码',
  other: '其他',
}

/** What is unmasked when it is not a phone. */
export const ID_NUMBER = '孩子的证件号'

/** 妈妈的号码（紧急情况）：孩子发烧了 */
export const whyInWords = (what: string, reason: NumberReason, words: string) =>
  `${what}（${REASONS[reason]}）：${words}`

/** More numbers than this in an hour is a list by another way, and a list needs an approval. */
export const MOST_AN_HOUR = 30
