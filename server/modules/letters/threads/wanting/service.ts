import { Types } from 'mongoose'
import { holdersAt } from '../../../accounts/holders/desks/service.ts'
import { withdrawnAmong } from '../../../accounts/service.ts'
import type { Pointless } from '../../../notify/dispatch/rules.ts'
import { joinedGuardiansOf } from '../../../org/audiences/service.ts'
import { keptAwayAmong } from '../../../org/families/bars/service.ts'
import { deskKey } from '../desks/rules.ts'
import { subjectOf } from '../messages/rules.ts'
import { ThreadModel, type ThreadRecord } from '../model.ts'
import { pointlessReply, readKey } from './rules.ts'

const idsOf = (all: readonly string[]) => unique(all).map((it) => new Types.ObjectId(it))
const unique = <T>(all: readonly T[]) => [...new Set(all)]

/**
 * Of messages about threads that are about to go, those that are pointless by now: read or answered since, the post with somebody else, the
 * guardian no longer of the family, somebody kept away by a court. Five reads for a batch, whatever its size.
 */
export async function pointlessReplies(
  messages: readonly { _id: string }[],
  now: Date,
): Promise<Map<string, Pointless>> {
  const asked = messages.flatMap(({ _id }) => readKey(_id) ?? [])
  if (asked.length === 0) return new Map()
  const studentIds = idsOf(asked.map((it) => it.studentId))
  const letterIds = asked.flatMap(({ below }) => ('letterId' in below ? below.letterId : []))
  const threadIds = asked.flatMap(({ below }) => ('threadId' in below ? below.threadId : []))
  const threads = await ThreadModel.find({
    $or: [
      { studentId: { $in: studentIds }, letterId: { $in: idsOf(letterIds) } },
      { _id: { $in: idsOf(threadIds) } },
    ],
  }).lean<ThreadRecord[]>()
  const [bonds, away, silent, held] = await Promise.all([
    joinedGuardiansOf(studentIds),
    keptAwayAmong(studentIds),
    withdrawnAmong(unique(asked.map((it) => it.personId))),
    holdersAt(
      unique(threads.map((it) => String(it.deskUnitId))),
      unique(threads.map((it) => it.deskPost)),
      now,
    ),
  ])
  const byKey = new Map(threads.map((it) => [subjectOf(it), it]))
  const families = new Set(bonds.map((it) => `${String(it.personId)} ${String(it.studentId)}`))
  const kept = new Set(away.map((it) => `${it.personId} ${it.studentId}`))
  const desks = new Set(held.map((it) => `${it.personId} ${deskKey(it)}`))
  return new Map(
    asked.flatMap((it) => {
      const isKept = kept.has(`${it.personId} ${it.studentId}`)
      const thread = isKept ? undefined : byKey.get(it.subject)
      const isTheirs =
        it.kind === 'reply'
          ? families.has(`${it.personId} ${it.studentId}`) && !silent.has(it.personId)
          : desks.has(`${it.personId} ${thread?.desk}`)
      const why = pointlessReply(it, thread, isTheirs)
      return why ? [[it.id, why] as const] : []
    }),
  )
}
