import type { Types } from 'mongoose'
import type { CertificateRules } from '#contract/certificate-rules'
import { Refusal } from '../../../../http/errors.ts'
import { hash } from '../../../../infra/files.ts'
import type { CertificatePart } from '../../programmes/model.ts'
import type { NewVersion } from '../../programmes/versions/service.ts'
import { lessonsOf } from '../lessons/service.ts'
import type { ProgrammeDraftRecord } from '../model.ts'
import { lendersOf, lessonFrom, shownIn } from '../publishing/lessons/service.ts'
import type { QuestionDraftRecord } from '../questions/model.ts'
import { bankGaps } from '../questions/rules.ts'
import { questionsOf } from '../questions/service.ts'
import { lessonGaps, programmeGaps } from '../rules.ts'

/** Refuses, in words, while something is missing. */
export async function refuseGaps(draft: ProgrammeDraftRecord) {
  const lessons = await lessonsOf(draft._id)
  const [gap] = [
    ...programmeGaps(draft, lessons),
    ...lessons.flatMap((it) => lessonGaps(it).map((one) => `《${it.title}》${one}`)),
    ...bankGaps(draft, await questionsOf(draft._id), lessons),
  ]
  if (gap) throw new Refusal('invalid', `还不能发布：${gap}`)
  return lessons
}

/** A draft as a version: refused, in words, while something is missing. */
export async function versionOf(draft: ProgrammeDraftRecord): Promise<NewVersion> {
  const lessons = await refuseGaps(draft)
  const bank = await questionsOf(draft._id)
  const byId = new Map(lessons.map((it) => [String(it._id), it]))
  const placed = draft.modules.flatMap((it) => it.lessonIds.map((id) => byId.get(String(id))))
  const shown = await shownIn(lessons)
  const lenders = await lendersOf(lessons)
  const made = placed.flatMap((it, at) => (it ? [lessonFrom(it, at + 1, shown, lenders)] : []))
  const idOf = new Map(made.map((it) => [it.code, it._id]))
  const about = aboutOf(draft, lessons)
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

function aboutOf(draft: ProgrammeDraftRecord, lessons: readonly { hours: number }[]): NewVersion['about'] {
  const { certificate } = draft
  const years = certificate?.years ?? 1
  return {
    unitId: draft.unitId,
    unitName: draft.unitName,
    source: draft.source ? `${draft.source.unitName}《${draft.source.title}》` : null,
    code: draft.code,
    audience: draft.audience,
    title: draft.title,
    stage: draft.stage,
    forGrades: draft.forGrades,
    isOptional: draft.isOptional,
    isForClassTeachers: draft.isForClassTeachers,
    summary: draft.summary,
    // Where nobody said, the lessons say.
    hours: draft.hours || Math.max(1, Math.round(lessons.reduce((sum, it) => sum + it.hours, 0))),
    hoursNote: draft.hoursNote,
    exam: draft.exam ?? NO_EXAM,
    givesCertificate: certificate !== null,
    ...(certificate?.rules && { certificate: certificatePart(certificate.rules) }),
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

/** The rules of a certificate as a version keeps them: lessons by their code, which is the id of their draft. */
function certificatePart({ renewal, ...rules }: CertificateRules): CertificatePart {
  if (!renewal) return { ...rules, renewal: null }
  const { lessonIds, ...shorter } = renewal
  return { ...rules, renewal: { ...shorter, lessons: lessonIds } }
}

const questionFrom = (it: QuestionDraftRecord, lessonId: Types.ObjectId | undefined) => ({
  code: String(it._id),
  difficulty: it.difficulty,
  kind: it.kind,
  stem: it.stem,
  options: it.options,
  correct: it.correct,
  explanation: it.explanation,
  ...(it.kind === 'case' && { parts: it.parts ?? [] }),
  lessonId,
})
