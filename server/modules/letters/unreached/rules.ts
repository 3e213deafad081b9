import type { UnreachedCause, UnreachedCounts } from '#contract/unreached'
import type { UnitKind } from '#contract/org'
import { Refusal } from '../../../http/errors.ts'
import type { Silence } from '../../notify/reach/rules.ts'
import { DEPTH } from '../../org/tree/rules.ts'

export const CAUSES = ['notJoined', 'wrongNumber', 'noWechat', 'switchedOff', 'noConsent'] as const

/** In words, and what helps: for lists that are printed. */
export const CAUSE_WORDS: Record<UnreachedCause, { cause: string; step: string }> = {
  notJoined: { cause: '没有加入', step: '发班级码，或用纸质通知' },
  wrongNumber: { cause: '号码不对或没有', step: '核对、补上花名册上的手机号' },
  noWechat: { cause: '没有用微信登录过', step: '请家长在微信里打开一次小程序' },
  switchedOff: { cause: '关闭了提醒', step: '打电话，或在班级群里说' },
  noConsent: { cause: '微信提醒次数用完', step: '打电话，并请家长打开信点“提醒我”' },
}

interface Guardian {
  hasJoined: boolean
  /** The roster has a number, and no text message has found that there is none. */
  hasNumber: boolean
  isDenied: boolean
  /** Null: WeChat would ring this one up. */
  silence: Silence | null
}

/** What can be done first about a family decides its cause; null when somebody of it is reached, today or tomorrow. */
export function causeOf(guardians: readonly Guardian[]): UnreachedCause | null {
  const joined = guardians.filter((it) => it.hasJoined)
  if (joined.length === 0) {
    return guardians.some((it) => it.hasNumber && !it.isDenied) ? 'notJoined' : 'wrongNumber'
  }
  const silences = joined.map((it) => it.silence)
  if (silences.some((it) => it === null || it === 'hadToday')) return null
  if (silences.includes('noConsent') || silences.includes('noTemplate')) return 'noConsent'
  return silences.includes('switchedOff') ? 'switchedOff' : 'noWechat'
}

export function countCauses(causes: readonly UnreachedCause[]): UnreachedCounts {
  const counts: UnreachedCounts = { notJoined: 0, wrongNumber: 0, noWechat: 0, switchedOff: 0, noConsent: 0 }
  for (const it of causes) counts[it]++
  return counts
}

export const sumOf = (all: readonly UnreachedCounts[]): UnreachedCounts =>
  all.reduce((sum, it) => {
    const both = { ...sum }
    for (const cause of CAUSES) both[cause] += it[cause]
    return both
  }, countCauses([]))

export const totalOf = (counts: UnreachedCounts) => CAUSES.reduce((sum, it) => sum + counts[it], 0)

/** Above a school the schools are counted again when somebody looks, not sooner than after so long. */
const FRESH_MS = 10 * 60_000

export const isStale = ({ isDue, askedAt }: { isDue: boolean; askedAt: Date }, now: Date) =>
  !isDue && now.getTime() - askedAt.getTime() >= FRESH_MS

/** So many schools are named as those to call first. */
export const FIRST_SCHOOLS = 5

export const isAbove = ({ kind }: { kind: UnitKind }) => DEPTH[kind] < DEPTH.school

/** A list of names is a school's at the most. */
export function refuseAbove(scope: { kind: UnitKind }) {
  if (isAbove(scope)) throw new Refusal('forbidden', '名单按学校导出，请先选一所学校')
}
