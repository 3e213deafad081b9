import type { StaffActor } from '../../../http/actor.ts'
import { Refusal } from '../../../http/errors.ts'
import { unitScope, type UnitScope } from '../policy.ts'
import type { Action } from '../rules.ts'
import { DEPTH, idAt } from '../tree/rules.ts'
import type { StudentRecord } from './model.ts'
import { findStudent } from './service.ts'

declare const proven: unique symbol

/** A child whose class this member of staff has been proven to reach. */
export type FamilyInScope<A extends Action = Action> = Readonly<{
  student: StudentRecord
  scope: UnitScope<A>
}> & { readonly [proven]: A }

/** Outside one's posts a child does not exist (404); inside, the wrong post is told so (403). */
export async function familyInScope<A extends Action>(
  actor: StaffActor,
  studentId: string,
  action: A,
): Promise<FamilyInScope<A>> {
  const noChild = new Refusal('not_found', '没有这个学生，或不在您的管理范围内')
  const student = await findStudent(studentId)
  if (!student || student.leftAt) throw noChild
  const scope = await unitScope(actor, String(student.classId), action).catch((error: unknown) => {
    throw error instanceof Refusal && error.code === 'not_found' ? noChild : error
  })
  return { student, scope } as unknown as FamilyInScope<A>
}

/** A child whom this member of staff answers for at the school or above it: what a court orders is set there. */
export type SchoolsFamily = FamilyInScope<'keepFamilies'> & { readonly atSchool: true }

/** The same child, proven at its school; null for those who keep its class only. */
export async function atItsSchool(
  actor: StaffActor,
  family: FamilyInScope<'keepFamilies'>,
): Promise<SchoolsFamily | null> {
  const schoolId = idAt(family.student.path, DEPTH.school)
  const scope = schoolId ? await unitScope(actor, schoolId, 'keepFamilies').catch(() => null) : null
  return scope && { ...family, atSchool: true }
}

/** Only a school or a district may. */
export async function schoolsFamily(actor: StaffActor, studentId: string): Promise<SchoolsFamily> {
  const family = await atItsSchool(actor, await familyInScope(actor, studentId, 'keepFamilies'))
  if (!family) throw new Refusal('forbidden', '这件事由学校管理员办理，请向学校提出')
  return family
}
