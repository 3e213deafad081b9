import type { ProgrammeDraft, ProgrammeDraftRow } from '#contract/drafts'
import type { LessonDraftRecord } from './lessons/model.ts'
import type { ProgrammeDraftRecord } from './model.ts'
import { EDITABLE, lessonGaps, programmeGaps } from './rules.ts'

/** `latest`: the version each source has now, by its code. */
export function presentDraftRow(
  it: ProgrammeDraftRecord,
  latest: ReadonlyMap<string, number> = new Map(),
): ProgrammeDraftRow {
  return {
    id: String(it._id),
    code: it.code,
    unitId: String(it.unitId),
    unitName: it.unitName,
    title: it.title,
    audience: it.audience,
    stage: it.stage,
    status: it.status,
    lessons: it.lessons,
    questions: it.questions,
    editedAt: it.editedAt.toISOString(),
    editedBy: it.editedBy,
    published: it.published && { version: it.published.version, at: it.published.at.toISOString() },
    publishAt: it.publishAt?.toISOString() ?? null,
    withdrawnAt: it.withdrawnAt?.toISOString() ?? null,
    source: it.source
      ? {
          unitName: it.source.unitName,
          title: it.source.title,
          version: it.source.version,
          latest: latest.get(it.source.code) ?? it.source.version,
        }
      : null,
  }
}

export function presentDraft(
  it: ProgrammeDraftRecord,
  lessons: LessonDraftRecord[],
  latest: ReadonlyMap<string, number>,
  by: { mayPublish: boolean; mayDecide: boolean; approver: string | null },
): ProgrammeDraft {
  const gaps = [
    ...programmeGaps(it, lessons),
    ...lessons.flatMap((one) => lessonGaps(one).map((gap) => `《${one.title}》${gap}`)),
  ]
  return {
    ...presentDraftRow(it, latest),
    forGrades: it.forGrades,
    isForClassTeachers: it.isForClassTeachers,
    isOptional: it.isOptional,
    summary: it.summary,
    hours: it.hours,
    hoursNote: it.hoursNote,
    modules: it.modules.map((one) => ({
      title: one.title,
      rule: one.rule,
      least: one.least,
      lessonIds: one.lessonIds.map(String),
    })),
    exam: it.exam,
    certificate: it.certificate,
    revision: it.revision,
    lessonRows: lessons.map(presentLessonDraftRow),
    gaps,
    returned: it.returned ? { ...it.returned, at: it.returned.at.toISOString() } : null,
    approver: by.approver,
    abilities: abilitiesOf(it, gaps.length === 0, by),
  }
}

function abilitiesOf(
  it: ProgrammeDraftRecord,
  isWhole: boolean,
  by: { mayPublish: boolean; mayDecide: boolean; approver: string | null },
): ProgrammeDraft['abilities'] {
  const isEditable = EDITABLE.includes(it.status)
  const isFree = by.approver === null || by.mayDecide || it.status === 'approved'
  const isOut = it.status === 'published' && !it.withdrawnAt
  return {
    edit: isEditable,
    publish: isEditable && isWhole && by.mayPublish && isFree && !isOut,
    remove: isEditable && !it.published,
    submit: isEditable && isWhole && by.mayPublish && !isFree && !isOut,
    recall: by.mayPublish && (it.status === 'submitted' || it.status === 'scheduled'),
    decide: by.mayDecide && it.status === 'submitted',
    withdraw: by.mayPublish && Boolean(it.published) && !it.withdrawnAt,
  }
}

const presentLessonDraftRow = (it: LessonDraftRecord) => ({
  id: String(it._id),
  title: it.title,
  kind: it.kind,
  theme: it.theme,
  minutes: it.minutes,
  hours: it.hours,
  quiz: it.quiz.length,
  gaps: lessonGaps(it),
})
