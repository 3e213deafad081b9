import type { Types } from 'mongoose'
import { Refusal } from '../../../../http/errors.ts'
import { hash } from '../../../../infra/files.ts'
import { type NewVersion, writeVersion } from '../../programmes/versions/service.ts'
import { lessonFrom, shownIn } from './lessons/service.ts'
import { lessonsOf } from '../lessons/service.ts'
import { ProgrammeDraftModel, type ProgrammeDraftRecord } from '../model.ts'
import type { OwnDraft } from '../policy.ts'
import type { QuestionDraftRecord } from '../questions/model.ts'
import { questionsOf } from '../questions/service.ts'
import { EDITABLE, lessonGaps, programmeGaps, STALE } from '../rules.ts'

/**
 * Publishes a draft in the revision somebody has seen. Twice is once: the same content is the same version, and a draft
 * that somebody has changed meanwhile is refused.
 */
export async function publish({ draft }: OwnDraft<'publishCourses'>, revision: number, now: Date) {
  return ProgrammeDraftModel.db.transaction(async () => {
    const held = await ProgrammeDraftModel.findOneAndUpdate(
      { _id: draft._id, revision, status: { $in: EDITABLE } },
      { status: 'published' },
      { returnDocument: 'after' },
    ).lean<ProgrammeDraftRecord>()
    if (!held) throw new Refusal('conflict', STALE)
    const published = await writeVersion(await versionOf(held), now)
    const saved = await ProgrammeDraftModel.findOneAndUpdate(
      { _id: draft._id },
      { published },
      { returnDocument: 'after' },
    ).lean<ProgrammeDraftRecord>()
    return saved ?? held
  })
}

/** A draft as a version: refused, in words, while something is missing. */
async function versionOf(draft: ProgrammeDraftRecord): Promise<NewVersion> {
  const lessons = await lessonsOf(draft._id)
  const bank = await questionsOf(draft._id)
  const [gap] = [
    ...programmeGaps(draft, lessons),
    ...lessons.flatMap((it) => lessonGaps(it).map((one) => `《${it.title}》${one}`)),
  ]
  if (gap) throw new Refusal('invalid', `还不能发布：${gap}`)
  const byId = new Map(lessons.map((it) => [String(it._id), it]))
  const placed = draft.modules.flatMap((it) => it.lessonIds.map((id) => byId.get(String(id))))
  const shown = await shownIn(lessons)
  const made = placed.flatMap((it, at) => (it ? [lessonFrom(it, at + 1, shown)] : []))
  const idOf = new Map(made.map((it) => [it.code, it._id]))
  const about = aboutOf(draft)
  const asked = bank.map((it) => questionFrom(it, idOf.get(String(it.lessonId))))
  const modules = draft.modules.map(({ title, rule, least, lessonIds }) => ({
    title,
    rule,
    least,
    lessonIds,
  }))
  return {
    about,
    least: 1,
    lessons: made,
    modules: modules.map(({ lessonIds, ...it }) => ({
      ...it,
      lessonIds: lessonIds.flatMap((id) => idOf.get(String(id)) ?? []),
    })),
    bank: asked,
    // The ids of the drafts stay as they are from version to version; those of the lessons are new each time.
    written: hash(
      JSON.stringify([
        about,
        modules,
        made.map(({ _id, ...it }) => it),
        bank.map(({ _id, lessonId }) => [_id, lessonId]),
        asked.map(({ lessonId: _, ...it }) => it),
      ]),
    ),
  }
}

/** No exam draws no question. */
const NO_EXAM = {
  draw: 0,
  drawPerLesson: 0,
  passPercent: 100,
  minutesLimit: 30,
  attemptsPerDay: 3,
  pauseMinutes: 0,
}

function aboutOf(draft: ProgrammeDraftRecord): NewVersion['about'] {
  const { certificate } = draft
  const years = certificate?.years ?? 1
  return {
    unitId: draft.unitId,
    unitName: draft.unitName,
    code: draft.code,
    audience: draft.audience,
    title: draft.title,
    stage: draft.stage,
    forGrades: draft.forGrades,
    isOptional: draft.isOptional,
    isForClassTeachers: draft.isForClassTeachers,
    summary: draft.summary,
    hours: draft.hours,
    hoursNote: draft.hoursNote,
    exam: draft.exam ?? NO_EXAM,
    givesCertificate: certificate !== null,
    validity: {
      until: certificate?.until ?? 'years',
      years: certificate?.until === 'end-of-stage' ? null : years,
      text: !certificate
        ? ''
        : certificate.until === 'years'
          ? `本证自发证之日起${years}年内有效。`
          : '本证自发证之日起有效，至孩子从本学段毕业为止。',
    },
  }
}

const questionFrom = (it: QuestionDraftRecord, lessonId: Types.ObjectId | undefined) => ({
  code: String(it._id),
  difficulty: it.difficulty,
  kind: it.kind,
  stem: it.stem,
  options: it.options,
  correct: it.correct,
  explanation: it.explanation,
  lessonId,
})
