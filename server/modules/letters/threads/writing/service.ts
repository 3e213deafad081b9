import { Types } from 'mongoose'
import { Refusal } from '../../../../http/errors.ts'
import type { Deps } from '../../../../infra/deps.ts'
import { DEPTH, idAt } from '../../../org/tree/rules.ts'
import { deskFor, repliesTo } from '../desks/service.ts'
import { deskKey, signedBy } from '../desks/rules.ts'
import { bind, filesFor } from '../files/service.ts'
import { tellDesk, tellFamily } from '../messages/service.ts'
import { LineModel, type LineFile, type LineRecord, ThreadModel, type ThreadRecord } from '../model.ts'
import { followChild } from '../moves/service.ts'
import type { DeskThread, FamilyThread } from '../policy.ts'
import { closedFor, keptFrom } from '../private/service.ts'
import { reseat } from '../seating/service.ts'
import { speaksOfDanger } from '../rules.ts'
import { dangerWords, lineBy, threadOf } from '../service.ts'

type Tools = Pick<Deps, 'fields'>

export interface Words {
  requestId: string
  text: string
  fileIds: readonly string[]
}

/** Whether what is written may be shown at once, has to be looked at first, or is not taken. */
export type Verdict = 'pass' | 'waiting'

interface NewLine {
  side: 'family' | 'post'
  personId: string
  by: string
  said: Words
  files: LineFile[]
  status: 'shown' | 'waiting'
  isDanger: boolean
}

const MOVED = '孩子已经转到别的学校，这里的话您随时能看；有事请写给新学校的老师'

/** Why a family cannot write here, in a sentence; null while it can. */
export function objectionTo({ child, root, letter, thread }: Omit<FamilyThread, symbol>): string | null {
  const schoolId = thread ? String(thread.schoolId) : idAt(root.path, DEPTH.school)
  if (thread?.movedAt || (schoolId && schoolId !== child.schoolId)) return MOVED
  if (repliesTo(letter) === 'none') return '这封信不接收回复，有事请联系班主任'
  return null
}

const refuseEmpty = ({ text, fileIds }: Words) => {
  if (text === '' && fileIds.length === 0) throw new Refusal('invalid', '请写下要说的话')
}

export const isOfDanger = (text: string) => speaksOfDanger(text, dangerWords())

/** A family writes; the thread begins with its first line. The same request again gives the line it wrote the first time. */
export async function writeAsFamily(
  proof: FamilyThread,
  said: Words,
  verdict: Verdict,
  now: Date,
  deps: Tools,
): Promise<{ thread: ThreadRecord; line: LineRecord }> {
  const { child, root } = proof
  // Sent twice at the same moment, the first has begun the thread meanwhile.
  const there = async () => proof.thread ?? threadOf(root._id, child.studentId, proof.privateTo)
  const same = await before(there, child.personId, said)
  if (same) return same
  refuseEmpty(said)
  const objection = objectionTo(proof)
  if (objection) throw new Refusal('conflict', objection)
  const isDanger = isOfDanger(said.text)
  const line: NewLine = {
    side: 'family',
    personId: child.personId,
    by: `${child.studentName}${child.relation}`,
    said,
    files: await filesFor(child.personId, said.fileIds),
    // What speaks of danger waits for nobody.
    status: isDanger || verdict === 'pass' ? 'shown' : 'waiting',
    isDanger,
  }
  // Moved by a list, the child may be in another class than its thread.
  if (proof.thread && proof.thread.path !== child.path) await followChild(placed(child), now)
  const begun = proof.thread ?? (await begin(proof, now))
  if (!begun) throw new Error(`No thread below ${String(root._id)}`)
  return keep(begun._id, line, now, deps)
}

/** What the same request wrote before, as it stands now. */
async function before(find: () => Promise<ThreadRecord | null>, personId: string, { requestId }: Words) {
  const line = await lineBy(personId, requestId)
  if (!line) return null
  const thread = await find()
  if (!thread || !line.threadId.equals(thread._id)) throw new Refusal('conflict', '请刷新后再写一次')
  return { thread, line }
}

const placed = ({ studentId, classId, schoolId, path }: FamilyThread['child']) => ({
  _id: new Types.ObjectId(studentId),
  classId: new Types.ObjectId(classId),
  schoolId: new Types.ObjectId(schoolId),
  path,
})

