import type { Student } from '../../../contract'

export interface ShownStudent {
  id: string
  number: string
  name: string
  /** 妈妈已加入 · 爸爸未加入 */
  guardians: string
  hasJoined: boolean
}

export function presentStudent(student: Student): ShownStudent {
  return {
    id: student.id,
    number: student.number,
    name: student.name,
    guardians:
      student.guardians.map((it) => `${it.relation}${it.joinedAt ? '已加入' : '未加入'}`).join(' · ') ||
      '花名册里没有家长',
    hasJoined: student.guardians.some((it) => it.joinedAt !== null),
  }
}
