import type { readReminderPlan, ReminderRound, ReminderStep } from '#contract/reminding'
import type { UnreachedCause, UnreachedCounts } from '#contract/unreached'
import type * as z from 'zod/mini'
import { dateTime } from '../../format/date'
import { count } from '../../format/number'

/** The steps a letter may take, in the order of the days. */
export const STEP_TEXT: Record<ReminderStep, string> = {
  after1: '发出后1天',
  after2: '发出后2天',
  after4: '发出后4天',
  after7: '发出后7天',
  before3: '截止前3天',
  before1: '截止前1天',
  onDay: '截止当天',
}
export const STEPS = Object.keys(STEP_TEXT) as ReminderStep[]
export const USUAL: ReminderStep[] = ['after2', 'before1', 'onDay']

/** Steps that are counted from the last day say nothing where there is none. */
export const needsDay = (step: ReminderStep) => step === 'before3' || step === 'before1' || step === 'onDay'

/** 提醒 23 人：微信送出 18，短信 2，还在等 1，已先看完 1，没送到 1 */
export function roundText({ people, sent, texted, waiting, spared, missed }: ReminderRound): string {
  if (people === 0) return '那时没有可以提醒的家长'
  const parts: [string, number][] = [
    ['微信送出', sent],
    ['短信', texted],
    ['还在等', waiting],
    ['不用再提醒', spared],
    ['没送到', missed],
  ]
  const said = parts.filter(([, count]) => count > 0).map(([text, count]) => `${text}${count}`)
  return `${people}人：${said.join('，')}`
}

type Plan = Pick<z.output<(typeof readReminderPlan)['reply']>, 'remindable' | 'remindAfter'>

/** Why pressing 提醒 would reach nobody now; empty where it would, or where nobody has counted. */
export function whyNotNow({ remindable, remindAfter }: Plan): string {
  if (remindAfter) return `刚提醒过，${dateTime(remindAfter)}以后可以再提醒`
  if (!remindable || remindable.wechat + (remindable.text ?? 0) > 0) return ''
  return '今天已经提醒过，或提醒不到'
}

/** 5/7，短信再通知1家 */
export const remindableText = ({ families, wechat, text }: NonNullable<Plan['remindable']>) =>
  `${count(wechat)}/${count(families)}${text ? `，短信再通知${count(text)}家` : ''}`

/** What is the matter, and the next best step. */
export const CAUSE_TEXT: Record<UnreachedCause, { cause: string; step: string }> = {
  notJoined: { cause: '没有加入', step: '把班级码发给家长，或送一份纸质通知' },
  wrongNumber: { cause: '号码不对或没有', step: '核对、补上花名册上的手机号' },
  noWechat: { cause: '没有用微信登录过', step: '请家长在微信里打开一次小程序' },
  switchedOff: { cause: '关闭了提醒', step: '打电话，或在班级群里说一声' },
  noConsent: { cause: '提醒次数用完', step: '打电话，并请家长打开信点“提醒我”' },
}
export const CAUSES = Object.keys(CAUSE_TEXT) as UnreachedCause[]

export const totalOf = (counts: Partial<UnreachedCounts>) =>
  CAUSES.reduce((sum, it) => sum + (counts[it] ?? 0), 0)
