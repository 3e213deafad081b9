import type { SheetRow } from '#contract/letters'
import type { Marks } from './model.ts'
import { firstOf } from './rules.ts'
import type { NamedSheet } from './service.ts'

interface Calling {
  studentId: unknown
  personId?: unknown
  relation: string
}

/** 张三妈妈; after a guardian has left, 张三家长. */
export function callingOf(bonds: Calling[], childName: string, studentId: string, guardianId: string) {
  const bond = bonds.find((it) => String(it.personId) === guardianId && String(it.studentId) === studentId)
  return `${childName}${bond?.relation ?? '家长'}`
}

/** Who of a family did something first, and when. */
export function presentDeed(
  marks: Marks | undefined,
  { studentId, childName, bonds }: { studentId: string; childName: string; bonds: Calling[] },
) {
  const first = firstOf(marks, studentId)
  if (!first) return null
  return { by: callingOf(bonds, childName, studentId, first.guardianId), at: first.at.toISOString() }
}

export function presentRows({
  sheet,
  students,
  bonds,
}: Pick<NamedSheet, 'sheet' | 'students'> & { bonds: Calling[] }): SheetRow[] {
  const unreached = new Set(sheet.unreached.map(String))
  return students.map((student) => {
    const studentId = String(student._id)
    const of = { studentId, childName: student.name, bonds }
    return {
      studentId,
      number: student.number,
      name: student.name,
      hasJoined: !unreached.has(studentId) || student.activatedAt !== null,
      read: presentDeed(sheet.readBy, of),
      confirmed: presentDeed(sheet.confirmedBy, of),
      signed: presentDeed(sheet.signedBy, of),
    }
  })
}
