import { Types } from 'mongoose'
import type { StaffActor } from '../../../../http/actor.ts'
import { Refusal } from '../../../../http/errors.ts'
import type { UnitScope } from '../../../org/policy.ts'
import type { LessonRecord, ProgrammeRecord } from '../../programmes/model.ts'
import { bankOf, lessonsOf } from '../../programmes/service.ts'
import { current } from '../../staff/service.ts'
import { LessonDraftModel } from '../lessons/model.ts'
import { ProgrammeDraftModel, type ProgrammeDraftRecord } from '../model.ts'
import { QuestionDraftModel } from '../questions/model.ts'
import { createDraft } from '../service.ts'

interface Asked {
  code: string
  requestId: string
  lessonId?: string | undefined
}

/**
 * Takes a programme over, or one lesson of it, as a draft of a unit's own that names its source. The same request again
 * gives the draft it made the first time.
 */
export async function adapt(scope: UnitScope<'editCourses'>, asked: Asked, author: StaffActor, now: Date) {
  const source = await current(scope, asked.code)
  const all = await lessonsOf(source._id)
  const lessons = asked.lessonId ? all.filter((it) => String(it._id) === asked.lessonId) : all
  const [first] = lessons
  if (!first) throw new Refusal('not_found', '没有这一课')
  const begun = {
    requestId: asked.requestId,
    title: asked.lessonId ? first.title : source.title,
    audience: source.audience ?? 'guardian',
    stage: source.stage,
  }
  const draft = await createDraft(scope, begun, author, now)
  if (draft.source) return draft
  return ProgrammeDraftModel.db.transaction(() => fill(draft, source, lessons, author, now))
}

/** Copies everything into a draft that has nothing yet. */
async function fill(
  draft: ProgrammeDraftRecord,
  source: ProgrammeRecord,
  lessons: LessonRecord[],
  author: StaffActor,
  now: Date,
): Promise<ProgrammeDraftRecord> {
  const idOf = new Map(lessons.map((it) => [String(it._id), new Types.ObjectId()]))
  const bank = (await bankOf(source._id)).filter((it) => idOf.has(String(it.lessonId)))
  const isWhole = lessons.length === source.outline.length
  const filled = await ProgrammeDraftModel.findOneAndUpdate(
    { _id: draft._id, source: null },
    {
      $set: {
        ...aboutOf(source, lessons),
        modules: modulesOf(source, isWhole, idOf),
        exam: isWhole && source.exam.draw > 0 ? source.exam : null,
        lessons: lessons.length,
        questions: bank.length,
        source: {
          code: source.code,
          version: source.version,
          unitName: source.unitName || '通用课程',
          title: source.title,
        },
      },
    },
    { returnDocument: 'after' },
  ).lean<ProgrammeDraftRecord>()
  if (!filled) throw new Refusal('conflict', '请刷新后再看，这门课程已经拿过来了')
  await LessonDraftModel.insertMany(
    lessons.map((it) => ({ ...lessonFrom(it, draft, author, now), _id: idOf.get(String(it._id)) })),
  )
  await QuestionDraftModel.insertMany(
    bank.map(({ _id, programmeId: _, lessonId, code: __, ...it }) => ({
      ...it,
      programmeDraftId: draft._id,
      requestId: `adapted-${String(_id)}`,
      lessonId: idOf.get(String(lessonId)),
    })),
  )
  return filled
}

const aboutOf = (source: ProgrammeRecord, lessons: LessonRecord[]) => ({
  forGrades: source.forGrades,
  // What a unit adds of its own is asked of nobody until it says so.
  isOptional: true,
  isForClassTeachers: source.isForClassTeachers ?? false,
  summary: lessons.length === source.outline.length ? source.summary : (lessons[0]?.summary ?? ''),
  hours: lessons.length === source.outline.length ? source.hours : lessons.length,
})

function modulesOf(source: ProgrammeRecord, isWhole: boolean, idOf: ReadonlyMap<string, Types.ObjectId>) {
  const own = (ids: readonly Types.ObjectId[]) => ids.flatMap((it) => idOf.get(String(it)) ?? [])
  if (isWhole && source.modules?.length) {
    return source.modules.map((it) => ({
      title: it.title,
      rule: it.rule,
      least: it.least,
      lessonIds: own(it.lessonIds),
    }))
  }
  return [{ title: '', rule: 'all', least: 0, lessonIds: own(source.outline.map((it) => it.lessonId)) }]
}

/** Its film and sound stay where they are; the copy shows the same files. */
const lessonFrom = (it: LessonRecord, draft: ProgrammeDraftRecord, author: StaffActor, now: Date) => ({
  programmeDraftId: draft._id,
  requestId: `adapted-${String(it._id)}`,
  kind: it.kind,
  title: it.title,
  theme: it.theme,
  summary: it.summary,
  minutes: it.minutes,
  poster: it.poster,
  mediaFrom: it._id,
  prompt: it.prompt ?? '',
  stops: it.stops ?? [],
  blocks: it.blocks,
  sources: it.sources,
  quiz: it.quiz,
  editedAt: now,
  editedBy: author.name,
})
