import { Types } from 'mongoose'
import type { PostKind } from '#contract/posts'
import type { Role } from '#contract/accounts'
import type { Actor, StaffActor } from '../../http/actor.ts'
import { Refusal } from '../../http/errors.ts'
import type { Deps } from '../../infra/deps.ts'
import { findOnePlain } from '../../infra/plain.ts'
import { within } from '../org/tree/rules.ts'
import { PersonModel, type PersonRecord } from './model.ts'
import { hashSecret, MOST_SESSIONS, mintToken, plainPhone, readToken, SESSION_DAYS } from './rules.ts'

const DAY_MS = 86_400_000
const PAGE = 100

const SIGNED_IN = { name: 1, loginName: 1, posts: 1, consent: 1, 'sessions.$': 1 }

/** Who a token speaks for, or null. One read by primary key: a revoked session ends with its next call. */
export async function actorFor(text: string, now: Date): Promise<Actor | null> {
  const token = readToken(text)
  if (!token) return null
  const hash = hashSecret(token.secret)
  const person = await findOnePlain<PersonRecord>(
    PersonModel,
    {
      _id: new Types.ObjectId(token.personId),
      sessions: { $elemMatch: { hash, expiresAt: { $gt: now } } },
    },
    { projection: SIGNED_IN },
  )
  const session = person?.sessions[0]
  if (!person || !session) return null
  const signedIn = {
    personId: token.personId,
    sessionId: String(session._id),
    name: person.name,
    loginName: person.loginName ?? null,
    ...(session.mustSetUpTotp && { mustSetUpTotp: true }),
    ...(session.mustChangePassword && { mustChangePassword: true }),
  }
  if (session.role === 'guardian') {
    return { ...signedIn, role: 'guardian', consent: person.consent ?? null }
  }
  return { ...signedIn, role: 'staff', posts: postsNow(person, now) }
}

/** The posts a person holds at this moment. */
export const postsNow = (person: Pick<PersonRecord, 'posts'>, now: Date) =>
  person.posts
    .filter((it) => it.from <= now && (!it.to || it.to > now))
    .map(({ post, unitId, path, deputyForId, from }) => ({
      post,
      unitId: String(unitId),
      path,
      isDeputy: Boolean(deputyForId),
      from,
    }))

/** The widest unit of a person's posts: whose log a sign-in belongs to. */
export function widestUnit(person: Pick<PersonRecord, 'posts'>, now: Date) {
  const [widest] = postsNow(person, now).sort((a, b) => a.path.length - b.path.length)
  return widest && { unitId: widest.unitId, path: widest.path }
}

export interface NewSession {
  role: Role
  device: string
  isConsole?: boolean
  mustSetUpTotp?: boolean
  mustChangePassword?: boolean
}

/** Opens a session; past ten devices the oldest is signed out. */
export async function openSession(
  personId: string,
  { role, device, isConsole = false, mustSetUpTotp = false, mustChangePassword = false }: NewSession,
  now: Date,
) {
  const { token, hash } = mintToken(personId)
  const expiresAt = new Date(now.getTime() + SESSION_DAYS[role] * DAY_MS)
  const duties = { mustSetUpTotp, mustChangePassword }
  const session = { hash, role, openedAt: now, expiresAt, device, isConsole, ...duties }
  await PersonModel.updateOne(
    { _id: personId },
    { $push: { sessions: { $each: [{ _id: new Types.ObjectId(), ...session }], $slice: -MOST_SESSIONS } } },
  )
  return { token, expiresAt: expiresAt.toISOString() }
}

export async function closeSession(personId: string, sessionId: string) {
  const { matchedCount } = await PersonModel.updateOne(
    { _id: personId, 'sessions._id': new Types.ObjectId(sessionId) },
    { $pull: { sessions: { _id: new Types.ObjectId(sessionId) } } },
  )
  if (matchedCount === 0) throw new Refusal('not_found', '这台设备已经退出了')
}

/** Signs every other device out: after a change of password. */
export const closeOtherSessions = (personId: string, sessionId: string) =>
  PersonModel.updateOne(
    { _id: personId },
    { $pull: { sessions: { _id: { $ne: new Types.ObjectId(sessionId) } } } },
  )

