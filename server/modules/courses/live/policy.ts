import type { StaffActor } from '../../../http/actor.ts'
import { Refusal } from '../../../http/errors.ts'
import { type OwnChild, unitScope, type UnitScope } from '../../org/policy.ts'
import { DEPTH, isWithin } from '../../org/tree/rules.ts'
import { findUnit } from '../../org/tree/service.ts'
import type { LiveRecord } from './model.ts'
import { isForGrade } from './rules.ts'
import { findLive } from './service.ts'

declare const proven: unique symbol

/** A live class that this member of staff gives. */
export type OwnLive = Readonly<{ live: LiveRecord; scope: UnitScope<'runParentSchool'> }> & {
  readonly [proven]: 'OwnLive'
}

/** A live class that is open to the family of this child. */
export type ChildsLive = Readonly<{ live: LiveRecord; child: OwnChild }> & { readonly [proven]: 'ChildsLive' }

const noLive = () => new Refusal('not_found', '没有这堂云课堂')

/** Where live classes are given: a school, a district, the city. */
export async function liveUnit(actor: StaffActor, unitId: string) {
  const scope = await unitScope(actor, unitId, 'runParentSchool')
  if (DEPTH[scope.kind] > DEPTH.school)
    throw new Refusal('invalid', '云课堂由学校、区县或市来开，请先选一所学校')
  return scope
}

async function running(actor: StaffActor, live: LiveRecord) {
  return unitScope(actor, String(live.unitId), 'runParentSchool').catch((error: unknown) => {
    throw error instanceof Refusal && error.code === 'not_found' ? noLive() : error
  })
}

export async function ownLive(actor: StaffActor, liveId: string): Promise<OwnLive> {
  const live = await findLive(liveId)
  if (!live) throw noLive()
  return { live, scope: await running(actor, live) } as OwnLive
}

/** A class seen from a unit: of that unit, below it, or from above and open to its families. */
export async function liveWithin<A extends 'seeFigures' | 'seeFamilies'>(
  actor: StaffActor,
  liveId: string,
  unitId: string,
  action: A,
) {
  const scope = await unitScope(actor, unitId, action)
  const live = await findLive(liveId)
  if (!live || !(isWithin(live.path, scope.path) || isWithin(scope.path, live.path))) throw noLive()
  const isOwn = await running(actor, live).then(
    () => true,
    () => false,
  )
  return { live, scope, isOwn }
}

/** A class is open to a family when its unit lies above the child and the grade is among its own. */
export async function liveFor(child: OwnChild, liveId: string): Promise<ChildsLive> {
  const live = await findLive(liveId)
  const klass = await findUnit(child.classId)
  if (!live || !isWithin(child.path, live.path) || !isForGrade(live.grades, klass?.grade)) throw noLive()
  return { live, child } as ChildsLive
}
