import type { StaffActor } from '../../../http/actor.ts'
import { Refusal } from '../../../http/errors.ts'
import { unitScope, type UnitScope } from '../../org/policy.ts'
import { may } from '../../org/rules.ts'
import { isWithin } from '../../org/tree/rules.ts'
import { approverAbove } from '../settings/service.ts'
import type { LessonDraftRecord } from './lessons/model.ts'
import { findLessonDraft } from './lessons/service.ts'
import type { ProgrammeDraftRecord } from './model.ts'
import type { QuestionDraftRecord } from './questions/model.ts'
import { findQuestionDraft } from './questions/service.ts'
import { findDraft } from './service.ts'

declare const proven: unique symbol

/** Writing courses, and putting them before families. */
type Work = 'editCourses' | 'publishCourses'

/** A draft of a unit for which this member of staff writes courses. */
export type OwnDraft<A extends Work = 'editCourses'> = Readonly<{
  draft: ProgrammeDraftRecord
  scope: UnitScope<A>
  editor: string
}> & { readonly [proven]: A }

const none = (what: string) => new Refusal('not_found', what)

/** Outside one's posts a draft does not exist; inside, the wrong post is told so. */
export async function ownDraft<A extends Work = 'editCourses'>(
  actor: StaffActor,
  programmeDraftId: string,
  work: A = 'editCourses' as A,
): Promise<OwnDraft<A>> {
  const draft = await findDraft(programmeDraftId)
  if (!draft) throw none('没有这门课程')
  const scope = await unitScope(actor, String(draft.unitId), work).catch((error: unknown) => {
    throw error instanceof Refusal && error.code === 'not_found' ? none('没有这门课程') : error
  })
  return { draft, scope, editor: actor.name } as unknown as OwnDraft<A>
}

/** A lesson of a draft that is theirs to write. */
export async function ownLessonDraft(actor: StaffActor, lessonDraftId: string) {
  const lesson: LessonDraftRecord | null = await findLessonDraft(lessonDraftId)
  if (!lesson) throw none('没有这一课')
  return { lesson, own: await ownDraft(actor, String(lesson.programmeDraftId)) }
}

/** A question of a draft that is theirs to write. */
export async function ownQuestionDraft(actor: StaffActor, questionDraftId: string) {
  const question: QuestionDraftRecord | null = await findQuestionDraft(questionDraftId)
  if (!question) throw none('没有这道题')
  return { question, own: await ownDraft(actor, String(question.programmeDraftId)) }
}

/** A draft that waits for a unit whose yes is this member of staff's to give. */
export type DraftToDecide = Readonly<{
  draft: ProgrammeDraftRecord
  scope: UnitScope<'publishCourses'>
  editor: string
}> & { readonly [proven]: 'DraftToDecide' }

/** Inside the unit that wrote it, whoever may not decide is told so; elsewhere it does not exist. */
export async function draftToDecide(actor: StaffActor, programmeDraftId: string): Promise<DraftToDecide> {
  const { draft } = await ownDraft(actor, programmeDraftId, 'publishCourses')
  const approver = await approverAbove(draft.path)
  if (!approver) throw new Refusal('conflict', '这门课程不用审核')
  const scope = await unitScope(actor, String(approver._id), 'publishCourses').catch((error: unknown) => {
    throw error instanceof Refusal && error.code === 'not_found'
      ? new Refusal('forbidden', '这门课程由上级单位审核')
      : error
  })
  return { draft, scope, editor: actor.name } as unknown as DraftToDecide
}

/** A draft that may go out: its unit's own, with the yes from above where one is asked for (or by who could give it). */
export async function draftToPublish(actor: StaffActor, programmeDraftId: string) {
  const own = await ownDraft(actor, programmeDraftId, 'publishCourses')
  const approver = await approverAbove(own.draft.path)
  if (!approver || own.draft.status === 'approved') return own
  const isAbove = actor.posts.some((it) => isWithin(approver.path, it.path) && may(it.post, 'publishCourses'))
  if (!isAbove) throw new Refusal('conflict', '这门课程要先提交上级单位审核，通过后再发布')
  return own
}
