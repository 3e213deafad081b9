/** Why WeChat would not ring somebody up at this moment. */
export const SILENCES = ['noWechat', 'noTemplate', 'switchedOff', 'noConsent', 'hadToday'] as const
export type Silence = (typeof SILENCES)[number]

export interface Known {
  openId: string | undefined
  /** The template of the kind that is asked about, if the installation has one. */
  hasTemplate: boolean
  left: number
  isOff: boolean
  hadToday: boolean
}

/** The first reason there is; null when it would. The order is that of what can be done about it. */
export function silenceOf({ openId, hasTemplate, left, isOff, hadToday }: Known): Silence | null {
  if (!openId) return 'noWechat'
  if (!hasTemplate) return 'noTemplate'
  if (isOff) return 'switchedOff'
  if (left <= 0) return 'noConsent'
  return hadToday ? 'hadToday' : null
}
