import type { ProgrammeDraft, ProgrammeDraftRow } from '#contract/drafts'
import type { UnitScope } from '../../org/policy.ts'
import type { LessonDraftRecord } from './lessons/model.ts'
import type { ProgrammeDraftRecord } from './model.ts'
import { EDITABLE, lessonGaps, programmeGaps } from './rules.ts'

export function presentDraftRow(it: ProgrammeDraftRecord): ProgrammeDraftRow {
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
  }
}

export function presentDraft(
  it: ProgrammeDraftRecord,
  lessons: LessonDraftRecord[],
  scope: UnitScope,
): ProgrammeDraft {
  const isEditable = EDITABLE.includes(it.status)
  const gaps = [
    ...programmeGaps(it, lessons),
    ...lessons.flatMap((one) => lessonGaps(one).map((gap) => `《${one.title}》${gap}`)),
  ]
  return {
    ...presentDraftRow(it),
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
    abilities: {
      edit: isEditable,
      publish: isEditable && gaps.length === 0 && scope.may('publishCourses'),
      remove: isEditable && !it.published,
    },
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
