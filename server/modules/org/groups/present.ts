import type { ChildGroup, GroupMember } from '#contract/groups'
import { shownNumber } from '../../../infra/id-numbers.ts'
import type { StudentRecord } from '../families/model.ts'
import type { ChildGroupRecord } from './model.ts'

export const presentGroup = (group: ChildGroupRecord, unitName: string, families: number): ChildGroup => ({
  id: String(group._id),
  unitId: String(group.unitId),
  unitName,
  name: group.name,
  isSensitive: group.isSensitive,
  families,
  endsOn: group.endsOn ?? null,
})

export const presentMember = (
  student: StudentRecord,
  group: ChildGroupRecord,
  className: string,
): GroupMember => ({
  studentId: String(student._id),
  number: shownNumber(student.number),
  name: student.name,
  className,
  hasJoined: student.activatedAt != null,
  since: (
    student.groups?.find((it) => it.groupId.equals(group._id) && !it.to)?.from ?? group.createdAt
  ).toISOString(),
})
