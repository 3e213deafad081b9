import type { CourseAudience } from '#contract/drafts'
import type { PostKind } from '#contract/posts'
import type { Actor, StaffActor } from '../../http/actor.ts'
import type { OwnChild, UnitScope } from '../org/policy.ts'
import { ownChild, ownChildren, unitScope } from '../org/policy.ts'
import type { YearDays } from '../org/terms/rules.ts'
import { yearsOf } from '../org/terms/service.ts'
import { Refusal } from '../../http/errors.ts'
import { placesOf, type Places } from './offers/rules.ts'

declare const proven: unique symbol

/**
 * Whoever studies for themselves: every query of progress, quiz and exam is about this person and no other. A parent
 * meets what is written for parents, a teacher what is written for teachers (A8); who is both meets each in its role.
 */
export type Learner = Readonly<{
  personId: string
  name: string
  audience: CourseAudience
  /** Posts that are held today; none for a parent. */
  posts: readonly PostKind[]
  /** Where they stand in the tree; asked for only when something new is begun. */
  places: () => Promise<Places>
  /** The school years of the city they work in; asked for once, and only where a course may be learned anew. */
  schoolYears: () => Promise<readonly YearDays[]>
}> & { readonly [proven]: 'Learner' }

export function learner(actor: Actor): Learner {
  const paths = async () =>
    actor.role === 'staff'
      ? actor.posts.map((it) => it.path)
      : (await ownChildren(actor)).map((it) => it.path)
  let places: Promise<Places> | undefined
  let years: Promise<readonly YearDays[]> | undefined
  const [post] = actor.role === 'staff' ? actor.posts : []
  return {
    personId: actor.personId,
    name: actor.name,
    audience: actor.role,
    posts: actor.role === 'staff' ? actor.posts.map((it) => it.post) : [],
    places: () => (places ??= paths().then(placesOf)),
    schoolYears: () => (years ??= post ? yearsOf(post.path) : Promise.resolve([])),
  } as unknown as Learner
}

/** A parent, known by the children whose families something is counted for. */
export const parentOf = (personId: string, children: readonly OwnChild[]): Learner =>
  ({
    personId,
    name: '',
    audience: 'guardian',
    posts: [],
    places: async () => placesOf(children.map((it) => it.path)),
    schoolYears: () => Promise.resolve([]),
  }) as unknown as Learner

/** The children a programme may be required for: the one that is named, else all of mine. */
export async function childrenFor(actor: Actor, studentId: string | undefined): Promise<OwnChild[]> {
  if (actor.role === 'staff') return []
  return studentId ? [await ownChild(actor, studentId)] : ownChildren(actor)
}

/** A class this member of staff may see the families of. */
export async function ownClass(actor: StaffActor, classId: string): Promise<UnitScope<'seeFamilies'>> {
  const scope = await unitScope(actor, classId, 'seeFamilies')
  if (scope.kind !== 'class') throw new Refusal('invalid', '请选择一个班级')
  return scope
}
