import { randomBytes } from 'node:crypto'
import { Types } from 'mongoose'
import { POST_WORDS, postInWords, type PostKind } from '#contract/posts'
import type { StaffActor } from '../../../http/actor.ts'
import { Refusal } from '../../../http/errors.ts'
import type { Deps } from '../../../infra/deps.ts'
import * as audit from '../../audit/service.ts'
import type { UnitScope } from '../../org/policy.ts'
import { PersonModel, type PersonRecord, type PostRecord } from '../model.ts'
import { hashPassword } from '../sign-in/service.ts'
import { isAboveAll, MOST_POSTS, objectionToTerm, stateOf, type Term, termInWords, termOf } from './rules.ts'

export interface Appointment {
  post: PostKind
  name: string
  phone: string
  loginName?: string | undefined
  fromOn?: string | undefined
  toOn?: string | undefined
}

/**
 * Gives a post to whoever holds this phone, making the account when there is none. Given twice it is held once.
 * A console account that is new gets a password, which is returned and kept only as a hash.
 */
export async function appoint(
  scope: UnitScope<'appoint'>,
  actor: Pick<StaffActor, 'personId' | 'posts'>,
  { post, name, phone, loginName, fromOn, toOn }: Appointment,
  { fields, clock }: Pick<Deps, 'fields' | 'clock'>,
) {
  const now = clock.now()
  const term = termOf(fromOn, toOn, now)
  const objection = objectionToTerm(post, term, now)
  if (objection) throw new Refusal('invalid', objection)

  const phoneIndex = fields.index(phone)
  if (await PersonModel.exists({ _id: actor.personId, phoneIndex })) {
    throw new Refusal('forbidden', '不能给自己安排岗位，请找上级安排')
  }
  const person = await PersonModel.findOneAndUpdate(
    { phoneIndex },
    { $setOnInsert: { name, phone: fields.seal(phone) } },
    { upsert: true, returnDocument: 'after' },
  ).lean<PersonRecord>()
  await PersonModel.updateOne({ _id: person._id, name: '' }, { name })
  // Asked before the post is given: it stands below the giver anyway.
  const mayOpen = isAboveAll(actor.posts, person.posts, now)
  await give(scope, person, { post, term }, now)
  const initialPassword =
    loginName && !person.loginName ? await openConsole(person._id, loginName, mayOpen) : null
  return { personId: String(person._id), initialPassword }
}

/** Writes the post unless the person holds it for some of these days. */
async function give(
  scope: UnitScope<'appoint'>,
  person: PersonRecord,
  { post, term }: { post: PostKind; term: Term },
  now: Date,
) {
  const same = { post, unitId: new Types.ObjectId(scope.unitId) }
  const overlaps = {
    ...same,
    deputyForId: null,
    ...(term.to && { from: { $lt: term.to } }),
    $or: [{ to: null }, { to: { $gt: term.from } }],
  }
  const isGiven = await PersonModel.db.transaction(async () => {
    const { matchedCount } = await PersonModel.updateOne(
      {
        _id: person._id,
        posts: { $not: { $elemMatch: overlaps } },
        [`posts.${MOST_POSTS - 1}`]: { $exists: false },
      },
      {
        $push: {
          posts: { ...same, path: scope.path, ...term, givenBy: new Types.ObjectId(scope.personId) },
        },
      },
    )
    if (matchedCount === 0) return false
    const detail = `${POST_WORDS[post]}，${termInWords(term)}`
    await audit.record('post.given', { unit: scope, personId: String(person._id), detail }, now)
    return true
  })
  if (!isGiven && !(await isHeld(person._id, same, term, now))) {
    throw new Refusal('conflict', '这位老师在这段时间已经有这个岗位了，要改日期请先结束原来的')
  }
}

/** Whether exactly this is held already: the button was pressed twice. */
async function isHeld(
  personId: Types.ObjectId,
  { post, unitId }: { post: PostKind; unitId: Types.ObjectId },
  { from, to }: Term,
  now: Date,
) {
  const person = await PersonModel.findById(personId, { posts: 1 }).lean<PersonRecord>()
  return person?.posts.some(
    (it) =>
      it.post === post &&
      it.unitId.equals(unitId) &&
      !it.deputyForId &&
      it.to?.getTime() === to?.getTime() &&
      (it.from.getTime() === from.getTime() || (it.from <= now && from <= now)),
  )
}

