import type { ChildGroup, GroupMember } from '#contract/groups'
import { shownNumber } from '../../../infra/id-numbers.ts'
import type { StudentRecord } from '../families/model.ts'
import type { ChildGroupRecord } from './model.ts'
import { MOST_OF_A_CHILD } from './rules.ts'

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

export const presentLeftOut = (student: Pick<StudentRecord, '_id' | 'number' | 'name'>) => ({
  studentId: String(student._id),
  number: shownNumber(student.number),
  name: student.name,
  problem: `已经在${MOST_OF_A_CHILD}个分组里，先从不用的分组移出，再来加`,
})
