import type { StaffActor } from '../../../../http/actor.ts'
import { Refusal } from '../../../../http/errors.ts'
import { unitScope, type UnitScope } from '../../../org/policy.ts'
import { waitedSince } from '../hours/rules.ts'
import { isWorkday } from '../hours/service.ts'
import type { ThreadRecord } from '../model.ts'
import { keptFrom } from '../private/service.ts'
import { PRINCIPAL_WORKDAYS } from '../rules.ts'
import { findThread } from '../service.ts'

declare const proven: unique symbol

/** Whoever answers for a school, at that school. */
export type Head = Readonly<{
  unitId: string
  post: 'principal' | 'school_admin'
  scope: UnitScope<'writeLetters'>
}> & { readonly [proven]: 'Head' }

/** A thread of that school that nobody has answered for too long. */
export type OverdueThread = Readonly<{ head: Head; thread: ThreadRecord }> & {
  readonly [proven]: 'OverdueThread'
}

const HEADS = ['principal', 'school_admin'] as const

export async function headOf(actor: StaffActor, unitId: string): Promise<Head> {
  const scope = await unitScope(actor, unitId, 'writeLetters')
  const post = HEADS.find((it) => actor.posts.some((held) => held.unitId === unitId && held.post === it))
  if (!post) throw new Refusal('forbidden', '没有人回复的，由这所学校的负责人来看')
  return { unitId, post, scope } as Head
}

const isKeptFromHead = async (thread: ThreadRecord, { scope }: Head) =>
  (await keptFrom(thread)).includes(scope.personId)

/** Answered meanwhile, or not yet late, it is nothing to the head of the school. */
export async function overdueThread(head: Head, threadId: string, now: Date): Promise<OverdueThread> {
  const thread = await findThread(threadId)
  if (!thread || String(thread.schoolId) !== head.unitId || (await isKeptFromHead(thread, head))) {
    throw new Refusal('not_found', '没有这段往来')
  }
  const late = waitedSince(now, PRINCIPAL_WORKDAYS, isWorkday)
  if (thread.state !== 'waiting' || !thread.waitingSince || thread.waitingSince >= late) {
    throw new Refusal('conflict', '已经有人回复，或还没有超过五个工作日')
  }
  return { head, thread } as OverdueThread
}
