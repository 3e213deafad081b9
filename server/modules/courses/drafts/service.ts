import { Types } from 'mongoose'
import type { CourseAudience, CourseStage, ProgrammeDraft } from '#contract/drafts'
import type { StaffActor } from '../../../http/actor.ts'
import { Refusal } from '../../../http/errors.ts'
import type { UnitScope } from '../../org/policy.ts'
import { LessonDraftModel } from './lessons/model.ts'
import { lessonsOf } from './lessons/service.ts'
import { ProgrammeDraftModel, type ProgrammeDraftRecord } from './model.ts'
import type { OwnDraft } from './policy.ts'
import { QuestionDraftModel } from './questions/model.ts'
import { EDITABLE, FIRST_MODULE, LOCKED, STALE } from './rules.ts'

/** More programmes than these no unit writes. */
const MOST_DRAFTS = 200
const OWNERS = ['city', 'district', 'school']

export const findDraft = (programmeDraftId: string) =>
  ProgrammeDraftModel.findById(programmeDraftId).lean<ProgrammeDraftRecord>()

/** What a unit itself is writing and has written, the latest change first. */
export const draftsOf = (scope: UnitScope<'editCourses'>) =>
  ProgrammeDraftModel.find({ unitId: new Types.ObjectId(scope.unitId) })
    .sort({ editedAt: -1 })
    .limit(MOST_DRAFTS)
    .lean<ProgrammeDraftRecord[]>()

/** A new programme with one empty module; the same request again gives the one it made the first time. */
export async function createDraft(
  scope: UnitScope<'editCourses'>,
  said: { requestId: string; title: string; audience: CourseAudience; stage: CourseStage },
  author: StaffActor,
  now: Date,
): Promise<ProgrammeDraftRecord> {
  if (!OWNERS.includes(scope.kind)) throw new Refusal('invalid', '课程由学校、区县或市来开设')
  const { requestId, ...begun } = said
  const key = { authorId: new Types.ObjectId(author.personId), requestId }
  const _id = new Types.ObjectId()
  const draft = await ProgrammeDraftModel.findOneAndUpdate(
    key,
    {
      $setOnInsert: {
        ...begun,
        _id,
        code: `c${String(_id)}`,
        unitId: new Types.ObjectId(scope.unitId),
        unitName: scope.fullName,
        path: scope.path,
        modules: [FIRST_MODULE],
        editedAt: now,
        editedBy: author.name,
      },
    },
    { upsert: true, returnDocument: 'after' },
  )
    .lean<ProgrammeDraftRecord>()
    .catch(async (error: { code?: number }) => {
      if (error.code !== 11000) throw error
      return ProgrammeDraftModel.findOne(key).lean<ProgrammeDraftRecord>() // the same tap, a moment earlier
    })
  if (!draft || String(draft.unitId) !== scope.unitId) throw new Refusal('conflict', '请刷新页面后重新新建')
  return draft
}

/**
 * Changes something of a draft, all of it or nothing: refused while it waits for an answer or for its day. What was
 * published or approved is a draft again.
 */
export async function editing<T>({ draft, editor }: OwnDraft, now: Date, work: () => Promise<T>): Promise<T> {
  return ProgrammeDraftModel.db.transaction(async () => {
    const { matchedCount } = await ProgrammeDraftModel.updateOne(
      { _id: draft._id, status: { $in: EDITABLE } },
      { status: 'draft', approvedAt: null, editedAt: now, editedBy: editor },
    )
    if (matchedCount === 0) throw new Refusal('conflict', LOCKED)
    return work()
  })
}

type Content = Pick<
  ProgrammeDraft,
  | 'title'
  | 'audience'
  | 'stage'
  | 'forGrades'
  | 'isForClassTeachers'
  | 'isOptional'
  | 'summary'
  | 'hours'
  | 'hoursNote'
  | 'modules'
  | 'exam'
  | 'certificate'
>

/** Saves structure and rules over the revision that was read, and over no other. */
export async function saveDraft(own: OwnDraft, revision: number, content: Content, now: Date) {
  const { draft } = own
  return editing(own, now, async () => {
    await checkPlaces(draft, content.modules)
    const saved = await ProgrammeDraftModel.findOneAndUpdate(
      { _id: draft._id, revision },
      { $set: content, $inc: { revision: 1 } },
      { returnDocument: 'after', runValidators: true },
    ).lean<ProgrammeDraftRecord>()
    if (!saved) throw new Refusal('conflict', STALE)
    return saved
  })
}

/** Every lesson of a module is one of this draft and stands in one place. */
async function checkPlaces(draft: ProgrammeDraftRecord, modules: Content['modules']) {
  const placed = modules.flatMap((it) => it.lessonIds)
  const known = new Set((await lessonsOf(draft._id)).map((it) => String(it._id)))
  if (new Set(placed).size < placed.length) throw new Refusal('invalid', '同一课放进了两个地方')
  if (placed.some((it) => !known.has(it))) throw new Refusal('conflict', STALE)
}

/** Takes away a programme that was never published, with its lessons and questions. */
export async function removeDraft({ draft }: OwnDraft) {
  await ProgrammeDraftModel.db.transaction(async () => {
    const { deletedCount } = await ProgrammeDraftModel.deleteOne({
      _id: draft._id,
      published: null,
      status: { $in: EDITABLE },
    })
    if (deletedCount === 0) throw new Refusal('conflict', '发布过或者已经提交的课程不能删除')
    await LessonDraftModel.deleteMany({ programmeDraftId: draft._id })
    await QuestionDraftModel.deleteMany({ programmeDraftId: draft._id })
  })
}
