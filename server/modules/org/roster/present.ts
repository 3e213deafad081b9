import type { RosterImport } from '#contract/roster'
import { KEPT_DAYS } from './rules.ts'
import type { ImportRecord, RowRecord } from './model.ts'

export interface Beside {
  errors: RowRecord[]
  errorsUrl: string | null
  /** Why it cannot be undone, or null. */
  undoObjection: string | null
}

export function presentImport(job: ImportRecord, { errors, errorsUrl, undoObjection }: Beside): RosterImport {
  const { students, newStudents, changedStudents, guardians, newUnits } = job
  const { movedStudents, leftInClasses, leftInSchools } = job
  return {
    id: String(job._id),
    unitId: String(job.unitId),
    fileName: job.fileName,
    status: job.status,
    begunAt: job.createdAt.toISOString(),
    begunBy: job.begunByName,
    refusal: job.refusal ?? null,
    rows: job.rows,
    rowsChecked: job.rowsChecked,
    rowsApplied: job.rowsApplied,
    idNumbers: job.idNumbers,
    counts: {
      students,
      newStudents,
      changedStudents,
      guardians,
      newUnits,
      errors: job.errors,
      movedStudents,
      leftInClasses,
      leftInSchools,
    },
    errors: errors.map(({ row, student, problem }) => ({ row, student, problem: problem ?? '' })),
    errorsUrl: job.errors > 0 ? errorsUrl : null,
    undo: job.appliedAt
      ? {
          until: new Date(job.appliedAt.getTime() + KEPT_DAYS * 86_400_000).toISOString(),
          objection: undoObjection,
          done: job.undone,
          of: job.changes,
          kept: job.kept,
        }
      : null,
    abilities: {
      apply: job.status === 'checked' && job.rows > job.errors,
      discard: ['checked', 'mapping', 'uploaded'].includes(job.status),
      map: job.status === 'mapping' || job.status === 'checked',
      undo: job.status === 'applied' && undoObjection === null,
    },
  }
}
