import { Types } from 'mongoose'
import { type HeldBy, holdersAt, postsOf } from '../../../accounts/holders/desks/service.ts'
import { keptAwayAfter, keptAwayFrom } from '../../../org/families/bars/service.ts'
import { findStudents } from '../../../org/families/service.ts'
import { DEPTH, idAt, isWithin, SCHOOL_PATH } from '../../../org/tree/rules.ts'
import { subjectOf } from '../../../safety/pictures/rules.ts'
import { keepFrom } from '../../../safety/service.ts'
import { type Desk, deskKey, deskWords, keeperWords, OFFICES } from '../desks/rules.ts'
import { desksAround } from '../desks/service.ts'
import { picturesOf } from '../files/service.ts'
import { tellDesk } from '../messages/service.ts'
import { LineModel, type LineRecord, ThreadModel, type ThreadRecord } from '../model.ts'
import { keptFrom, keptFromEach, type Owned } from '../private/service.ts'

/** More threads than these no child has open. */
const MOST_OPEN = 200
/** Lines that somebody has to look at, of one child. */
const MOST_LINES = 1000

/** Lays a thread on another desk, with a line that says so; null when it has left this one meanwhile. Inside a transaction. */
export async function passOn(
  thread: ThreadRecord,
  to: Desk,
  words: string,
  now: Date,
): Promise<ThreadRecord | null> {
  const moved = await ThreadModel.findOneAndUpdate(
    { _id: thread._id, desk: thread.desk },
    {
      $inc: { seq: 1 },
      $set: {
        desk: deskKey(to),
        deskUnitId: new Types.ObjectId(to.unitId),
        deskPost: to.post,
        deskRead: null,
        deskToldAt: null,
      },
    },
    { returnDocument: 'after' },
  ).lean<ThreadRecord>()
  if (!moved) return null
  await LineModel.create([
    { threadId: moved._id, seq: moved.seq, side: 'note', by: words, at: now, status: 'shown' },
  ])
  return moved
}

type Seated = Owned & Pick<ThreadRecord, 'path' | 'deskPost'> & { deskUnitId: Types.ObjectId | string }

/** Where a thread has to go because everybody at its desk is kept from it; null when it can stay. */
async function otherDesk(thread: Seated, now: Date): Promise<Desk | null> {
  const kept = await keptFrom(thread)
  if (kept.length === 0) return null
  const held = await holdersAt([String(thread.deskUnitId)], [thread.deskPost], now)
  return isLeftAlone(held, kept) ? deskWithout(kept, thread, now) : null
}

/** Somebody is at a desk, and nobody of them may have the thread. */
const isLeftAlone = (held: readonly HeldBy[], kept: readonly string[]) =>
  held.length > 0 && held.every((it) => kept.includes(it.personId))

/** The school's office, else any post around the child, where somebody is who may have a thread. */
async function deskWithout(kept: readonly string[], { path }: Seated, now: Date) {
  const around = await desksAround(path, now, kept)
  const schoolId = idAt(path, DEPTH.school) ?? ''
  const office = OFFICES.school.map((post) => deskKey({ unitId: schoolId, post }))
  return around.find((it) => office.includes(deskKey(it))) ?? around[0] ?? null
}

/**
 * Who has each of some threads now, in words. Nobody from whom a thread is kept is named, whatever post they hold or stand in for; where
 * nobody else is at the desk, it is the desk to which the next line goes. Three reads for a page, two more for each thread of that last kind.
 */
export async function keepersOf<T extends Seated>(
  threads: readonly T[],
  now: Date,
): Promise<ReadonlyMap<T, string>> {
  const [keptOf, held] = await Promise.all([
    keptFromEach(threads),
    holdersAt(
      [...new Set(threads.map((it) => String(it.deskUnitId)))],
      [...new Set(threads.map((it) => it.deskPost))],
      now,
    ),
  ])
  const keepers = threads.map(async (it) => {
    const kept = keptOf.get(it) ?? []
    const desk = deskKey({ unitId: String(it.deskUnitId), post: it.deskPost })
    const here = held.filter((one) => deskKey(one) === desk)
    const other = isLeftAlone(here, kept) ? await deskWithout(kept, it, now) : null
    const holders = here.filter((one) => !kept.includes(one.personId))
    return [it, other ? keeperWords(other.post, other.holders) : keeperWords(it.deskPost, holders)] as const
  })
  return new Map(await Promise.all(keepers))
}

/** Moves a thread on when nobody at its desk may have it. Inside a transaction; harmless twice. */
export async function reseat(thread: ThreadRecord, now: Date): Promise<ThreadRecord> {
  const to = await otherDesk(thread, now)
  return (to && (await passOn(thread, to, `转给${deskWords(to.post)}来回复`, now))) ?? thread
}

/**
 * A court keeps somebody away from a child: what lay with them alone goes to somebody else, who is told, and what is still to be looked at
 * is not for their eyes. Inside a transaction.
 */
export async function keepAway(studentId: Types.ObjectId, now: Date) {
  const people = await keptAwayFrom(studentId)
  if (people.length === 0) return
  const threads = await ThreadModel.find({ studentId, movedAt: null, lastLineId: { $ne: null } })
    .sort({ lastAt: -1 })
    .limit(MOST_OPEN)
    .lean<ThreadRecord[]>()
  if (threads.length === 0) return
  await keepContents(threads, people)
  for (const thread of threads) {
    const moved = await reseat(thread, now)
    if (moved === thread || moved.state !== 'waiting') continue
    const deskToldAt = await tellDesk(moved, moved.isUrgent, now)
    await ThreadModel.updateOne({ _id: moved._id }, { deskToldAt })
  }
}

/** Orders of courts that are read at a time. */
const BARS = 500

/**
 * Somebody whom a court keeps away from a child has come to a post at its school since, or above it: by being appointed, as a deputy, on the
 * day their post begins, with the number the order knew. What lies with them alone goes on, as when the order was entered. Finds nothing
 * to do a second time.
 */
export async function keepAwayNewcomers(now: Date) {
  let after: Types.ObjectId | null = null
  do {
    const { pairs, next }: Awaited<ReturnType<typeof keptAwayAfter>> = await keptAwayAfter(after, BARS)
    const posts = await postsOf([...new Set(pairs.map((it) => it.personId))], now)
    const holding = pairs.filter((it) => posts.get(it.personId)?.length)
    for (const { _id, path } of await findStudents([...new Set(holding.map((it) => it.studentId))])) {
      const school = path.slice(0, SCHOOL_PATH)
      const isNear = (post: string) => isWithin(post, school) || isWithin(school, post)
      const ofChild = holding.filter((it) => it.studentId === String(_id))
      if (ofChild.some((it) => posts.get(it.personId)?.some(isNear))) {
        await ThreadModel.db.transaction(() => keepAway(_id, now))
      }
    }
    after = next
  } while (after)
}

async function keepContents(threads: readonly ThreadRecord[], people: readonly string[]) {
  const lines = await LineModel.find(
    {
      threadId: { $in: threads.map((it) => it._id) },
      $or: [{ status: 'waiting' }, { 'files.kind': 'image' }],
    },
    { files: 1 },
  )
    .sort({ threadId: 1, seq: -1 })
    .limit(MOST_LINES)
    .lean<Pick<LineRecord, '_id' | 'files'>[]>()
  const pictures = picturesOf(lines).map((it) => subjectOf('threads', it))
  await keepFrom(
    people,
    'reply',
    lines.map((it) => String(it._id)),
  )
  await keepFrom(people, 'picture', pictures)
}
