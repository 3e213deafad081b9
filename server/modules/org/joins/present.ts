import type { myJoin } from '#contract/org'
import type * as z from 'zod/mini'
import type { JoinRecord } from './model.ts'

export function presentMyJoin(
  join: JoinRecord,
  names: { className: string; schoolName: string },
): z.infer<typeof myJoin> {
  return {
    id: String(join._id),
    studentName: join.studentName,
    relation: join.relation,
    status: join.status,
    askedAt: join.askedAt.toISOString(),
    reason: join.reason ?? null,
    ...names,
  }
}
