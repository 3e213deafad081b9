import type { Me } from '#contract/accounts'
import type { Actor } from '../../http/actor.ts'
import type { Deps } from '../../infra/deps.ts'
import { maskPhone } from '../../infra/field-crypto.ts'
import { shanghaiDay } from '../../infra/clock.ts'
import { standingOf } from '../privacy/consents/service.ts'
import * as families from '../org/families/service.ts'
import * as joins from '../org/joins/service.ts'
import { ownChildren } from '../org/policy.ts'
import * as tree from '../org/tree/service.ts'
import { DEPTH, idAt } from '../org/tree/rules.ts'
import type { PersonRecord } from './model.ts'
import { stateOf } from './posts/rules.ts'
import { classTeachersOf, findPerson, namesOf, postsNow } from './service.ts'
import { Refusal } from '../../http/errors.ts'

/** Everything a client needs to draw its frame: names, posts, children, what waits. */
export async function presentMe(
  actor: Actor,
  { fields, clock }: Pick<Deps, 'fields' | 'clock'>,
): Promise<Me> {
  const person = await findPerson(actor.personId)
  if (!person) throw new Refusal('unauthenticated', '请重新登录')
  const now = clock.now()
  const [children, matches, joinsWaiting] =
    actor.role === 'guardian'
      ? await Promise.all([
          presentChildren(actor, now),
          person.phoneIndex ? families.matchesOf(person.phoneIndex, actor.personId) : [],
          joins.countWaiting(actor.personId),
        ])
      : [[], [], 0]
  return {
    personId: actor.personId,
    name: person.name || children[0]?.name.concat(`的${children[0].relation}`) || '家长',
    role: actor.role,
    maskedPhone: person.phone ? maskPhone(fields.open(person.phone)) : null,
    posts: actor.role === 'staff' ? await presentPosts(person, now) : [],
    children,
    matchesWaiting: matches.length,
    joinsWaiting,
    canSwitchRole: Boolean(person.wxOpenId) && postsNow(person, now).length > 0,
    hasTotp: Boolean(person.totp?.confirmedAt),
    ...(actor.mustSetUpTotp && { mustSetUpTotp: true }),
    ...(actor.mustChangePassword && { mustChangePassword: true }),
    ...(actor.role === 'guardian' && { consent: standingOf(actor.consent, shanghaiDay(now)) }),
  }
}

export async function presentPosts(person: PersonRecord, now: Date): Promise<Me['posts']> {
  const posts = person.posts.filter((it) => stateOf(it, now) === 'now')
  const holders = posts.flatMap((it) => (it.deputyForId ? [String(it.deputyForId)] : []))
  const [units, names] = await Promise.all([
    tree.findUnits(posts.map((it) => String(it.unitId))),
    holders.length > 0 ? namesOf(holders) : new Map<string, string>(),
  ])
  return posts.flatMap(({ _id, post, unitId, to, deputyForId }) => {
    const unit = units.find((it) => it._id.equals(unitId))
    if (!unit) return []
    return [
      {
        post,
        unitId: String(unitId),
        unitKind: unit.kind,
        unitName: unit.fullName,
        postId: String(_id),
        isDeputy: Boolean(deputyForId),
        ...(deputyForId && { deputyFor: names.get(String(deputyForId)) ?? '' }),
        to: to?.toISOString() ?? null,
      },
    ]
  })
}

async function presentChildren(actor: Actor & { role: 'guardian' }, now: Date): Promise<Me['children']> {
  const children = await ownChildren(actor)
  if (children.length === 0) return []
  const [teachers, units] = await Promise.all([
    classTeachersOf(
      children.map((it) => it.classId),
      now,
    ),
    tree.findUnits(children.flatMap((it) => [it.classId, idAt(it.path, DEPTH.grade) ?? '', it.schoolId])),
  ])
  const unitOf = (id: string | null) => units.find((it) => String(it._id) === id)
  return children.map((child) => ({
    studentId: child.studentId,
    name: child.studentName,
    relation: child.relation,
    classId: child.classId,
    className: (unitOf(idAt(child.path, DEPTH.grade))?.name ?? '') + (unitOf(child.classId)?.name ?? ''),
    schoolName: unitOf(child.schoolId)?.name ?? '',
    grade: unitOf(child.classId)?.grade ?? 0,
    classTeacher: teachers.get(child.classId)?.name ?? null,
  }))
}
