import { Types } from 'mongoose'
import type { ApprovalKind, ApprovalReach } from '#contract/audit'
import type { UnitKind } from '#contract/org'
import type { PostKind } from '#contract/posts'
import { asking } from '../../../http/asking.ts'
import { Refusal } from '../../../http/errors.ts'
import { runningSession } from '../../../infra/mongo.ts'
import { findPerson, postsNow } from '../../accounts/service.ts'
import type { UnitScope } from '../../org/policy.ts'
import { DEPTH, idAt, idsOf, isWithin } from '../../org/tree/rules.ts'
import { RequestModel, type RequestRecord, SecondModel, StandingModel, type StandingRecord } from './model.ts'
import { askFirst, OPENED_WITH, reaches, VALID_MS, WAITING_MS } from './rules.ts'

const PAGE = 50

/** What allows a member of staff to see or take away the names of a unit: every line of the log carries it. */
export interface Approved {
  /** `own`: answers for it oneself. */
  ground: 'own' | 'standing' | 'single'
  approvalId: string | null
  approverId: string | null
}

/** The approval that holds for this unit and person now, or the refusal that says how to get one. */
export async function approvalFor(scope: UnitScope, kind: ApprovalKind, now: Date): Promise<Approved> {
  const found = await findApproval(scope, kind, now)
  if (!found) throw new Refusal('approval_needed', askFirst(kind))
  return found
}

/** The same, where the answer only decides how much is shown. */
export async function findApproval(
  scope: UnitScope,
  kind: ApprovalKind,
  now: Date,
): Promise<Approved | null> {
  if (scope.may('approveExports') && (kind === 'names' || !(await needsSecond(scope.path)))) {
    return { ground: 'own', approvalId: null, approverId: scope.personId }
  }
  const standing = await standingFor(scope, kind, now)
  if (standing) return approvedBy('standing', standing._id, standing.givenBy)
  const single = await RequestModel.findOne({
    personId: new Types.ObjectId(scope.personId),
    unitId: { $in: idsOf(scope.path).map((it) => new Types.ObjectId(it)) },
    kind,
    status: 'approved',
    validUntil: { $gt: now },
  }).lean<RequestRecord>()
  return single && approvedBy('single', single._id, single.decidedBy)
}

type Id = Types.ObjectId | null | undefined

const approvedBy = (ground: Approved['ground'], approvalId: Types.ObjectId, approverId: Id): Approved => ({
  ground,
  approvalId: String(approvalId),
  approverId: approverId ? String(approverId) : null,
})

async function standingFor(scope: UnitScope, kind: ApprovalKind, now: Date) {
  const schoolId = idAt(scope.path, DEPTH.school)
  if (!schoolId) return null
  const [standing, posts] = await Promise.all([standingOf(schoolId, scope.path), postsOf(scope, now)])
  return standing.find((it) => posts.includes(it.post as PostKind) && reaches(it[kind], scope.kind)) ?? null
}

/** The standing approval that a post has in the school of a path, for somebody who held it there; else the refusal. */
export async function approvalOfPost(path: string, post: PostKind, kind: ApprovalKind, of: UnitKind) {
  const schoolId = idAt(path, DEPTH.school)
  const standing = schoolId ? await standingOf(schoolId, path) : []
  const found = standing.find((it) => it.post === post && reaches(it[kind], of))
  if (!found) throw new Refusal('approval_needed', askFirst(kind))
  return approvedBy('standing', found._id, found.givenBy)
}

/** Every post of the person that covers the unit, not only the one the scope was proven by. */
async function postsOf(scope: UnitScope, now: Date): Promise<PostKind[]> {
  const actor = asking()?.actor
  const running = actor?.role === 'staff' && actor.personId === scope.personId ? actor.posts : null
  const person = running ? null : await findPerson(scope.personId)
  const posts = running ?? (person ? postsNow(person, now) : [])
  return posts.filter((it) => isWithin(scope.path, it.path)).map((it) => it.post)
}

/**
 * The standing approvals of a school. What it was opened with is written down when the school is first asked about, with the time of its
 * opening: a school comes into being in several ways (roster, console, script), and none of them can forget this one.
 */
export async function standingOf(schoolId: string, path: string): Promise<StandingRecord[]> {
  const unitId = new Types.ObjectId(schoolId)
  const inForce = () => StandingModel.find({ unitId, to: null }).limit(PAGE).lean<StandingRecord[]>()
  const found = await inForce()
  if (found.length > 0) return found
  // Taken back by now, or opened since the first look.
  if (await StandingModel.exists({ unitId })) return inForce()
  const schoolPath = path.slice(0, path.indexOf(schoolId) + schoolId.length + 1)
  const open = () =>
    StandingModel.insertMany(
      OPENED_WITH.map((it) => ({ ...it, unitId, path: schoolPath, from: unitId.getTimestamp() })),
    )
  // All of them at once: who asks in the same moment must not find the first of them and take it for all there are.
  const opening = runningSession() ? open() : StandingModel.db.transaction(open)
  await opening.catch((error: { code?: number }) => {
    if (error.code !== 11000) throw error // somebody else asked first
  })
  return inForce()
}

