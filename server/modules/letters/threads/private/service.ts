import { Types } from 'mongoose'
import { joinedGuardiansOf } from '../../../org/audiences/service.ts'
import { childrenKeptFrom, keptAwayAmong } from '../../../org/families/bars/service.ts'
import { childrenOf } from '../../../org/families/service.ts'
import type { ThreadRecord } from '../model.ts'
import { isKnownTo } from './rules.ts'

/** Whose a thread is. */
export interface Owned {
  studentId: Types.ObjectId | string
  privateTo: Types.ObjectId | string | null
}

const guardiansOf = (studentId: Owned['studentId']) => joinedGuardiansOf([new Types.ObjectId(studentId)])

/** What of a child's threads this guardian knows of. */
export const knownTo = (personId: string) => ({ privateTo: { $in: [null, new Types.ObjectId(personId)] } })

/**
 * From whom a thread is kept, whatever post they hold at the school: whoever a court keeps away from the child, and of 悄悄说 its other
 * guardians.
 */
export async function keptFrom(thread: Owned): Promise<string[]> {
  return (await keptFromEach([thread])).get(thread) ?? []
}

/** The same for each of some threads, in two reads. */
export async function keptFromEach<T extends Owned>(threads: readonly T[]): Promise<Map<T, string[]>> {
  const [away, bonds] = await Promise.all([
    keptAwayAmong(studentsOf(threads)),
    joinedGuardiansOf(studentsOf(threads.filter((it) => it.privateTo))),
  ])
  return new Map(
    threads.map((thread) => {
      const isOfChild = (it: { studentId: unknown }) => String(it.studentId) === String(thread.studentId)
      const others = thread.privateTo ? bonds.filter(isOfChild).map((it) => String(it.personId)) : []
      const kept = [
        ...away.filter(isOfChild).map((it) => it.personId),
        ...others.filter((it) => !isKnownTo(thread, it)),
      ]
      return [thread, kept]
    }),
  )
}

const studentsOf = (threads: readonly Owned[]) =>
  [...new Set(threads.map((it) => String(it.studentId)))].map((it) => new Types.ObjectId(it))

/** Leaves out of a search what is kept from this member of staff as a parent, or as one whom a court keeps away. */
export async function notKeptFrom(personId: string) {
  const [children, away] = await Promise.all([childrenOf(personId), childrenKeptFrom(personId)])
  const own = children.map((it) => new Types.ObjectId(it.studentId))
  const others = { $nin: [null, new Types.ObjectId(personId)] }
  const kept = [
    ...(own.length > 0 ? [{ studentId: { $in: own }, privateTo: others }] : []),
    ...(away.length > 0 ? [{ studentId: { $in: away } }] : []),
  ]
  return kept.length > 0 ? { $nor: kept } : {}
}

const MOVED = '孩子已经转到别的学校，这段往来只能看'
const ALONE = '这位家长现在不是孩子的家长了，这段悄悄说只能看'

/** Why a post cannot write (any more), in a sentence; null while it can. */
export async function closedFor(thread: Owned & Pick<ThreadRecord, 'movedAt'>): Promise<string | null> {
  if (thread.movedAt) return MOVED
  if (!thread.privateTo) return null
  const bonds = await guardiansOf(thread.studentId)
  return bonds.some((it) => String(it.personId) === String(thread.privateTo)) ? null : ALONE
}
