import { nearestHolders } from '../../../../accounts/holders/service.ts'
import * as notify from '../../../../notify/service.ts'
import { postsThatMay } from '../../../../org/rules.ts'
import type { ProgrammeDraftRecord } from '../../model.ts'

const HOME = '/pages/home/home'

const about = ({ _id, path, revision }: ProgrammeDraftRecord, step: string) => ({
  subject: `course-${String(_id)}`,
  path,
  step: `${step}-${revision}`,
  kind: 'staffMatter' as const,
  page: HOME,
})

/** Whoever may say yes hears that a course waits. Harmless twice. */
export async function announceSubmission(draft: ProgrammeDraftRecord, approverPath: string, now: Date) {
  const people = await nearestHolders(approverPath, postsThatMay('publishCourses'), { now })
  const values = {
    title: '有一门课程等您审核',
    who: draft.editedBy,
    unit: draft.unitName,
    note: `《${draft.title}》，请在控制台的“编写课程”里审核。`,
  }
  await notify.enqueue(
    people.map((personId) => ({ ...about(draft, 'submitted'), personId, values })),
    now,
  )
}

/** Who began the course hears the answer. */
export async function announceDecision(draft: ProgrammeDraftRecord, by: string, now: Date) {
  const isApproved = draft.status === 'approved'
  const values = {
    title: isApproved ? '您的课程通过了审核' : '您的课程退回来了',
    who: by,
    unit: draft.unitName,
    note: isApproved
      ? `《${draft.title}》可以发布了。`
      : `《${draft.title}》：${draft.returned?.words ?? ''}`,
  }
  await notify.enqueue(
    [{ ...about(draft, isApproved ? 'approved' : 'returned'), personId: String(draft.authorId), values }],
    now,
  )
}
