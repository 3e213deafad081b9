import type { MessageKind } from '#contract/notify'

/** What is written to members of staff alone. */
const STAFF_ONLY: readonly MessageKind[] = ['joinRequest', 'staffMatter', 'replyStaff']
/** What reaches them as well as families. */
const STAFF_TOO: readonly MessageKind[] = ['callBooked', 'callCancelled', 'callReminder', 'contentReturned']

/** Whether somebody in this role is ever sent a message of this kind: nothing else is offered to them. */
export const isFor = (kind: MessageKind, role: 'guardian' | 'staff') =>
  role === 'guardian' ? !STAFF_ONLY.includes(kind) : STAFF_ONLY.includes(kind) || STAFF_TOO.includes(kind)
