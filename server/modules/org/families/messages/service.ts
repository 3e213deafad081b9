import * as accounts from '../../../accounts/service.ts'
import * as notify from '../../../notify/service.ts'
import { DEPTH } from '../../tree/rules.ts'
import { unitsOnPath } from '../../tree/service.ts'
import type { StudentRecord } from '../model.ts'

export interface Matter {
  about: 'invited' | 'reported'
  /** Tells one matter from another: pressed twice, it is one message. */
  key: string
  student: StudentRecord
  /** 爸爸 张强 */
  who: string
}

const subjectOf = (key: string) => `family-${key}`

/** What 班主任 were told of a guardian by name. */
export const subjectsAbout = (guardianshipId: unknown) =>
  [reported(guardianshipId), invited(guardianshipId)].map(subjectOf)

export const reported = (guardianshipId: unknown) => `report-${String(guardianshipId)}`
export const invited = (guardianshipId: unknown) => `invited-${String(guardianshipId)}`

/** 七年级2班 and 实验中学, as people say it inside and outside. */
export async function placeOf(path: string) {
  const units = await unitsOnPath(path)
  const nameAt = (depth: number) => units[depth]?.name ?? ''
  return { className: nameAt(DEPTH.grade) + nameAt(DEPTH.class), schoolName: nameAt(DEPTH.school) }
}

/** The 班主任 hears of something about a family that they should look at. Harmless twice. */
export async function tellTeacher({ about, key, student, who }: Matter, now: Date) {
  const classId = String(student.classId)
  const [teachers, { className }] = await Promise.all([
    accounts.classTeachersOf([classId], now),
    placeOf(student.path),
  ])
  const teacher = teachers.get(classId)
  if (!teacher) return
  const values = { applicant: who, className, child: student.name, askedAt: now, about }
  const page = `/packages/teacher/joins/joins?id=${classId}`
  const message = { subject: subjectOf(key), personId: teacher.personId, page, path: student.path, values }
  await notify.enqueue([{ ...message, kind: 'joinRequest' }], now)
}