export const findPerson = (personId: string) => PersonModel.findById(personId).lean<PersonRecord>()

/** Who is signed in, as stored. */
export async function self(personId: string) {
  const person = await findPerson(personId)
  if (!person) throw new Refusal('unauthenticated', '请重新登录')
  return person
}

export const findByLoginName = (loginName: string) => PersonModel.findOne({ loginName }).lean<PersonRecord>()

export const findDemoPerson = (demoAs: string) => PersonModel.findOne({ demoAs }).lean<PersonRecord>()

export const demoPeople = () =>
  PersonModel.find({ demoAs: { $type: 'string' } })
    .sort({ _id: 1 })
    .limit(50)
    .lean<PersonRecord[]>()

/** The account of a WeChat identity, made at its first visit. */
export const ensureByOpenId = (wxOpenId: string) =>
  PersonModel.findOneAndUpdate(
    { wxOpenId },
    {},
    { upsert: true, returnDocument: 'after' },
  ).lean<PersonRecord>()

/**
 * Binds a phone that WeChat has vouched for. If somebody's account (a teacher's from the staff list, or a parent's
 * with a lost WeChat) already holds it, this WeChat identity moves to that account: one person, one account.
 */
export async function bindPhone(personId: string, text: string, deps: Pick<Deps, 'fields'>) {
  const phone = plainPhone(text)
  if (!phone) throw new Refusal('invalid', '目前只支持中国大陆的手机号')
  const phoneIndex = deps.fields.index(phone)
  const owner = await PersonModel.findOne({ phoneIndex }).lean<PersonRecord>()
  if (owner && String(owner._id) !== personId) return moveTo(owner, personId)
  await PersonModel.updateOne({ _id: personId }, { phone: deps.fields.seal(phone), phoneIndex })
  return personId
}

async function moveTo(owner: PersonRecord, fromId: string) {
  await PersonModel.db.transaction(async () => {
    const from = await PersonModel.findById(fromId).lean<PersonRecord>()
    if (!from?.wxOpenId) throw new Refusal('conflict', '请重新登录后再绑定手机号')
    await PersonModel.updateOne({ _id: fromId }, { $unset: { wxOpenId: 1 }, sessions: [] })
    await PersonModel.updateOne({ _id: owner._id }, { wxOpenId: from.wxOpenId })
  })
  return String(owner._id)
}

/** A person gives the name a form asked for, when the account has none yet. */
export const nameIfNameless = (personId: string, name: string) =>
  PersonModel.updateOne({ _id: personId, name: '' }, { name })

/** WeChat addresses of some people; those without one are missing from the map. */
export async function openIdsOf(personIds: string[]) {
  const people = await PersonModel.find(
    { _id: { $in: personIds }, wxOpenId: { $type: 'string' } },
    { wxOpenId: 1 },
  ).lean()
  return new Map(people.map((it) => [String(it._id), it.wxOpenId ?? '']))
}

/** The sealed numbers of some people with what stands for them in searches; those without a number are missing. */
export async function numbersOf(personIds: readonly string[]) {
  const people = await PersonModel.find(
    { _id: { $in: personIds }, phoneIndex: { $type: 'string' } },
    { phone: 1, phoneIndex: 1 },
  ).lean()
  return new Map(
    people.map((it) => [String(it._id), { sealed: it.phone ?? '', phoneIndex: it.phoneIndex ?? '' }]),
  )
}

/** Whose numbers these are, by what stands for them in searches. */
export async function ownersOf(phoneIndexes: readonly string[]) {
  const people =
    phoneIndexes.length > 0
      ? await PersonModel.find({ phoneIndex: { $in: [...phoneIndexes] } }, { phoneIndex: 1 }).lean()
      : []
  return new Map(people.map((it) => [it.phoneIndex ?? '', String(it._id)]))
}

export async function findPeople(personIds: string[]) {
  const people = await PersonModel.find({ _id: { $in: personIds } }).lean<PersonRecord[]>()
  return new Map(people.map((it) => [String(it._id), it]))
}

export async function namesOf(personIds: string[]) {
  const people = await PersonModel.find({ _id: { $in: personIds } }, { name: 1 }).lean()
  return new Map(people.map((it) => [String(it._id), it.name]))
}

