import { dateTime, dayKey, timeOf } from '../../format/date'

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
