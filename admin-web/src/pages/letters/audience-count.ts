import type { countAudience } from '#contract/letters'
import type * as z from 'zod/mini'
import { dateTime, dayKey, timeOf } from '../../format/date'
import { count } from '../../format/number'

export type AudienceFigures = z.output<(typeof countAudience)['reply']>

/** （截至20:05，正在重新数） */
export function ageInWords(
  { countedAt, isCounting }: { countedAt?: string | null; isCounting?: boolean },
  now: Date,
): string {
  if (!countedAt) return ''
  const isToday = dayKey(countedAt) === dayKey(now)
  const at = isToday ? timeOf(countedAt) : dateTime(countedAt, now)
  return `（截至${at}${isCounting ? '，正在重新数' : ''}）`
}

/** 正在数：8个区县已数3个 */
export const progressInWords = ({ done, of }: NonNullable<AudienceFigures['progress']>) =>
  `正在数：${of}个区县已数${done}个`

/** ：微信提醒30家，另有2家收短信，3家要自己打开小程序才看到 */
export function reachInWords({ reach, joined }: Pick<AudienceFigures, 'reach' | 'joined'>): string {
  if (joined === 0) return ''
  if (!reach) return '（范围大，没有逐家去数微信能提醒多少家）'
  const { wechat, text, app, texts } = reach
  const said = [
    ...(wechat > 0 ? [`微信能提醒${count(wechat)}家`] : ['微信都提醒不到']),
    ...(text ? [`短信再通知${count(text)}家${moneyInWords(texts)}`] : []),
    ...(app > 0 ? [`${wechat + (text ?? 0) > 0 ? `另${count(app)}家` : ''}要自己打开小程序才看到`] : []),
  ]
  return `：${said.join('，')}`
}

/** ；71家还没有家长加入，收不到 */
export const unjoinedInWords = ({ families, joined }: Pick<AudienceFigures, 'families' | 'joined'>) =>
  families > joined ? `；${count(families - joined)}家还没有家长加入，收不到` : ''

type Texts = NonNullable<AudienceFigures['reach']>['texts']

/** （今天的短信钱还够发2条，其余的明天起接着发） where the money does not cover all of them. */
function moneyInWords(texts: Texts): string {
  if (!texts || texts.needed <= texts.paid) return ''
  const [period, rest] = texts.of === 'day' ? ['今天', '明天起接着发'] : ['这个月', '只在小程序里看到']
  if (texts.paid === 0) return `（${period}的短信钱用完了，${texts.of === 'day' ? rest : `这些家庭${rest}`}）`
  return `（${period}的短信钱还够发${count(texts.paid)}条，其余的${rest}）`
}
