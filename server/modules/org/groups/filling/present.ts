import type { GroupFill, NamedChild } from '#contract/group-fills'
import { shownNumber } from '../../../../infra/id-numbers.ts'
import type { StudentRecord } from '../../families/model.ts'
import { presentLeftOut } from '../present.ts'
import type { GroupFillRecord } from './model.ts'
import { type Findings, MOST_CHOICES, SHOWN, UNDO_MS } from './rules.ts'

export interface Beside {
  findings: Findings
  students: ReadonlyMap<string, Pick<StudentRecord, '_id' | 'number' | 'name' | 'classId'>>
  classNames: ReadonlyMap<string, string>
  tally: { added: number; removed: number }
  objection: string | null
  errorsUrl: string
  now: Date
}

/** Whose names a page of findings shows. */
export const idsShown = ({ found, unclear }: Findings, { leftOutIds }: GroupFillRecord) => [
  ...found.slice(0, SHOWN),
  ...unclear.slice(0, MOST_CHOICES).flatMap((it) => it.studentIds),
  ...leftOutIds.map(String),
]

export function presentFill(fill: GroupFillRecord, beside: Beside): GroupFill {
  const { findings, students, classNames, tally, objection, errorsUrl } = beside
  const { found, unclear, problems } = findings
  const named = (id: string): NamedChild[] => {
    const student = students.get(id)
    if (!student) return []
    const className = classNames.get(String(student.classId)) ?? ''
    return [{ studentId: id, number: shownNumber(student.number), name: student.name, className }]
  }
  return {
    id: String(fill._id),
    groupId: String(fill.groupId),
    fileName: fill.fileName,
    status: fill.status,
    counts: {
      rows: fill.rows,
      found: found.length,
      already: fill.already,
      unclear: unclear.length,
      errors: problems.length,
    },
    found: found.slice(0, SHOWN).flatMap(named),
    unclear: unclear.slice(0, MOST_CHOICES).map(({ row, said, reason, studentIds }) => ({
      ...{ row, said, reason },
      choices: studentIds.flatMap(named),
    })),
    errors: problems.slice(0, SHOWN).map(({ row, student, problem }) => ({ row, student, problem })),
    errorsUrl: problems.length + unclear.length > 0 ? errorsUrl : null,
    objection: fill.status === 'checked' ? objection : null,
    ...tally,
    leftOut: fill.leftOutIds.flatMap((it) => {
      const student = students.get(String(it))
      return student ? [presentLeftOut(student)] : []
    }),
    undoUntil: undoUntil(fill, beside.now),
  }
}

/** Until when a table can be taken back; null when it cannot. */
export function undoUntil({ status, appliedAt }: GroupFillRecord, now: Date): string | null {
  if (status !== 'applied' || !appliedAt) return null
  const until = new Date(appliedAt.getTime() + UNDO_MS)
  return until > now ? until.toISOString() : null
}
