const DAY_MS = 86_400_000

/** The school whose word is waited for is reminded after a week and after three; after thirty days the transfer ends. */
export const REMIND_DAYS = [7, 21] as const
export const EXPIRE_DAYS = 30

const daysSince = (since: Date, now: Date) => (now.getTime() - since.getTime()) / DAY_MS

/** The last reminder that is due, by its day; null before the first. */
export const reminderFor = (since: Date, now: Date) =>
  REMIND_DAYS.findLast((it) => daysSince(since, now) >= it) ?? null

export const isOver = (since: Date, now: Date) => daysSince(since, now) >= EXPIRE_DAYS

export const before = (days: number, now: Date) => new Date(now.getTime() - days * DAY_MS)
