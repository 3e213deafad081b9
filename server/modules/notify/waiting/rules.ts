/** How a message leaves: through WeChat, or as a text message where WeChat did not reach. Each way has these fields of its own. */
export type Way = 'wechat' | 'text'

interface Fields {
  status?: string
  dueAt?: Date | { $lte: Date } | 1
  leaseId?: string
  leaseUntil?: Date | { $lte: Date }
}

/** What is said of a message on one of the ways, by the names of that way’s fields. */
export const on = (way: Way, said: Fields): Record<string, unknown> =>
  way === 'wechat'
    ? { ...said }
    : Object.fromEntries(Object.entries(said).map(([key, it]) => [`sms.${key}`, it]))

/** Due later, and in nobody’s hands. */
export const later = (way: Way, dueAt: Date) => on(way, { dueAt, leaseUntil: new Date(0) })