async function openConsole(personId: Types.ObjectId, loginName: string, mayOpen: boolean) {
  // Whoever sees a first password could sign in with it, to everything this person may do.
  if (!mayOpen) {
    throw new Refusal('conflict', '岗位已安排。这位老师在别处还有岗位，控制台账号请能管到全部岗位的上级来开')
  }
  const password = randomBytes(12).toString('base64url')
  const passwordHash = await hashPassword(password)
  try {
    const { matchedCount } = await PersonModel.updateOne(
      { _id: personId, loginName: { $exists: false } },
      { loginName, passwordHash, hasFirstPassword: true },
    )
    return matchedCount > 0 ? password : null
  } catch (error) {
    if ((error as { code?: number }).code === 11000) {
      throw new Refusal('conflict', '岗位已安排，但这个账号名已经有人用了，请换一个账号名再保存一次')
    }
    throw error
  }
}

/** The post of this kind that a person holds at a unit now, or will hold; a deputy's is not it. */
export async function findHeld(personId: string, unitId: string, kind: PostKind, now: Date) {
  const person = await PersonModel.findById(personId, { posts: 1 }).lean<PersonRecord>()
  const held = (person?.posts ?? []).filter(
    (it) => it.post === kind && String(it.unitId) === unitId && !it.deputyForId,
  )
  const found = (['now', 'coming'] as const).flatMap((state) =>
    held.filter((it) => stateOf(it, now) === state),
  )
  return found[0] ?? null
}

/** Ends a post now, and with it whoever stands in for it. What was done in it stays. */
export async function end(person: Pick<PersonRecord, '_id'>, post: PostRecord, byId: string, now: Date) {
  const same = { post: post.post, unitId: post.unitId }
  await PersonModel.db.transaction(async () => {
    await endOne(person._id, post, byId, now)
    await endDeputies({ ...same, deputyForId: person._id }, byId, now)
    if (post.deputyForId) {
      // The holder may ask somebody else for the days that are left.
      await PersonModel.updateOne(
        { _id: post.deputyForId },
        { 'posts.$[held].deputyUntil': now },
        {
          arrayFilters: [
            { 'held.post': same.post, 'held.unitId': same.unitId, 'held.deputyUntil': { $gt: now } },
          ],
        },
      )
    }
    const unit = { unitId: String(post.unitId), path: post.path }
    const detail = postInWords({ post: post.post, isDeputy: Boolean(post.deputyForId) })
    await audit.record('post.ended', { unit, personId: String(person._id), detail }, now)
  })
}

async function endOne(personId: Types.ObjectId, { _id }: Pick<PostRecord, '_id'>, byId: string, now: Date) {
  const { matchedCount } = await PersonModel.updateOne(
    { _id: personId, posts: { $elemMatch: { _id, $or: [{ to: null }, { to: { $gt: now } }] } } },
    { 'posts.$[held].to': now, 'posts.$[held].endedBy': new Types.ObjectId(byId) },
    { arrayFilters: [{ 'held._id': _id }] },
  )
  if (matchedCount === 0) throw new Refusal('conflict', '这个岗位已经结束了')
}

/** A post that moved with its class has another id, and so has its deputy's: whose it is, where and which, is what ties them. */
const endDeputies = (
  { deputyForId, unitId, post }: Pick<PostRecord, 'unitId' | 'post'> & { deputyForId: Types.ObjectId },
  byId: string,
  now: Date,
) =>
  PersonModel.updateMany(
    { posts: { $elemMatch: { deputyForId, unitId, post, to: { $gt: now } } } },
    { 'posts.$[deputy].to': now, 'posts.$[deputy].endedBy': new Types.ObjectId(byId) },
    {
      arrayFilters: [
        {
          'deputy.deputyForId': deputyForId,
          'deputy.unitId': unitId,
          'deputy.post': post,
          'deputy.to': { $gt: now },
        },
      ],
    },
  )
