import { Types } from 'mongoose'
import type { ActorPost } from '../../http/actor.ts'
import { asking } from '../../http/asking.ts'
import { auditKeys } from '../../infra/audit-keys.ts'
import { findPerson, postsNow } from '../accounts/service.ts'
import type { UnitScope } from '../org/policy.ts'
import { idsOf, isWithin } from '../org/tree/rules.ts'
import { approvalFor, type Approved } from './approvals/service.ts'
import { macOf } from './chain/rules.ts'
import { AuditModel } from './model.ts'
import { takeNumber } from './tally/service.ts'
import { type Act, coversUnit, onceKey, withoutNumbers } from './rules.ts'

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
  actor?: { personId: string; role: 'guardian' | 'staff'; posts?: ActorPost[] } | undefined
  /** What allowed it, where an approval is needed. */
  approval?: Approved | undefined
}

/**
 * Adds one line to the audit log: who and from where comes from the request that is running. Written before the answer leaves, in the same
 * transaction where there is one: what is not in the log was not done.
 */
export async function record(act: Act, done: Done, now: Date) {
  await add(await lineOf(act, done, now))
}

/**
 * A list of names is about to be shown: refused without an approval (条例 36), else taken down, once for ten minutes of one person's work
 * with one unit. It is written for the unit and not for the page: whoever opens the list may read on.
 */
export async function namesSeen(act: Act, scope: UnitScope, now: Date, detail?: string): Promise<Approved> {
  const approval = await approvalFor(scope, 'names', now)
  await view(act, scope, { approval, detail }, now)
  return approval
}

/** The same for what needs no approval of its own, as it shows no list of a unit's children; of one thing, where it is named. */
export async function view(
  act: Act,
  scope: Pick<UnitScope, 'personId' | 'unitId' | 'path'>,
  { about, ...done }: Omit<Done, 'unit'> & { about?: string },
  now: Date,
) {
  const once = onceKey(scope.personId, act, about ?? scope.unitId, now)
  if (isKnown(once)) return
  const line = await lineOf(act, { ...done, unit: scope }, now)
  await add({ ...line, once }).catch((error: { code?: number }) => {
    if (error.code !== 11000) throw error // taken down by another process in these ten minutes
  })
  remember(once)
}

/** An export is about to leave: refused without an approval, else taken down, every time. */
export async function exported(scope: UnitScope, now: Date, detail: string): Promise<Approved> {
  const approval = await approvalFor(scope, 'exports', now)
  await record('export.made', { unit: scope, detail, approval }, now)
  return approval
}

async function lineOf(act: Act, done: Done, now: Date) {
  const running = asking()
  const actor = done.actor ?? running?.actor ?? null
  const { post, unit } = await placeOf(actor, done.unit, now)
  const studentIds = [...(done.studentIds ?? [])]
  const { approval } = done
  return {
    _id: new Types.ObjectId(),
    at: now,
    act,
    actorId: actor ? new Types.ObjectId(actor.personId) : null,
    actorRole: actor?.role ?? null,
    post: post?.post ?? null,
    postUnitId: post ? new Types.ObjectId(post.unitId) : null,
    ip: running?.caller.ip ?? '',
    device: running?.caller.device ?? '',
    unitId: unit ? new Types.ObjectId(unit.unitId) : null,
    path: unit?.path ?? '',
    unitIds: idsOf(unit?.path ?? '').map((it) => new Types.ObjectId(it)),
    studentIds: studentIds.map((it) => new Types.ObjectId(it)),
    coversUnit: coversUnit(act, studentIds),
    personId: done.personId ? new Types.ObjectId(done.personId) : null,
    detail: withoutNumbers(done.detail ?? ''),
    approval: approval
      ? {
          ground: approval.ground,
          approvalId: approval.approvalId ? new Types.ObjectId(approval.approvalId) : null,
          approverId: approval.approverId ? new Types.ObjectId(approval.approverId) : null,
        }
      : null,
  }
}

/**
 * The post something was done by, the nearest to its unit; and where no unit is named (a sign-in) the unit of that post, so that the line
 * belongs to somebody's log.
 */
async function placeOf(actor: Done['actor'] | null, unit: Done['unit'], now: Date) {
  if (actor?.role !== 'staff') return { post: null, unit }
  const known = 'posts' in actor ? actor.posts : undefined
  const person = known ? null : await findPerson(actor.personId)
  const posts = known ?? (person ? postsNow(person, now) : [])
  const fitting = unit ? posts.filter((it) => isWithin(unit.path, it.path)) : posts
  const [post] = fitting.toSorted((a, b) =>
    unit ? b.path.length - a.path.length : a.path.length - b.path.length,
  )
  return { post: post ?? null, unit: unit ?? (post && { unitId: post.unitId, path: post.path }) }
}

type NewLine = Awaited<ReturnType<typeof lineOf>> & { once?: string }

async function add(said: NewLine) {
  const { settle, ...numbered } = await takeNumber()
  const line = { ...said, ...numbered }
  try {
    await AuditModel.create({ ...line, mac: macOf(auditKeys(), line), isWaiting: true })
    settle(true, line._id)
  } catch (error) {
    settle(false, line._id)
    throw error
  }
}

/** Views taken down by this process in the last minutes, so that a page that polls costs the database nothing. */
const known = new Set<string>()
const MOST_KNOWN = 20_000

const isKnown = (once: string) => known.has(once)

function remember(once: string) {
  if (known.size >= MOST_KNOWN) known.clear()
  known.add(once)
}
