import type { Pointless } from '../../../notify/dispatch/rules.ts'
import type { ThreadRecord } from '../model.ts'

/** A message about a thread, as its key says it. */
export interface AskedReply {
  id: string
  kind: 'reply' | 'replyStaff'
  subject: string
  /** The letter it is below; of 悄悄说 the thread itself. */
  below: { letterId: string } | { threadId: string }
  studentId: string
  personId: string
  step: string
}

const KEY = /^(reply|replyStaff):((thread|private)-([0-9a-f]{24})-([0-9a-f]{24})):([0-9a-f]{24}):(.+)$/

export function readKey(id: string): AskedReply | null {
  const [, kind, subject = '', of, first = '', studentId = '', personId = '', step = ''] = KEY.exec(id) ?? []
  if (kind !== 'reply' && kind !== 'replyStaff') return null
  const below = of === 'private' ? { threadId: first } : { letterId: first }
  return { id, kind, subject, below, studentId, personId, step }
}

type Standing = Pick<ThreadRecord, 'state' | 'postSeq' | 'readBy' | 'isUrgent'>

/** Why a message about a thread need not go any more; null while it should. */
export function pointlessReply(
  { kind, personId, step }: AskedReply,
  thread: Standing | undefined,
  isTheirs: boolean,
): Pointless | null {
  if (!thread) return 'notTheirs'
  if (kind === 'reply') {
    if (!isTheirs) return 'notTheirs'
    return (thread.readBy[personId]?.seq ?? 0) >= thread.postSeq ? 'notNeeded' : null
  }
  // What speaks of danger goes to whoever was chosen for it, until somebody has taken it up.
  if (/^(urgent|raised)-/.test(step)) return thread.isUrgent ? null : 'notNeeded'
  if (!isTheirs) return 'notTheirs'
  return thread.state === 'waiting' ? null : 'notNeeded'
}
