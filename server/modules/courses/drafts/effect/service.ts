import type { Deps } from '../../../../infra/deps.ts'
import { teachersAsked } from '../../training/service.ts'
import { EnrolmentModel } from '../../programmes/model.ts'
import { familiesOfGrades } from '../../staff/service.ts'
import type { OwnDraft } from '../policy.ts'

/** What publishing would change, and for whom. */
export async function effectOf({ draft }: OwnDraft, deps: Pick<Deps, 'redis' | 'clock'>) {
  const isParents = draft.audience === 'guardian'
  const required = draft.isOptional
    ? 0
    : isParents
      ? await familiesOfGrades(draft.path, draft.forGrades, deps.redis)
      : await teachersAsked(draft.path, draft.isForClassTeachers, deps.clock.now())
  const halfway = draft.published
    ? await EnrolmentModel.countDocuments({ programmeCode: draft.code, finishedAt: null })
    : 0
  return { required, halfway, reach: `${draft.unitName}的${isParents ? '家长' : '教师'}` }
}
