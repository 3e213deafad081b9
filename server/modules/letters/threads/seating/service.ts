import { Types } from 'mongoose'
import { holdersAt } from '../../../accounts/holders/desks/service.ts'
import { keptAwayFrom } from '../../../org/families/bars/service.ts'
import { DEPTH, idAt } from '../../../org/tree/rules.ts'
import { subjectOf } from '../../../safety/pictures/rules.ts'
import { keepFrom } from '../../../safety/service.ts'
import { type Desk, deskKey, deskWords, OFFICES } from '../desks/rules.ts'
import { desksAround } from '../desks/service.ts'
import { picturesOf } from '../files/service.ts'
import { tellDesk } from '../messages/service.ts'
import { LineModel, type LineRecord, ThreadModel, type ThreadRecord } from '../model.ts'
import { keptFrom } from '../private/service.ts'

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

type Seated = Pick<ThreadRecord, 'studentId' | 'privateTo' | 'path' | 'deskUnitId' | 'deskPost'>

/** Where a thread has to go because everybody at its desk is kept from it: the school's office, else any post around the child; null when it can stay. */
async function otherDesk(thread: Seated, now: Date): Promise<Desk | null> {
  const kept = await keptFrom(thread)
  if (kept.length === 0) return null
  const held = await holdersAt([String(thread.deskUnitId)], [thread.deskPost], now)
  if (held.length === 0 || held.some((it) => !kept.includes(it.personId))) return null
  const around = await desksAround(thread.path, now, kept)
  const schoolId = idAt(thread.path, DEPTH.school) ?? ''
  const office = OFFICES.school.map((post) => deskKey({ unitId: schoolId, post }))
  return around.find((it) => office.includes(deskKey(it))) ?? around[0] ?? null
}

/** Where the next line of a thread goes. */
export const deskNow = async (thread: Seated, now: Date): Promise<Desk> =>
  (await otherDesk(thread, now)) ?? { unitId: String(thread.deskUnitId), post: thread.deskPost }

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
