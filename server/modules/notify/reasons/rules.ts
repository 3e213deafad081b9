import type { SentStatus } from '#contract/notify'

/** Why a message did not arrive. */
const REASONS = {
  noAddress: '还没有用微信登录过',
  noConsent: '没有允许微信提醒，可在小程序的消息里看到',
  noTemplate: '微信提醒还没有开通，可在小程序的消息里看到',
  tooLate: '过了时间，没有再发',
  notNeeded: '已经看过或办好了，没有再发',
  notTheirs: '孩子或家长有变动，没有再发',
  switchedOff: '本人关掉了这种提醒',
  badValue: '内容不合微信的格式',
  refused: '微信没有接受',
  notDelivered: '微信没有送达',
  gaveUp: '多次没有发出',
  lost: '发送时中断，不知道是否送达，不会重发',
} as const
export type Reason = keyof typeof REASONS
export const REASON_NAMES = Object.keys(REASONS) as Reason[]

/** Nothing has arrived and it would still be of use: the second way begins where the first one has ended so. */
const NOT_ARRIVED: readonly Reason[] = [
  'noAddress',
  'noConsent',
  'noTemplate',
  'badValue',
  'refused',
  'notDelivered',
  'gaveUp',
]
export const leavesText = (reason: Reason) => NOT_ARRIVED.includes(reason)

export function explain(status: SentStatus, reason: Reason | null, errcode: number | null): string | null {
  if (status === 'withdrawn') return '已撤回'
  if (!reason || status === 'sent' || status === 'pending') return null
  return errcode === null || reason === 'noConsent'
    ? REASONS[reason]
    : `${REASONS[reason]}（错误码${errcode}）`
}