/** Those of some people who have taken their consent back: their children are put away, and nothing is said of them. */
export async function withdrawnAmong(personIds: string[]): Promise<Set<string>> {
  const people = await PersonModel.find(
    { _id: { $in: personIds }, 'consent.isGiven': false },
    { _id: 1 },
  ).lean()
  return new Set(people.map((it) => String(it._id)))
}

/** 班主任 of some classes, by class id. During a leave it is the deputy, who is there and is told so: 王芳（代）. */
export async function classTeachersOf(classIds: string[], now: Date) {
  const ids = classIds.map((it) => new Types.ObjectId(it))
  const people = await PersonModel.find(
    { posts: { $elemMatch: { unitId: { $in: ids }, post: 'class_teacher' } } },
    { name: 1, posts: 1 },
  ).lean<PersonRecord[]>()
  const held = people.flatMap((person) =>
    postsNow(person, now)
      .filter((it) => it.post === 'class_teacher')
      .map(({ unitId, isDeputy }) => ({
        unitId,
        isDeputy,
        teacher: { personId: String(person._id), name: isDeputy ? `${person.name}（代）` : person.name },
      })),
  )
  // The last word of a map wins.
  const inOrder = held.sort((a, b) => Number(a.isDeputy) - Number(b.isDeputy))
  return new Map(inOrder.map((it) => [it.unitId, it.teacher] as const))
}

/** People with a post at or below a path, in force and to come or over, a page at a time. */
export async function staffWithin(
  path: string,
  { after, show, now }: { after?: string | undefined; show: 'current' | 'past'; now: Date },
) {
  const ends = show === 'past' ? { to: { $lte: now } } : { $or: [{ to: null }, { to: { $gt: now } }] }
  const found = await PersonModel.find(
    {
      posts: { $elemMatch: { path: within(path), ...ends } },
      ...(after && { _id: { $gt: new Types.ObjectId(after) } }),
    },
    { name: 1, posts: 1, loginName: 1, 'totp.confirmedAt': 1 },
  )
    .sort({ _id: 1 })
    .limit(PAGE + 1)
    .lean<PersonRecord[]>()
  return { people: found.slice(0, PAGE), next: found.length > PAGE ? String(found[PAGE - 1]?._id) : null }
}

export interface NewStaff {
  name: string
  posts: { post: PostKind; unitId: Types.ObjectId; path: string }[]
  phone?: string
  loginName?: string
  passwordHash?: string
  /** Somebody else has read the password: its owner sets another one first. */
  hasFirstPassword?: boolean
  demoAs?: string
}

/** A member of staff; found again by phone or account name. Harmless twice. */
export async function ensureStaff(staff: NewStaff, now: Date, { fields }: Pick<Deps, 'fields'>) {
  const phone = staff.phone ? plainPhone(staff.phone) : null
  const key = staff.loginName
    ? { loginName: staff.loginName }
    : { phoneIndex: fields.index(phone ?? staff.name) }
  return PersonModel.findOneAndUpdate(
    key,
    {
      $setOnInsert: {
        name: staff.name,
        passwordHash: staff.passwordHash ?? null,
        ...(staff.hasFirstPassword && { hasFirstPassword: true }),
        ...(phone && { phone: fields.seal(phone), phoneIndex: fields.index(phone) }),
        ...(staff.demoAs && { demoAs: staff.demoAs }),
        posts: staff.posts.map((it) => ({ ...it, from: now, to: null })),
      },
    },
    { upsert: true, returnDocument: 'after' },
  ).lean<PersonRecord>()
}

/** Members of staff of this name with a post, now or once, at or below a path. */
export const staffNamed = (path: string, name: string) =>
  PersonModel.find({ 'posts.path': within(path), name }, { _id: 1 })
    .limit(20)
    .lean<Pick<PersonRecord, '_id'>[]>()

/** The member of staff behind a signed link, with the posts of this moment. */
export async function staffActor(personId: string, now: Date): Promise<StaffActor> {
  const person = await findPerson(personId)
  if (!person) throw new Refusal('forbidden', '请重新登录后再打开')
  return {
    role: 'staff',
    personId,
    sessionId: '',
    name: person.name,
    loginName: person.loginName ?? null,
    posts: postsNow(person, now),
  }
}
