import { shanghaiDay, shanghaiInstant, shanghaiMinutes } from '../../../infra/clock.ts'

/** Nobody is rung up by a reminder between 21:30 and 7:00 (wechat.md, what parents expect 14). */
const QUIET_FROM = 21 * 60 + 30
const QUIET_TO = 7 * 60
const DAY_MS = 86_400_000

export function isQuiet(at: Date) {
  const minutes = shanghaiMinutes(at)
  return minutes >= QUIET_FROM || minutes < QUIET_TO
}

/** The moment itself, or seven in the morning when it falls into quiet hours. */
export function afterQuietHours(at: Date): Date {
  if (!isQuiet(at)) return at
  const isEvening = shanghaiMinutes(at) >= QUIET_FROM
  return shanghaiInstant(shanghaiDay(isEvening ? new Date(at.getTime() + DAY_MS) : at), '07:00')
}

/** Tomorrow at seven: what has to wait for another day. */
export const nextMorning = (at: Date) =>
  shanghaiInstant(shanghaiDay(new Date(at.getTime() + DAY_MS)), '07:00')
