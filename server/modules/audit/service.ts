import { Types } from 'mongoose'
import { asking } from '../../http/asking.ts'
import { AuditModel } from './model.ts'
import type { Act } from './rules.ts'

export interface Done {
  /** The unit it was done in. */
  unit?: { unitId: string; path: string } | undefined
  /** Children whose data was seen or changed. */
  studentIds?: readonly string[] | undefined
  /** The person it was done to. */
  personId?: string | undefined
  /** In words for people; never a phone or a document number. */
  detail?: string | undefined
  /** Who did it, where no signed-in request is running: a sign-in itself, a job begun by somebody. */
  actor?: { personId: string; role: 'guardian' | 'staff' } | undefined
}

/**
 * Adds one line to the audit log: who and from where comes from the request that is running. Written before the answer leaves, in the same
 * transaction where there is one: what is not in the log was not done.
 */
export async function record(act: Act, done: Done, now: Date) {
  const running = asking()
  const actor = done.actor ?? running?.actor ?? null
  await AuditModel.create({
    at: now,
    act,
    actorId: actor ? new Types.ObjectId(actor.personId) : null,
    actorRole: actor?.role ?? null,
    ip: running?.caller.ip ?? '',
    device: running?.caller.device ?? '',
    unitId: done.unit ? new Types.ObjectId(done.unit.unitId) : null,
    path: done.unit?.path ?? '',
    studentIds: (done.studentIds ?? []).map((it) => new Types.ObjectId(it)),
    personId: done.personId ? new Types.ObjectId(done.personId) : null,
    detail: done.detail ?? '',
  })
}
