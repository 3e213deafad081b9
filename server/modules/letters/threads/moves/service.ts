import type { Types } from 'mongoose'
import { findStudents } from '../../../org/families/service.ts'
import { ThreadModel } from '../model.ts'
import { deskKey } from '../desks/rules.ts'
import { keepAway } from '../seating/service.ts'

interface Placed {
  _id: Types.ObjectId
  classId: Types.ObjectId
  schoolId: Types.ObjectId
  path: string
  leftAt?: Date | null | undefined
}

/**
 * The threads of a child go with it: what the 班主任 answers goes to the class it is in now. At another school, or after leaving, the old
 * one keeps what was written and nobody writes there any more; back again, it goes on. Joins a transaction; harmless twice.
 */
export async function followChild({ _id: studentId, classId, schoolId, path, leftAt }: Placed, now: Date) {
  await ThreadModel.updateMany(
    { studentId, movedAt: null, ...(!leftAt && { schoolId: { $ne: schoolId } }) },
    { movedAt: now, state: 'done', waitingSince: null, sortAt: now },
  )
  if (leftAt) return
  const here = { studentId, schoolId }
  await ThreadModel.updateMany(
    { ...here, $or: [{ path: { $ne: path } }, { movedAt: { $ne: null } }] },
    { classId, path, movedAt: null },
  )
  await ThreadModel.updateMany(
    { ...here, deskPost: 'class_teacher', deskUnitId: { $ne: classId } },
    { deskUnitId: classId, desk: deskKey({ unitId: String(classId), post: 'class_teacher' }) },
  )
  await keepAway(studentId, now)
}

/** The same for the children of a class that moves up, by where they are now. */
export async function followChildren(studentIds: readonly Types.ObjectId[], now: Date) {
  const known = await ThreadModel.distinct('studentId', { studentId: { $in: [...studentIds] } })
  for (const student of await findStudents(known.map(String))) await followChild(student, now)
}
