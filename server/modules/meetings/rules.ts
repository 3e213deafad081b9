import { shanghaiInstant } from '../../infra/clock.ts'

export interface Plan {
  /** `YYYY-MM-DD`, Asia/Shanghai. */
  day: string
  from: string
  until: string
  lengthMinutes: number
  gapMinutes: number
}

export interface Span {
  startAt: Date
  endAt: Date
}

const MINUTE_MS = 60_000

/** How far ahead slots may be opened, in days: a school plans a month. */
export const MOST_DAYS_AHEAD = 60

/** The appointments that fit: 16:00–18:00 with 15 minutes and 5 between gives exactly six. */
export function spansOf({ day, from, until, lengthMinutes, gapMinutes }: Plan): Span[] {
  const end = shanghaiInstant(day, until).getTime()
  const spans: Span[] = []
  let start = shanghaiInstant(day, from).getTime()
  while (start + lengthMinutes * MINUTE_MS <= end) {
    spans.push({ startAt: new Date(start), endAt: new Date(start + lengthMinutes * MINUTE_MS) })
    start += (lengthMinutes + gapMinutes) * MINUTE_MS
  }
  return spans
}

export const overlaps = (a: Span, b: Span) => a.startAt < b.endAt && b.startAt < a.endAt

/** A family may cancel until the call begins; after that there is nothing left to cancel. */
export const canCancel = (slot: Span, now: Date) => now < slot.startAt
