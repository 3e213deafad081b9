import type { StaffActor } from '../../../http/actor.ts'
import { Refusal } from '../../../http/errors.ts'
import type { StudentRecord } from '../families/model.ts'
import { findStudent } from '../families/service.ts'
import { unitScope, type UnitScope } from '../policy.ts'

/** A student whose class this member of staff may move children out of; anybody else's does not exist. */
export async function ownStudent(
  actor: StaffActor,
  studentId: string,
): Promise<{ student: StudentRecord; scope: UnitScope<'transfer'> }> {
  const student = await findStudent(studentId)
  if (!student) throw new Refusal('not_found', '没有这名学生')
  const scope = await unitScope(actor, String(student.classId), 'transfer').catch((error: unknown) => {
    throw error instanceof Refusal && error.code === 'not_found'
      ? new Refusal('not_found', '没有这名学生')
      : error
  })
  return { student, scope }
}

/** The proof for a unit, or null where this member of staff may not move children there. */
export const mayTransferAt = (actor: StaffActor, unitId: string): Promise<UnitScope<'transfer'> | null> =>
  unitScope(actor, unitId, 'transfer').catch((error: unknown) => {
    if (error instanceof Refusal) return null
    throw error
  })
