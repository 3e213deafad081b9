import { Refusal } from '../../../http/errors.ts'
import { classTeachersOf } from '../../accounts/service.ts'
import { factsOf } from '../../org/audiences/facts/service.ts'
import { isIn } from '../../org/audiences/rules.ts'
import { asReached } from '../../org/audiences/service.ts'
import { findStudent, guardiansOf } from '../../org/families/service.ts'
import { DEPTH, idAt, isWithin } from '../../org/tree/rules.ts'
import { findUnits } from '../../org/tree/service.ts'
import type { OwnLetter } from '../policy.ts'
import { fillingFor } from '../rules.ts'
import { classNameIn } from '../sheets/rules.ts'

const FOREVER = new Date(8.64e15)

/** What the letter's blanks say to the guardians of one child it goes to, as they stand today. */
export async function readerOf({ letter, scope }: OwnLetter, studentId: string, now: Date) {
  if (!scope.may('seeFamilies')) throw new Refusal('forbidden', '您的岗位看不到家庭的姓名，请看样例')
  const student = await findStudent(studentId)
  if (!student || student.leftAt || !isWithin(student.path, scope.path)) {
    throw new Refusal('not_found', '没有这个孩子，或他不在您的管理范围内')
  }
  const classId = String(student.classId)
  const facts = (await factsOf([classId])).get(classId) ?? { grade: null, campus: '' }
  // As at the sending: whoever is in a group at this moment is written to.
  if (!isIn(letter, asReached(student), { classId, path: student.path, ...facts }, FOREVER)) {
    throw new Refusal('invalid', '这个孩子不在收信范围里，请换一个')
  }
  const [units, teachers, bonds] = await Promise.all([
    findUnits([classId, idAt(student.path, DEPTH.school) ?? '']),
    classTeachersOf([classId], now),
    guardiansOf([student._id]),
  ])
  const klass = units.find((it) => String(it._id) === classId)
  const schoolName = units.find((it) => it.kind === 'school')?.fullName ?? ''
  const words = {
    schoolName,
    className: klass ? classNameIn(schoolName, klass.fullName) : '',
    teacher: teachers.get(classId)?.name ?? '',
    sentAt: letter.sentAt ?? letter.sendAt ?? now,
  }
  const guardians = bonds
    .filter((it) => !it.to)
    .sort((a, b) => Number(b.isPrimary) - Number(a.isPrimary))
    .map((it) => ({ relation: it.relation, hasJoined: Boolean(it.personId) }))
  const nobody = { relation: '家长', hasJoined: false }
  return {
    student,
    className: words.className,
    guardians: (guardians.length > 0 ? guardians : [nobody]).map((it) => ({
      ...it,
      filling: fillingFor(words, { studentName: student.name, relation: it.relation }),
    })),
  }
}
