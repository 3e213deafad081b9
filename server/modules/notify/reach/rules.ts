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

export interface Bond {
  studentId: string
  personId: string
}

/** Families by the loudest way in which one of their guardians hears of a message; the rest finds it in the mini-program. */
export function familiesByWay(
  bonds: readonly Bond[],
  rings: (personId: string) => boolean,
  isTexted: (personId: string) => boolean,
) {
  const ways = { wechat: 0, text: 0, app: 0 }
  for (const family of Map.groupBy(bonds, (it) => it.studentId).values()) {
    const has = (hears: (personId: string) => boolean) => family.some((it) => hears(it.personId))
    ways[has(rings) ? 'wechat' : has(isTexted) ? 'text' : 'app'] += 1
  }
  return ways
}
