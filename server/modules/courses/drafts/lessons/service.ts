import type { Types } from 'mongoose'
import { type LessonDraft, MOST_LESSONS } from '#contract/drafts'
import { Refusal } from '../../../../http/errors.ts'
import { ProgrammeDraftModel, type ProgrammeDraftRecord } from '../model.ts'
import type { OwnDraft } from '../policy.ts'
import { QuestionDraftModel } from '../questions/model.ts'
import { assetsIn } from '../../../files/service.ts'
import { questionProblem, STALE } from '../rules.ts'
import { editing } from '../service.ts'
import { cleanBlocks } from './rules.ts'
import { LessonDraftModel, type LessonDraftRecord } from './model.ts'

export const findLessonDraft = (lessonDraftId: string) =>
  LessonDraftModel.findById(lessonDraftId).lean<LessonDraftRecord>()

/** Every lesson of a draft, in the order they were added; the modules say where they stand. */
export const lessonsOf = (programmeDraftId: Types.ObjectId) =>
  LessonDraftModel.find({ programmeDraftId })
    .limit(MOST_LESSONS)
    .lean<LessonDraftRecord[]>()
    .then((all) => all.sort((a, b) => (String(a._id) < String(b._id) ? -1 : 1)))

/** Adds a lesson to the end of a module; the same request again gives the one it added the first time. */
export async function addLesson(
  own: OwnDraft,
  said: { requestId: string; moduleAt: number; title: string; kind: LessonDraftRecord['kind'] },
  now: Date,
) {
  const { draft, editor } = own
  const { moduleAt, ...begun } = said
  return editing(own, now, async () => {
    const key = { programmeDraftId: draft._id, requestId: begun.requestId }
    const before = await LessonDraftModel.findOne(key).lean<LessonDraftRecord>()
    if (before) return { lesson: before, revision: (await revisionOf(draft._id)) ?? 0 }
    const lesson = await LessonDraftModel.create({ ...begun, ...key, editedAt: now, editedBy: editor })
    const place = `modules.${moduleAt}`
    const placed = await ProgrammeDraftModel.findOneAndUpdate(
      { _id: draft._id, lessons: { $lt: MOST_LESSONS }, [place]: { $exists: true } },
      { $push: { [`${place}.lessonIds`]: lesson._id }, $inc: { revision: 1, lessons: 1 } },
      { returnDocument: 'after' },
    ).lean<ProgrammeDraftRecord>()
    if (!placed) throw new Refusal('conflict', `没有这个单元，或者课程已经有${MOST_LESSONS}课了`)
    return { lesson: lesson.toObject<LessonDraftRecord>(), revision: placed.revision }
  })
}

const revisionOf = async (programmeDraftId: Types.ObjectId) =>
  (await ProgrammeDraftModel.findById(programmeDraftId).lean<ProgrammeDraftRecord>())?.revision

type Content = Pick<
  LessonDraft,
  | 'kind'
  | 'title'
  | 'theme'
  | 'summary'
  | 'minutes'
  | 'hours'
  | 'poster'
  | 'assetIds'
  | 'blocks'
  | 'sources'
  | 'quiz'
  | 'prompt'
  | 'stops'
>

/** Saves a lesson over the revision that was read, and over no other. */
export async function saveLesson(
  own: OwnDraft,
  lesson: LessonDraftRecord,
  revision: number,
  content: Content,
  now: Date,
) {
  checkQuestions(content)
  await checkAssets(own, lesson, content.assetIds)
  return editing(own, now, async () => {
    const saved = await LessonDraftModel.findOneAndUpdate(
      { _id: lesson._id, revision },
      {
        $set: { ...content, blocks: cleanBlocks(content.blocks), editedAt: now, editedBy: own.editor },
        $inc: { revision: 1 },
      },
      { returnDocument: 'after', runValidators: true },
    ).lean<LessonDraftRecord>()
    if (!saved) throw new Refusal('conflict', STALE)
    return saved
  })
}

function checkQuestions({ quiz, stops = [] }: Content) {
  const told = [
    ...quiz.map((it, at) => ({ it, where: `随堂题第${at + 1}题` })),
    ...stops.map((it, at) => ({ it, where: `片中提问第${at + 1}题` })),
  ]
  for (const { it, where } of told) {
    const problem = questionProblem(it)
    if (problem) throw new Refusal('invalid', `${where}：${problem}`)
  }
  const seconds = stops.map((it) => it.at)
  if (new Set(seconds).size < seconds.length) throw new Refusal('invalid', '两道片中提问在同一秒')
}

/** What is new in a lesson is a file of its own unit; what came with a course that was taken over stays. */
async function checkAssets({ draft }: OwnDraft, lesson: LessonDraftRecord, assetIds: string[]) {
  const before = new Set(lesson.assetIds.map(String))
  const fresh = assetIds.filter((it) => !before.has(it))
  if (fresh.length === 0) return
  const found = await assetsIn(draft.unitId, fresh)
  if (found.length < new Set(fresh).size)
    throw new Refusal('invalid', '有的文件已经删除，或者不是本单位的，请重新选择')
}

/** Takes a lesson out of its programme, with what the bank asks about it. Gives the programme's new revision. */
export async function removeLesson(own: OwnDraft, lesson: LessonDraftRecord, now: Date) {
  return editing(own, now, async () => {
    const { deletedCount } = await LessonDraftModel.deleteOne({ _id: lesson._id })
    if (deletedCount === 0) throw new Refusal('not_found', '没有这一课')
    const asked = await QuestionDraftModel.deleteMany({
      programmeDraftId: own.draft._id,
      lessonId: lesson._id,
    })
    const left = await ProgrammeDraftModel.findOneAndUpdate(
      { _id: own.draft._id },
      {
        $pull: { 'modules.$[].lessonIds': lesson._id },
        $inc: { revision: 1, lessons: -1, questions: -asked.deletedCount },
      },
      { returnDocument: 'after' },
    ).lean<ProgrammeDraftRecord>()
    return left?.revision ?? 0
  })
}
