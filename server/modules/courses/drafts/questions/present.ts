import type { QuestionDraft } from '#contract/drafts'
import type { QuestionDraftRecord } from './model.ts'

export const presentQuestionDraft = (it: QuestionDraftRecord): QuestionDraft => ({
  id: String(it._id),
  lessonId: String(it.lessonId),
  difficulty: it.difficulty,
  kind: it.kind,
  stem: it.stem,
  options: it.options,
  correct: it.correct,
  explanation: it.explanation,
  parts: it.parts ?? [],
  revision: it.revision,
})
