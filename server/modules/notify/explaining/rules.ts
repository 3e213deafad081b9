import type { SentStatus } from '#contract/notify'
import type { Silence } from '../reach/rules.ts'
import { explain, type Reason } from '../rules.ts'

interface Fate {
  status: SentStatus
  reason?: Reason | null | undefined
  errcode?: number | null | undefined
  sms?: { status: string } | null | undefined
  readAt?: Date | null | undefined
}

const ON_THE_WAY: Partial<Record<SentStatus, string>> = {
  pending: '等待发送',
  sending: '正在发送',
  sent: '微信已送出',
  unknown: '发送时中断，不知道是否送达，不会重发',
}
const BY_TEXT: Record<string, string> = {
  sent: '已改发短信',
  pending: '将改发短信',
  failed: '短信也没有送到',
  unknown: '短信发送时中断',
}

/** What became of a message, as one says it on the phone. */
export function outcomeOf({ status, reason, errcode, sms, readAt }: Fate): string {
  const said = ON_THE_WAY[status] ?? explain(status, reason ?? null, errcode ?? null) ?? '没有发出'
  const parts = [said, sms ? BY_TEXT[sms.status] : undefined, readAt ? '在小程序里看过了' : undefined]
  return parts.filter(Boolean).join('；')
}

/** What to tell somebody who asks why nothing came. */
export const HINTS: Record<Silence | 'reached' | 'notJoined' | 'optedOut' | 'badNumber', string> = {
  reached: '现在微信能提醒到这位家长',
  notJoined: '这位家长还没有加入，请先用班级码加入',
  noWechat: '还没有用微信登录过小程序，请在微信里打开一次',
  noTemplate: '本系统还没有开通这种微信提醒',
  switchedOff: '本人在微信设置里关闭了提醒，可在“我的 → 微信提醒”里打开',
  noConsent: '微信提醒的次数用完了，请打开任意一封信，点“提醒我”',
  hadToday: '今天已经提醒过一次，其余的明早7点以后合成一条发出',
  optedOut: '本人退订了短信',
  badNumber: '短信发不到这个号码，请核对手机号',
}
