import type { Student } from '#contract/org'
import type * as z from 'zod/mini'
import type { match } from '#contract/org'
import { shownNumber } from '../../../infra/id-numbers.ts'
import { type FieldCrypto, maskName, maskPhone } from '../../../infra/field-crypto.ts'
import type { GuardianshipRecord, StudentRecord } from './model.ts'

export function presentStudent(
  student: Pick<StudentRecord, '_id' | 'number' | 'name' | 'classId'>,
  guardians: GuardianshipRecord[],
  className: string,
  fields: FieldCrypto,
): Student {
  return {
    id: String(student._id),
    number: shownNumber(student.number),
    name: student.name,
    classId: String(student.classId),
    className,
    guardians: guardians
      .filter((it) => it.studentId.equals(student._id))
      .map((it) => ({
        guardianshipId: String(it._id),
        name: it.name || `${student.name}的${it.relation}`,
        relation: it.relation,
        maskedPhone: it.phone ? maskPhone(fields.open(it.phone)) : null,
        isPrimary: it.isPrimary,
        joinedAt: it.joinedAt?.toISOString() ?? null,
      })),
  }
}

export function presentMatch(
  bond: GuardianshipRecord,
  studentName: string,
  names: { className: string; schoolName: string },
): z.infer<typeof match> {
  return {
    guardianshipId: String(bond._id),
    maskedStudentName: maskName(studentName),
    relation: bond.relation,
    ...names,
  }
}
