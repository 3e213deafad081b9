import type { OutboxRecord } from '../model.ts'
import { leavesText } from '../rules.ts'

/** What of a bundle's lead says how their call ended. */
export type Lead = Pick<
  OutboxRecord,
  '_id' | 'status' | 'leaseId' | 'dueAt' | 'sentAt' | 'reason' | 'errcode'
>
type Rider = Pick<OutboxRecord, 'leaseId' | 'mayText'>

/**
 * What becomes of a message whose process died before it was told how the call had ended that it went along in. `lead` is as it stands now,
 * and may have been taken up anew meanwhile. Null while the call may still be under way.
 */
export function fateOf(rider: Rider, lead: Lead | undefined, now: Date): object | null {
  if (!lead) return LOST
  // Only what came back to the outbox is leased again: WeChat had put this call off, and nothing had arrived.
  if (lead.leaseId !== rider.leaseId || lead.status === 'withdrawn') return waits(now)
  const { status, sentAt, reason, errcode } = lead
  switch (status) {
    case 'sending':
      return null
    case 'pending':
      return waits(lead.dueAt > now ? lead.dueAt : now)
    case 'sent':
      return { status, sentAt, reason: null, errcode: null }
    case 'unknown':
      return LOST
    case 'failed':
    case 'unreachable': {
      const isTexted = Boolean(rider.mayText && reason && leavesText(reason))
      return { status, reason, errcode, ...(isTexted && { sms: { status: 'pending', dueAt: now } }) }
    }
  }
}

export const LOST = { status: 'unknown', reason: 'lost' } as const

/** It goes with the next message to its person, or by itself. */
const waits = (dueAt: Date) => ({ status: 'pending', dueAt, leaseUntil: new Date(0) })
