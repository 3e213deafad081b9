import type { StaffActor } from '../../../http/actor.ts'
import { Refusal } from '../../../http/errors.ts'
import { unitScope, type UnitScope } from '../../org/policy.ts'
import { DEPTH, isWithin } from '../../org/tree/rules.ts'
import type { ActivityRecord } from './activities/model.ts'
import { findActivity } from './activities/service.ts'
import type { LecturerRecord } from './lecturers/model.ts'
import { findLecturer } from './lecturers/service.ts'

declare const proven: unique symbol

/** An activity of a parent school that this member of staff runs. */
export type OwnActivity = Readonly<{ activity: ActivityRecord; scope: UnitScope<'runParentSchool'> }> & {
  readonly [proven]: 'OwnActivity'
}

/** A lecturer of a team that this member of staff keeps. */
export type OwnLecturer = Readonly<{ lecturer: LecturerRecord; scope: UnitScope<'runParentSchool'> }> & {
  readonly [proven]: 'OwnLecturer'
}

const NO_ACTIVITY = '没有这场活动，或它不在您的管理范围内'
const NO_LECTURER = '没有这位讲师，或不在您的管理范围内'

/** A school has a parent school (家长学校), a district and the city a parent university (家长大学, A1). */
export async function parentSchool<A extends 'look' | 'runParentSchool'>(
  actor: StaffActor,
  unitId: string,
  action: A,
): Promise<UnitScope<A>> {
  const scope = await unitScope(actor, unitId, action)
  if (DEPTH[scope.kind] > DEPTH.school) throw new Refusal('invalid', '家长学校以学校为单位，请先选一所学校')
  return scope
}

async function running(actor: StaffActor, unitId: string, missing: string) {
  return unitScope(actor, unitId, 'runParentSchool').catch((error: unknown) => {
    throw error instanceof Refusal && error.code === 'not_found' ? new Refusal('not_found', missing) : error
  })
}

export async function ownActivity(actor: StaffActor, activityId: string): Promise<OwnActivity> {
  const activity = await findActivity(activityId)
  if (!activity) throw new Refusal('not_found', NO_ACTIVITY)
  return { activity, scope: await running(actor, String(activity.unitId), NO_ACTIVITY) } as OwnActivity
}

export async function ownLecturer(actor: StaffActor, lecturerId: string): Promise<OwnLecturer> {
  const lecturer = await findLecturer(lecturerId)
  if (!lecturer) throw new Refusal('not_found', NO_LECTURER)
  return { lecturer, scope: await running(actor, String(lecturer.unitId), NO_LECTURER) } as OwnLecturer
}

/** An activity seen from a unit: of that unit, below it, or above it and open to its families. */
export async function activityWithin(actor: StaffActor, activityId: string, unitId: string) {
  const scope = await unitScope(actor, unitId, 'look')
  const activity = await findActivity(activityId)
  if (!activity || !(isWithin(activity.path, scope.path) || isWithin(scope.path, activity.path))) {
    throw new Refusal('not_found', NO_ACTIVITY)
  }
  const isOwn = await running(actor, String(activity.unitId), NO_ACTIVITY).then(
    () => true,
    () => false,
  )
  return { activity, scope, isOwn }
}
