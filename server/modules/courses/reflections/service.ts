import { Types } from 'mongoose'
import type { MyReflection } from '#contract/lesson-parts'
import { Refusal } from '../../../http/errors.ts'
import type { Deps } from '../../../infra/deps.ts'
import type { UnitScope } from '../../org/policy.ts'
import { idsOf, within } from '../../org/tree/rules.ts'
import { refuseHarmful } from '../../safety/service.ts'
import type { Learner } from '../policy.ts'
import { isReflected } from '../programmes/lessons/rules.ts'
import type { LessonRecord, ProgrammeRecord } from '../programmes/model.ts'
import * as watches from '../watch/service.ts'
import { ReflectionModel, type ReflectionRecord } from './model.ts'
import type { OwnReview } from './policy.ts'
import { objectionTo } from './rules.ts'

type Tools = Pick<Deps, 'fields' | 'wechat' | 'clock' | 'log'>

const PAGE = 20

const keyOf = (learner: Learner, lesson: LessonRecord, programme: Pick<ProgrammeRecord, 'code'>) => ({
  personId: new Types.ObjectId(learner.personId),
  programmeCode: programme.code,
  lessonCode: lesson.code,
})

/**
 * Ticks a task or answers a question, once the lesson was read. What is to be shown to others is looked at by WeChat
 * first and by a person always; what was changed is looked at again.
 */
export async function save(
  learner: Learner,
  { lesson, programme, path }: { lesson: LessonRecord; programme: ProgrammeRecord; path: string },
  said: { text: string; isShared: boolean },
  deps: Tools,
) {
  const medium = lesson.kind
  if (medium !== 'task' && medium !== 'discussion')
    throw new Refusal('conflict', '这一课没有任务，也没有讨论')
  const isShared = said.isShared || medium === 'discussion'
  const objection = objectionTo(medium, said.text, isShared)
  if (objection) throw new Refusal('invalid', objection)
  // WeChat's word is final only where it is a no; unreachable or in doubt, a person looks at it all the same.
  if (isShared) {
    const words = { personId: learner.personId, scene: 'other' as const, texts: [said.text] }
    await refuseHarmful(words, deps, '这段话里有不适合公开的内容，请改一改再提交')
  }
  const now = deps.clock.now()
  await watches.noteReflection(learner, lesson._id, now)
  const [cityId] = idsOf(path)
  const saved = await ReflectionModel.findOneAndUpdate(
    keyOf(learner, lesson, programme),
    {
      medium,
      lessonId: lesson._id,
      sealedText: deps.fields.seal(said.text),
      isShared,
      status: isShared ? 'waiting' : 'kept',
      reason: null,
      path,
      cityId: cityId ? new Types.ObjectId(cityId) : null,
      savedAt: now,
      decidedBy: null,
      decidedAt: null,
    },
    { upsert: true, returnDocument: 'after' },
  ).lean<ReflectionRecord>()
  return presentMine(saved, deps)
}

const presentMine = (it: ReflectionRecord, { fields }: Pick<Deps, 'fields'>): MyReflection => ({
  text: it.sealedText === '' ? '' : fields.open(it.sealedText),
  isShared: it.isShared,
  status: it.status,
  reason: it.reason ?? null,
  savedAt: it.savedAt.toISOString(),
})

/** What a person wrote in a lesson, in whichever version. */
export async function mineOf(learner: Learner, lesson: LessonRecord, deps: Pick<Deps, 'fields'>) {
  if (!isReflected(lesson.kind)) return null
  const mine = await ReflectionModel.findOne({
    personId: new Types.ObjectId(learner.personId),
    lessonCode: lesson.code,
  }).lean<ReflectionRecord>()
  return mine && presentMine(mine, deps)
}

/** Takes back what was written; that the lesson is done stays. Harmless twice. */
export const takeBack = (learner: Learner, lesson: LessonRecord, programme: Pick<ProgrammeRecord, 'code'>) =>
  ReflectionModel.deleteOne(keyOf(learner, lesson, programme))

/** What others of the same city wrote and somebody has looked at; open to whoever has written. */
export async function sharedIn(
  learner: Learner,
  { lesson, programme }: { lesson: LessonRecord; programme: Pick<ProgrammeRecord, 'code'> },
  after: string | undefined,
  { fields }: Pick<Deps, 'fields'>,
) {
  const key = keyOf(learner, lesson, programme)
  const mine = await ReflectionModel.findOne(key).lean<ReflectionRecord>()
  if (!mine) throw new Refusal('conflict', '先写下自己的想法，再看看别的家长怎么说')
  const found = await ReflectionModel.find({
    cityId: mine.cityId ?? null,
    programmeCode: key.programmeCode,
    lessonCode: key.lessonCode,
    status: 'shown',
    ...(after && { _id: { $lt: new Types.ObjectId(after) } }),
  })
    .sort({ _id: -1 })
    .limit(PAGE + 1)
    .lean<ReflectionRecord[]>()
  const page = found.slice(0, PAGE)
  return {
    reflections: page
      .filter((it) => !it.personId.equals(key.personId))
      .map((it) => ({
        id: String(it._id),
        text: fields.open(it.sealedText),
        savedAt: it.savedAt.toISOString(),
      })),
    next: found.length > PAGE ? String(page.at(-1)?._id) : null,
  }
}

export const findReflection = (reflectionId: string) =>
  ReflectionModel.findById(reflectionId).lean<ReflectionRecord>()

/** What waits below a unit, or was decided there, the newest first. */
export async function toReview(
  scope: UnitScope<'publishCourses'>,
  status: 'waiting' | 'shown' | 'refused',
  after?: string,
) {
  const path = within(scope.path)
  const [found, waiting] = await Promise.all([
    ReflectionModel.find({ status, path, ...(after && { _id: { $lt: new Types.ObjectId(after) } }) })
      .sort({ _id: -1 })
      .limit(PAGE + 1)
      .lean<ReflectionRecord[]>(),
    ReflectionModel.countDocuments({ status: 'waiting', path }, { limit: 1_000 }),
  ])
  const page = found.slice(0, PAGE)
  return { page, waiting, next: found.length > PAGE ? String(page.at(-1)?._id) : null }
}

/** Decides about the text that was read, and about no other; it may be decided again. */
export async function review(
  { reflection, scope }: OwnReview,
  said: { savedAt: Date; show: boolean; reason: string },
  now: Date,
) {
  if (!said.show && said.reason === '') throw new Refusal('invalid', '请写一句为什么不公开，写的人会看到')
  const { matchedCount } = await ReflectionModel.updateOne(
    { _id: reflection._id, savedAt: said.savedAt, isShared: true },
    {
      status: said.show ? 'shown' : 'refused',
      reason: said.show ? null : said.reason,
      decidedBy: new Types.ObjectId(scope.personId),
      decidedAt: now,
    },
  )
  if (matchedCount === 0) throw new Refusal('conflict', '家长刚刚改过或收回了这段话，请刷新后再看')
}
