import { Types } from 'mongoose'
import { Refusal } from '../../../../http/errors.ts'
import type { Deps } from '../../../../infra/deps.ts'
import { teacher } from '../../../audit/log/rules.ts'
import { withdraw } from '../../../notify/service.ts'
import { takeBack } from '../../../safety/service.ts'
import { deskWords, type Desk, deskKey } from '../desks/rules.ts'
import { desksAround } from '../desks/service.ts'
import { forgetFilesOf } from '../files/service.ts'
import { subjectOf } from '../messages/rules.ts'
import { recallFor, tellDesk } from '../messages/service.ts'
import { LineModel, type LineRecord, ThreadModel, type ThreadRecord } from '../model.ts'
import type { DeskThread, FamilyThread, UrgentThread } from '../policy.ts'
import { closedFor, keptFrom } from '../private/service.ts'
import { standing, WITHDRAW_MS } from '../rules.ts'
import { passOn } from '../seating/service.ts'

/** Lines beyond an answer that are looked at to say since when a family waits. */
const MOST_OPEN = 200

/** How far a guardian has read; never back. What WeChat was still to say of it is not said. */
export async function markFamilyRead({ child, thread }: FamilyThread, upTo: number, now: Date) {
  if (!thread) return
  const seq = Math.min(upTo, thread.seq)
  const at = `readBy.${child.personId}`
  const { modifiedCount } = await ThreadModel.updateOne(
    { _id: thread._id, [`${at}.seq`]: { $not: { $gte: seq } } },
    { $set: { [at]: { seq, at: now } } },
  )
  if (modifiedCount > 0 && seq >= thread.postSeq) await recallFor(thread, 'reply', child.personId)
}

export async function markDeskRead({ thread, actor }: DeskThread, upTo: number, now: Date) {
  const seq = Math.min(upTo, thread.seq)
  const { modifiedCount } = await ThreadModel.updateOne(
    { _id: thread._id, 'deskRead.seq': { $not: { $gte: seq } } },
    { $set: { deskRead: { seq, at: now } } },
  )
  if (modifiedCount > 0) await recallFor(thread, 'replyStaff', actor.personId)
}

/** Nothing more to say; what the family writes later opens it again. */
export async function finish({ thread }: DeskThread, now: Date) {
  await ThreadModel.updateOne(
    { _id: thread._id, desk: thread.desk, seq: thread.seq, state: { $ne: 'done' } },
    { state: 'done', waitingSince: null, sortAt: now },
  )
}

/** Somebody takes up what speaks of danger: reminders stop, and everybody concerned sees who it is. The first one counts. */
export async function follow({ thread, actor }: UrgentThread, now: Date) {
  const by = { personId: new Types.ObjectId(actor.personId), name: teacher(actor.name), at: now }
  const { matchedCount } = await ThreadModel.updateOne(
    { _id: thread._id, isUrgent: true, dangerAt: thread.dangerAt },
    { isUrgent: false, followedBy: by },
  )
  if (matchedCount > 0) return
  const there = await ThreadModel.findById(thread._id).lean<ThreadRecord>()
  if (there?.followedBy?.personId.equals(by.personId)) return
  throw new Refusal('conflict', there?.followedBy ? `${there.followedBy.name}已经在跟进了` : '请刷新后再看')
}

/** The thread goes to another post of the school, with a line that says so to the family and to whoever comes after. */
export async function forward({ thread }: DeskThread, to: Desk, now: Date) {
  const closed = await closedFor(thread)
  if (closed) throw new Refusal('conflict', closed)
  await handOver(thread, to, `转给${deskWords(to.post)}来回复`, now)
}

export async function handOver(thread: ThreadRecord, to: Desk, words: string, now: Date) {
  if (deskKey(to) === thread.desk) throw new Refusal('conflict', '已经在这个岗位了')
  const desks = await desksAround(thread.path, now, await keptFrom(thread))
  if (!desks.some((it) => deskKey(it) === deskKey(to))) {
    throw new Refusal('invalid', '只能转给本校有人在岗的岗位，请重新选择')
  }
  await ThreadModel.db.transaction(async () => {
    const moved = await passOn(thread, to, words, now)
    if (!moved) throw new Refusal('conflict', '刚刚有人已经转走了，请刷新后再看')
    if (moved.state !== 'waiting') return
    const deskToldAt = await tellDesk(moved, false, now)
    await ThreadModel.updateOne({ _id: moved._id }, { deskToldAt })
  })
}

const TOO_LATE = '写出去超过两分钟，不能收回了；可以再写一条说明'

/**
 * Takes back one's own line within two minutes; its words and files are gone. Only what speaks of danger stays with the school, marked as
 * taken back: a child may still need somebody.
 */
export async function withdrawLine(
  thread: ThreadRecord,
  { lineId, personId }: { lineId: string; personId: string },
  now: Date,
  deps: Pick<Deps, 'files'>,
) {
  const line = await LineModel.findOne({
    _id: lineId,
    threadId: thread._id,
    personId: new Types.ObjectId(personId),
  }).lean<LineRecord>()
  if (!line) throw new Refusal('not_found', '没有这一条')
  if (line.withdrawnAt) return
  await ThreadModel.db.transaction(async () => {
    const { matchedCount } = await LineModel.updateOne(
      { _id: line._id, withdrawnAt: null, at: { $gt: new Date(now.getTime() - WITHDRAW_MS) } },
      { $set: { withdrawnAt: now, ...(!line.isDanger && { sealedText: '', files: [] }) } },
    )
    if (matchedCount === 0) throw new Refusal('conflict', TOO_LATE)
    await recount(thread._id)
  })
  if (line.status !== 'shown') await takeBack('reply', lineId)
  if (!line.isDanger) await forgetFilesOf([line._id], deps)
}

/** Brings a thread to what its lines say, after one of them went. Inside a transaction. */
async function recount(threadId: Types.ObjectId) {
  const thread = await ThreadModel.findById(threadId).lean<ThreadRecord>()
  if (!thread) return
  const found = await LineModel.find(
    { threadId, side: { $ne: 'note' }, status: 'shown', withdrawnAt: null },
    { side: 1, at: 1, seq: 1 },
  )
    .sort({ seq: -1 })
    .limit(MOST_OPEN)
    .lean<Pick<LineRecord, 'side' | 'at' | 'seq'>[]>()
  const lines = found.reverse().flatMap((it) => (it.side === 'note' ? [] : [{ ...it, side: it.side }]))
  const { state, waitingSince } = standing(lines, thread.state === 'done')
  const last = (side: 'family' | 'post') => lines.findLast((it) => it.side === side)?.seq ?? 0
  await ThreadModel.updateOne(
    { _id: threadId },
    {
      ...{ state, waitingSince, sortAt: waitingSince ?? thread.lastAt },
      ...{ familySeq: last('family'), postSeq: last('post') },
    },
  )
  // Nothing is left that WeChat could still tell of.
  if (state !== 'waiting') await withdraw({ kind: 'replyStaff', subject: subjectOf(thread) })
  if (last('post') < thread.postSeq) await withdraw({ kind: 'reply', subject: subjectOf(thread) })
}
