import type { myJoin } from '#contract/org'
import type * as z from 'zod/mini'
import type { JoinRecord } from './model.ts'

const EXPIRED = '14天里没有等到处理，这次申请已自动结束。您可以再申请一次，也可以直接联系班主任。'

export function presentMyJoin(
  join: JoinRecord,
  names: { className: string; schoolName: string },
): z.infer<typeof myJoin> {
  return {
    id: String(join._id),
    studentName: join.studentName,
    relation: join.relation,
    // Phones that were not updated know no 'expired'; the reason tells the same.
    status: join.status === 'expired' ? 'declined' : join.status,
    askedAt: join.askedAt.toISOString(),
    reason: join.status === 'expired' ? EXPIRED : (join.reason ?? null),
    ...(join.status === 'expired' && { mayAskAgain: true }),
    ...names,
  }
}
