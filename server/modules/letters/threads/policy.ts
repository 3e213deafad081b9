import type { SeenBy } from '#contract/threads'
import type { ActorPost, StaffActor } from '../../../http/actor.ts'
import { Refusal } from '../../../http/errors.ts'
import type { OwnChild } from '../../org/policy.ts'
import { findStudent } from '../../org/families/service.ts'
import { DEPTH, idAt, isWithin } from '../../org/tree/rules.ts'
import { findLetter } from '../service.ts'
import { letterForChild } from '../policy.ts'
import type { LetterRecord } from '../model.ts'
import { deskKey } from './desks/rules.ts'
import type { ThreadRecord } from './model.ts'
import { followChild } from './moves/service.ts'
import { isKnownTo } from './private/rules.ts'
import { keptFrom } from './private/service.ts'
import { isOpenToday } from './reading/service.ts'
import { findLine, findThread, rootOf, threadOf } from './service.ts'

declare const proven: unique symbol

/** The place below a letter where this family and a post write to each other, with what there is so far. */
export type FamilyThread = Readonly<{
  child: OwnChild
  /** The first edition; the thread goes on with a corrected one. */
  root: LetterRecord & { sentAt: Date }
  /** The edition it was come by. */
  letter: LetterRecord
  thread: ThreadRecord | null
  /** Of 悄悄说, who writes it. */
  privateTo: string | null
}> & { readonly [proven]: 'FamilyThread' }

/** A thread that lies with a post this member of staff holds now. */
export type DeskThread = Readonly<{ thread: ThreadRecord; actor: StaffActor; post: ActorPost }> & {
  readonly [proven]: 'DeskThread'
}

/** One that speaks of danger, at the school whose counsellor or head this is; or one's own. To be read and followed up. */
export type UrgentThread = Readonly<{ thread: ThreadRecord; actor: StaffActor; post: ActorPost }> & {
  readonly [proven]: 'DeskThread' | 'UrgentThread'
}

/** A child that moved or a letter that was taken back leaves its thread to the family; without one, there has to be the letter. */
export async function familyThread(
  child: OwnChild,
  letterId: string,
  seenBy: SeenBy = 'family',
): Promise<FamilyThread> {
  const privateTo = seenBy === 'me' ? child.personId : null
  const letter = await findLetter(letterId)
  const root = letter && (await rootOf(letter))
  const thread = root && (await threadOf(root._id, child.studentId, privateTo))
  if (letter && root?.sentAt && thread) return { child, root, letter, thread, privateTo } as FamilyThread
  const proof = await letterForChild(child, letterId)
  const first = await rootOf(proof.letter)
  return { child, root: first, letter: proof.letter, thread: null, privateTo } as unknown as FamilyThread
}

const noThread = () => new Refusal('not_found', '没有这段往来，或它已经转给了别的岗位')

const heldBy = (actor: StaffActor, thread: ThreadRecord) =>
  actor.posts.find((it) => deskKey(it) === thread.desk)

/** One's own line in a thread of one's child. */
export async function ownLine(child: OwnChild, lineId: string): Promise<{ thread: ThreadRecord }> {
  const line = await findLine(lineId)
  const thread = line && (await findThread(String(line.threadId)))
  if (!thread || String(thread.studentId) !== child.studentId || !isKnownTo(thread, child.personId)) {
    throw new Refusal('not_found', '没有这一条')
  }
  return { thread }
}

/** Lies with another post, or is over for longer than may be looked back: it does not exist. The post is asked, not the person. */
export async function deskThread(actor: StaffActor, threadId: string, now: Date): Promise<DeskThread> {
  const found = await findThread(threadId)
  // Where the child is now decides who has it, however it was moved.
  const thread = found && heldBy(actor, found) ? await inPlace(found, now) : null
  const post = thread && heldBy(actor, thread)
  if (!thread || !post || !(await isOpenToday(thread, now))) throw noThread()
  await refuseKeptAway(thread, actor)
  return { thread, actor, post } as DeskThread
}

/** Not to whom a court keeps away from the child, nor in confidence to its other parent, whatever post they hold. */
async function refuseKeptAway(thread: ThreadRecord, { personId }: StaffActor) {
  if ((await keptFrom(thread)).includes(personId)) throw noThread()
}

async function inPlace(thread: ThreadRecord, now: Date): Promise<ThreadRecord | null> {
  const student = await findStudent(String(thread.studentId))
  if (!student || (student.path === thread.path && !student.leftAt) || thread.movedAt) return thread
  await followChild(student, now)
  return findThread(String(thread._id))
}

/**
 * Whom a word of danger concerns beside the post, for as long as nobody has taken it up: the counsellor of the school, and after an hour
 * whoever runs it.
 */
const isConcernedBy = (thread: ThreadRecord) => (it: ActorPost) =>
  isWithin(thread.path, it.path) && (it.post === 'counsellor' || (thread.isDangerRaised && isHead(it)))

const isHead = ({ post }: ActorPost) => post === 'principal' || post === 'school_admin'

export async function urgentThread(actor: StaffActor, threadId: string, now: Date): Promise<UrgentThread> {
  const thread = await findThread(threadId)
  const concerned = thread?.dangerAt ? actor.posts.find(isConcernedBy(thread)) : undefined
  const isMine = thread?.isUrgent || String(thread?.followedBy?.personId) === actor.personId
  if (thread && concerned && isMine && !heldBy(actor, thread)) {
    await refuseKeptAway(thread, actor)
    return { thread, actor, post: concerned } as UrgentThread
  }
  return deskThread(actor, threadId, now)
}

/** The posts at whose desks this member of staff sits, the schools whose counsellor they are, and those they run. */
export const desksOf = (actor: StaffActor) => ({
  desks: actor.posts.map(deskKey),
  schoolIds: schoolsOf(actor.posts.filter((it) => it.post === 'counsellor')),
  ledIds: schoolsOf(actor.posts.filter(isHead)),
})

const schoolsOf = (posts: readonly ActorPost[]) => posts.flatMap((it) => idAt(it.path, DEPTH.school) ?? [])
