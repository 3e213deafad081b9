import type { LessonDraft } from '#contract/drafts'
import type { ProgrammeDraftRecord } from '../model.ts'
import { EDITABLE, lessonGaps } from '../rules.ts'
import type { LessonDraftRecord } from './model.ts'

export function presentLessonDraft(it: LessonDraftRecord, draft: ProgrammeDraftRecord): LessonDraft {
  return {
    id: String(it._id),
    programmeDraftId: String(draft._id),
    programmeTitle: draft.title,
    unitId: String(draft.unitId),
    kind: it.kind,
    title: it.title,
    theme: it.theme,
    summary: it.summary,
    minutes: it.minutes,
    hours: it.hours,
    poster: it.poster,
    assetIds: it.assetIds.map(String),
    blocks: it.blocks,
    sources: it.sources,
    quiz: it.quiz,
    prompt: it.prompt ?? '',
    stops: it.stops ?? [],
    revision: it.revision,
    gaps: lessonGaps(it),
    editedAt: it.editedAt.toISOString(),
    editedBy: it.editedBy,
    abilities: { edit: EDITABLE.includes(draft.status) },
  }
}
