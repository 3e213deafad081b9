import type * as api from '#contract/transfers'
import { shownNumber } from '../../../../infra/id-numbers.ts'
import type { AssignmentRecord, GroupRecord, LineRecord } from './model.ts'

export const presentGroup = (group: GroupRecord, mayDecide: boolean): api.AssignedGroup => ({
  assignmentId: String(group.assignmentId),
  schoolId: String(group.schoolId),
  schoolName: group.schoolName,
  from: group.from,
  fileName: group.fileName,
  students: group.students,
  moved: group.moved,
  failed: group.failed,
  status: group.status,
  reason: group.reason ?? null,
  abilities: { decide: mayDecide && group.status === 'waiting' },
})

export const presentAssignment = (
  job: AssignmentRecord,
  errors: LineRecord[],
  groups: api.AssignedGroup[],
): api.Assignment => ({
  id: String(job._id),
  unitId: String(job.unitId),
  fileName: job.fileName,
  status: job.status,
  begunAt: job.createdAt.toISOString(),
  begunBy: job.begunByName,
  refusal: job.refusal ?? null,
  rows: job.rows,
  problems: job.problems,
  errors: errors.map((it) => ({ row: it.row, student: it.name, problem: it.problem ?? '' })),
  groups,
  abilities: {
    send: job.status === 'checked' && groups.length > 0,
    discard: job.status === 'checked' || job.status === 'refused' || job.status === 'uploaded',
  },
})

export const presentLine = (line: LineRecord): api.AssignedStudent => ({
  row: line.row,
  name: line.name,
  number: shownNumber(line.number),
  fromSchool: line.fromSchool,
  state: line.state,
  problem: line.problem ?? null,
})