/** Ends what the post may do now and gives what is asked for; both stay on record. */
export async function giveStanding(
  scope: UnitScope<'approveExports'>,
  given: { post: PostKind; names: ApprovalReach | null; exports: ApprovalReach | null; words: string },
  now: Date,
) {
  await standingOf(scope.unitId, scope.path)
  const unitId = new Types.ObjectId(scope.unitId)
  const by = new Types.ObjectId(scope.personId)
  await StandingModel.db
    .transaction(async () => {
      await StandingModel.updateMany({ unitId, post: given.post, to: null }, { to: now, endedBy: by })
      if (!given.names && !given.exports) return
      await StandingModel.create([{ ...given, unitId, path: scope.path, givenBy: by, from: now }])
    })
    .catch((error: { code?: number }) => {
      if (error.code === 11000) throw new Refusal('conflict', '刚刚有人改过这条授权，请刷新后再试')
      throw error
    })
}

/** Whether responsible persons at this path need another one for what they export themselves. */
export const needsSecond = async (path: string) =>
  (await SecondModel.exists({ _id: { $in: idsOf(path).map((it) => new Types.ObjectId(it)) } })) !== null

export async function setSecond(scope: UnitScope<'approveExports'>, isNeeded: boolean, now: Date) {
  if (!isNeeded) return SecondModel.deleteOne({ _id: new Types.ObjectId(scope.unitId) })
  return SecondModel.updateOne(
    { _id: new Types.ObjectId(scope.unitId) },
    { $set: { path: scope.path, setBy: new Types.ObjectId(scope.personId), setAt: now } },
    { upsert: true },
  )
}

/** Asks for a single approval; asked again while it waits, it is the same request. */
export async function ask(
  scope: UnitScope<'seeFamilies'>,
  { kind, words }: { kind: ApprovalKind; words: string },
  now: Date,
): Promise<RequestRecord> {
  const key = {
    personId: new Types.ObjectId(scope.personId),
    unitId: new Types.ObjectId(scope.unitId),
    kind,
    status: 'waiting' as const,
  }
  const request = await RequestModel.findOneAndUpdate(
    key,
    {
      $set: { words, askedAt: now },
      $setOnInsert: {
        path: scope.path,
        unitIds: idsOf(scope.path).map((it) => new Types.ObjectId(it)),
        post: scope.post,
      },
    },
    { upsert: true, returnDocument: 'after' },
  )
    .lean<RequestRecord>()
    .catch(async (error: { code?: number }) => {
      if (error.code !== 11000) throw error
      return RequestModel.findOne(key).lean<RequestRecord>()
    })
  if (!request) throw new Refusal('conflict', '请再试一次')
  return request
}

export const findRequest = (approvalId: string) => RequestModel.findById(approvalId).lean<RequestRecord>()

/** Decides a request, once. Nobody decides their own: another responsible person does, or one above. */
export async function decide(
  scope: UnitScope<'approveExports'>,
  approvalId: string,
  { approve, words }: { approve: boolean; words: string },
  now: Date,
): Promise<RequestRecord> {
  const decided = await RequestModel.findOneAndUpdate(
    {
      _id: approvalId,
      status: 'waiting',
      personId: { $ne: new Types.ObjectId(scope.personId) },
      askedAt: { $gt: new Date(now.getTime() - WAITING_MS) },
    },
    {
      status: approve ? 'approved' : 'refused',
      decidedBy: new Types.ObjectId(scope.personId),
      decidedAt: now,
      answer: words,
      validUntil: approve ? new Date(now.getTime() + VALID_MS) : null,
    },
    { returnDocument: 'after' },
  ).lean<RequestRecord>()
  if (decided) return decided
  const request = await findRequest(approvalId)
  if (String(request?.personId) === scope.personId) {
    throw new Refusal('forbidden', '不能审批自己的申请，请另一位负责人或上级来定')
  }
  throw new Refusal(
    'conflict',
    request?.status === 'waiting' ? '这个申请已经过期了' : '这个申请已经有人处理过了',
  )
}

/** How many wait there for this person; their own are for somebody else. Counted up to 100. */
export const countWaiting = (scope: UnitScope, now: Date) =>
  RequestModel.countDocuments({
    unitIds: new Types.ObjectId(scope.unitId),
    status: 'waiting',
    askedAt: { $gt: new Date(now.getTime() - WAITING_MS) },
    personId: { $ne: new Types.ObjectId(scope.personId) },
  }).limit(100)

/** What waits at or below a unit, the oldest first, then what was decided last. */
export async function requestsWithin(scope: UnitScope<'approveExports'>, now: Date) {
  const unitIds = new Types.ObjectId(scope.unitId)
  const [waiting, decided] = await Promise.all([
    RequestModel.find({
      unitIds,
      status: 'waiting',
      askedAt: { $gt: new Date(now.getTime() - WAITING_MS) },
    })
      .sort({ askedAt: 1 })
      .limit(PAGE)
      .lean<RequestRecord[]>(),
    RequestModel.find({ unitIds, status: { $in: ['approved', 'refused'] } })
      .sort({ askedAt: -1 })
      .limit(PAGE)
      .lean<RequestRecord[]>(),
  ])
  return [...waiting, ...decided]
}

export const requestsOf = (personId: string) =>
  RequestModel.find({ personId: new Types.ObjectId(personId) })
    .sort({ askedAt: -1 })
    .limit(PAGE)
    .lean<RequestRecord[]>()
