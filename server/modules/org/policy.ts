import type { PostKind } from '#contract/org'
import type { ActorPost, GuardianActor, StaffActor } from '../../http/actor.ts'
import { Refusal } from '../../http/errors.ts'
import type { InGroup } from './audiences/rules.ts'
import type { Action } from './rules.ts'
import { may, objectionTo } from './rules.ts'
import { findUnit } from './tree/service.ts'
import { isWithin } from './tree/rules.ts'
import * as families from './families/service.ts'
import type { UnitRecord } from './tree/model.ts'

declare const proven: unique symbol

/** A unit this member of staff has been proven to reach for one kind of work. Queries demand it. */
export type UnitScope<A extends Action = Action> = Readonly<{
  unitId: string
  kind: UnitRecord['kind']
  name: string
  fullName: string
  path: string
  personId: string
  post: PostKind
  may: (action: Action) => boolean
}> & { readonly [proven]: A }

/** A child of this guardian, proven by a guardianship that is in force. */
export type OwnChild = Readonly<{
  studentId: string
  studentName: string
  classId: string
  schoolId: string
  path: string
  personId: string
  guardianshipId: string
  guardianName: string
  relation: string
  /** Every class the child has been in: what was sent to a class stays with its families. */
  memberships: readonly Readonly<{ classId: string; path: string; from: Date; to: Date | null }>[]
  /** What letters to groups and to children with a mark go by; the family is shown neither. */
  groups: readonly InGroup[]
  isBoarding: boolean
  isLeftBehind: boolean
}> & { readonly [proven]: 'OwnChild' }

/** Outside one's posts a unit does not exist (404); inside, the wrong post is told so (403). Of several actions one is enough. */
export async function unitScope<A extends Action>(
  actor: StaffActor,
  unitId: string,
  ...actions: [A, ...A[]]
): Promise<UnitScope<A>> {
  const unit = await findUnit(unitId)
  const posts = unit ? actor.posts.filter((it) => isWithin(unit.path, it.path)) : []
  if (!unit || posts.length === 0) throw new Refusal('not_found', '没有这个单位，或它不在您的管理范围内')
  return prove(unit, posts, actor, actions)
}

function prove<A extends Action>(unit: UnitRecord, posts: ActorPost[], actor: StaffActor, actions: A[]) {
  const post = posts.find((it) => actions.some((action) => may(it.post, action)))
  if (!post) throw new Refusal('forbidden', '您的岗位不能做这件事')
  return {
    unitId: String(unit._id),
    kind: unit.kind,
    name: unit.name,
    fullName: unit.fullName,
    path: unit.path,
    personId: actor.personId,
    post: post.post,
    may: (other: Action) => posts.some((it) => may(it.post, other)),
  } as unknown as UnitScope<A>
}

/** A unit where this member of staff may give or end a post that stands below their own. */
export async function appointScope(
  actor: StaffActor,
  unitId: string,
  post: PostKind,
): Promise<UnitScope<'appoint'>> {
  const scope = await unitScope(actor, unitId, 'appoint')
  const objections = actor.posts
    .filter((it) => isWithin(scope.path, it.path) && may(it.post, 'appoint'))
    .map((it) => objectionTo(post, scope.kind, it.post))
  const [first] = objections
  if (first !== undefined && !objections.includes(null)) throw new Refusal('forbidden', first ?? '')
  return scope
}

/** Every child of the signed-in guardian; none while they have taken their consent back. */
export async function ownChildren(actor: GuardianActor): Promise<OwnChild[]> {
  if (actor.consent?.isGiven === false) return []
  return (await families.childrenOf(actor.personId)) as unknown as OwnChild[]
}

/** Whoever comes to a child first agrees to the privacy text (PIPL 29, 31: for a child under 14 the guardian does). */
export function agreed({ consent }: GuardianActor) {
  if (!consent?.isGiven) throw new Refusal('forbidden', '请先看一看隐私保护说明，同意以后再加入孩子的班级')
}

/** One child of the signed-in guardian; anybody else's does not exist. */
export async function ownChild(actor: GuardianActor, studentId: string): Promise<OwnChild> {
  if (actor.consent?.isGiven === false) {
    throw new Refusal(
      'forbidden',
      '您撤回了对隐私保护说明的同意，孩子的内容先收起来了；在“我的信息”里重新同意就能看到',
    )
  }
  const child = (await ownChildren(actor)).find((it) => it.studentId === studentId)
  if (!child) throw new Refusal('not_found', '没有找到这个孩子')
  return child
}
