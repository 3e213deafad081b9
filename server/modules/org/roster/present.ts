import type { RosterImport } from '#contract/roster'
import type { ImportRecord, RowRecord } from './model.ts'

export function presentImport(
  job: ImportRecord,
  errors: RowRecord[],
  errorsUrl: string | null,
): RosterImport {
  const { students, newStudents, changedStudents, guardians, newUnits } = job
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
    counts: { students, newStudents, changedStudents, guardians, newUnits, errors: job.errors },
    errors: errors.map(({ row, student, problem }) => ({ row, student, problem: problem ?? '' })),
    errorsUrl: job.errors > 0 ? errorsUrl : null,
    abilities: {
      apply: job.status === 'checked' && job.rows > job.errors,
      discard: job.status === 'checked' || job.status === 'uploaded',
    },
  }
}
