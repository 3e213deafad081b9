import type { StaffActor } from '../../../http/actor.ts'
import { Refusal } from '../../../http/errors.ts'
import { isWithin } from '../../org/tree/rules.ts'
import type { PersonRecord, PostRecord } from '../model.ts'
import { findPerson } from '../service.ts'
import { isAbove, isAboveAll, stateOf } from './rules.ts'

declare const proven: unique symbol

/** A post that this member of staff may do something about. */
export type PostInReach<A extends 'end' | 'deputise'> = Readonly<{
  person: PersonRecord
  post: PostRecord
  byId: string
}> & { readonly [proven]: A }

/** A person whose sign-in this member of staff may reset. */
export type PersonBelow = Readonly<{
  person: PersonRecord
  unit: { unitId: string; path: string }
}> & { readonly [proven]: 'PersonBelow' }

export interface PostAddress {
  unitId: string
  personId: string
  postId: string
}

/** What somebody may do about one post of a person. */
export function abilitiesOver(actor: StaffActor, person: PersonRecord, post: PostRecord, now: Date) {
  const above = isAbove(actor.posts, post)
  const isMine = String(person._id) === actor.personId
  const isLive = stateOf(post, now) !== 'past'
  const isDeputy = Boolean(post.deputyForId)
  const standsInForMe = String(post.deputyForId) === actor.personId
  const mayReset = !isMine && isAboveAll(actor.posts, person.posts, now) && hasPost(person, now)
  return {
    end: isLive && (above || standsInForMe),
    // What a deputy holds is not theirs to pass on.
    nameDeputy: isLive && !isDeputy && (above || isMine),
    readHistory: above,
    resetPassword: mayReset && Boolean(person.loginName),
    resetTotp: mayReset && Boolean(person.totp?.confirmedAt),
  }
}

const hasPost = (person: PersonRecord, now: Date) => person.posts.some((it) => stateOf(it, now) !== 'past')

/** A post to end: by somebody above, or, when it is a deputy's, by the one whose leave it is. */
export async function postToEnd(actor: StaffActor, address: PostAddress, now: Date) {
  const found = await postAt(actor, address)
  if (!abilitiesOver(actor, found.person, found.post, now).end) throw refusalAbout(found.post, now)
  return { ...found, byId: actor.personId } as unknown as PostInReach<'end'>
}

/** A post to find a deputy for: by its holder, or by somebody above. */
export async function postToDeputise(actor: StaffActor, address: PostAddress, now: Date) {
  const found = await postAt(actor, address)
  if (found.post.deputyForId) throw new Refusal('forbidden', '代理的岗位不能再请别人代理，请找原来的老师')
  if (!abilitiesOver(actor, found.person, found.post, now).nameDeputy) throw refusalAbout(found.post, now)
  return { ...found, byId: actor.personId } as unknown as PostInReach<'deputise'>
}

const refusalAbout = (post: PostRecord, now: Date) =>
  stateOf(post, now) === 'past'
    ? new Refusal('conflict', '这个岗位已经结束了')
    : new Refusal('forbidden', '只有上级可以这样做')

/** A post that may be named at all: one's own, one's deputy's, or one within one's units. */
async function postAt(actor: StaffActor, { unitId, personId, postId }: PostAddress) {
  const person = await findPerson(personId)
  const post = person?.posts.find((it) => String(it._id) === postId && String(it.unitId) === unitId)
  const isClose = personId === actor.personId || String(post?.deputyForId) === actor.personId
  if (!person || !post || (!isClose && !actor.posts.some((it) => isWithin(post.path, it.path)))) {
    throw new Refusal('not_found', '没有找到这个岗位')
  }
  return { person, post }
}

/** Somebody all of whose posts stand below: nobody else may open their account anew, and nobody their own. */
export async function personBelow(
  actor: StaffActor,
  { unitId, personId }: { unitId: string; personId: string },
  now: Date,
): Promise<PersonBelow> {
  const person = await findPerson(personId)
  const here = person?.posts.find((it) => String(it.unitId) === unitId && stateOf(it, now) !== 'past')
  if (!person || !here || !actor.posts.some((it) => isWithin(here.path, it.path))) {
    throw new Refusal('not_found', '没有找到这位教职工')
  }
  if (personId === actor.personId) throw new Refusal('forbidden', '自己的密码请在“设置”里修改')
  if (!isAbove(actor.posts, here)) throw new Refusal('forbidden', '只有上级可以这样做')
  if (!isAboveAll(actor.posts, person.posts, now)) {
    throw new Refusal('forbidden', '这位老师在别处还有岗位，请找能管到全部岗位的上级办理')
  }
  return { person, unit: { unitId, path: here.path } } as unknown as PersonBelow
}
