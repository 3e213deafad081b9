const DAY_MS = 86_400_000

/** A 班主任 is reminded after three days and after ten; after fourteen the request ends (issue 4). */
export const REMIND_DAYS = [3, 10] as const
export const EXPIRE_DAYS = 14

const daysSince = (askedAt: Date, now: Date) => (now.getTime() - askedAt.getTime()) / DAY_MS

/** The last reminder that is due for a request, by its day; null before the first. */
export const reminderFor = (askedAt: Date, now: Date) =>
  REMIND_DAYS.findLast((it) => daysSince(askedAt, now) >= it) ?? null

export const isOver = (askedAt: Date, now: Date) => daysSince(askedAt, now) >= EXPIRE_DAYS

export const before = (days: number, now: Date) => new Date(now.getTime() - days * DAY_MS)