/** The thread of a family without a line yet; whoever of the family comes second finds it. */
async function begin({ child, root, privateTo }: FamilyThread, now: Date) {
  const studentId = new Types.ObjectId(child.studentId)
  const desk = await deskFor(root, child, now, await keptFrom({ studentId, privateTo }))
  const key = { letterId: root._id, studentId, privateTo: privateTo && new Types.ObjectId(privateTo) }
  const made = {
    ...(privateTo && { privateBy: `${child.studentName}${child.relation}` }),
    letterTitle: root.title,
    childName: child.studentName,
    classId: new Types.ObjectId(child.classId),
    path: child.path,
    schoolId: new Types.ObjectId(child.schoolId),
    desk: deskKey(desk),
    deskUnitId: new Types.ObjectId(desk.unitId),
    deskPost: desk.post,
    ...{ state: 'answered', sortAt: now, lastAt: now, createdAt: now },
    ...{ seq: 0, familySeq: 0, postSeq: 0, readBy: {}, isUrgent: false },
  }
  await ThreadModel.updateOne(key, { $setOnInsert: made }, { upsert: true }).catch(
    (error: { code?: number }) => {
      if (error.code !== 11000) throw error // the other parent, at the same moment
    },
  )
  return threadOf(root._id, child.studentId, privateTo)
}

/** Whoever holds the post answers in its name. */
export async function writeAsPost({ thread, actor, post }: DeskThread, said: Words, now: Date, deps: Tools) {
  const same = await before(async () => thread, actor.personId, said)
  if (same) return same
  refuseEmpty(said)
  const closed = await closedFor(thread)
  if (closed) throw new Refusal('conflict', closed)
  const line: NewLine = {
    side: 'post',
    personId: actor.personId,
    by: signedBy(post.post, actor.name, post.isDeputy),
    said,
    files: await filesFor(actor.personId, said.fileIds),
    status: 'shown',
    isDanger: false,
  }
  return keep(thread._id, line, now, deps)
}

/** Line, counters and messages in one transaction: a crash leaves all of them or none, and a second try finds the line. */
async function keep(threadId: Types.ObjectId, line: NewLine, now: Date, deps: Tools) {
  const written = await ThreadModel.db
    .transaction(async () => {
      const thread = await ThreadModel.findByIdAndUpdate(
        threadId,
        { $inc: { seq: 1 } },
        { returnDocument: 'after' },
      ).lean<ThreadRecord>()
      if (!thread) throw new Refusal('not_found', '没有这段往来')
      const record = await write(thread, line, now, deps)
      if (line.status === 'shown') await arrive(thread, record, now)
      return record._id
    })
    .catch(async (error: { code?: number }) => {
      if (error.code !== 11000) throw error
      const same = await lineBy(line.personId, line.said.requestId)
      if (!same) throw error
      return same._id // the same tap, a moment earlier
    })
  const [thread, record] = await Promise.all([
    ThreadModel.findById(threadId).lean<ThreadRecord>().orFail(),
    LineModel.findById(written).lean<LineRecord>().orFail(),
  ])
  return { thread, line: record }
}

async function write(thread: ThreadRecord, line: NewLine, now: Date, { fields }: Tools): Promise<LineRecord> {
  const [made] = await LineModel.create([
    {
      threadId: thread._id,
      seq: thread.seq,
      side: line.side,
      personId: new Types.ObjectId(line.personId),
      by: line.by,
      sealedText: line.said.text === '' ? '' : fields.seal(line.said.text),
      files: line.files,
      at: now,
      requestId: line.said.requestId,
      status: line.status,
      isDanger: line.isDanger,
    },
  ])
  if (!made) throw new Error('Not written')
  const record = made.toObject() as LineRecord
  await bind(record.files, record)
  return record
}

/** The other side is shown a line: the thread says so, and its messages stand in the outbox. Inside a transaction. */
export async function arrive(thread: ThreadRecord, line: LineRecord, now: Date) {
  const last = { lastAt: now, lastLineId: line._id }
  if (line.side === 'post') {
    const familyToldAt = await tellFamily(thread, line.by, now)
    await ThreadModel.updateOne(
      { _id: thread._id },
      {
        ...last,
        ...{ state: 'answered', waitingSince: null, sortAt: now, postSeq: line.seq, familyToldAt },
        deskRead: { seq: line.seq, at: now },
        // Whoever answers has taken it up.
        ...(thread.isUrgent && {
          isUrgent: false,
          followedBy: { personId: line.personId, name: line.by, at: now },
        }),
      },
    )
    return
  }
  const deskToldAt = await tellDesk(await reseat(thread, now), line.isDanger, now)
  const waitingSince = thread.waitingSince ?? line.at
  await ThreadModel.updateOne(
    { _id: thread._id },
    {
      $set: {
        ...last,
        ...{ state: 'waiting', waitingSince, sortAt: waitingSince, familySeq: line.seq, deskToldAt },
        [`readBy.${String(line.personId)}`]: { seq: line.seq, at: now },
        ...(line.isDanger && { dangerAt: now, isUrgent: true, isDangerRaised: false, followedBy: null }),
      },
    },
  )
}
