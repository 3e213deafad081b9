import type { DraftQuestion, DraftStatus, QuestionDraft } from '#contract/drafts'
import type { LessonMedium } from '#contract/lesson-parts'
import type { LessonDraftRecord } from './lessons/model.ts'
import type { ProgrammeDraftRecord } from './model.ts'

/** What may be changed; what waits for an answer or for its day may not. */
export const EDITABLE: readonly DraftStatus[] = ['draft', 'returned', 'approved', 'published']

/** Why a draft cannot be changed now. */
export const LOCKED = '课程已经提交或排好了发布时间，要改请先撤回'
/** Somebody else saved first. */
export const STALE = '别人刚刚改过这里，请刷新后再改'

/** What a new programme begins with. */
export const FIRST_MODULE = { title: '', rule: 'all' as const, least: 0, lessonIds: [] }

/** What is wrong with a question as it is written, or null. */
export function questionProblem({ kind, options, correct }: DraftQuestion): string | null {
  if (new Set(options).size < options.length) return '有两个选项一模一样'
  if (correct.some((at) => at >= options.length)) return '答案不在选项里'
  if (new Set(correct).size < correct.length) return '同一个答案写了两次'
  if (kind !== 'multiple' && correct.length !== 1) return '这种题只能有一个答案'
  if (kind === 'truefalse' && options.length !== 2) return '判断题要有对、错两个选项'
  return null
}

/** What a lesson of a kind cannot do without. */
const MISSING: Partial<Record<LessonMedium, string>> = {
  video: '还没有影片',
  audio: '还没有音频',
  slides: '还没有图片',
  pdf: '还没有文档',
}

/** The same for a question of the bank: a case is right when it has two questions or more and each of them is. */
export function bankProblem(
  it: Pick<QuestionDraft, 'kind' | 'options' | 'correct' | 'explanation' | 'stem' | 'parts'>,
) {
  const { kind, parts = [] } = it
  if (kind !== 'case') {
    if (parts.length > 0) return '只有情境题才有小题'
    if (it.options.length < 2) return '至少要两个选项'
    if (it.correct.length === 0) return '请选出答案'
    return questionProblem({ ...it, kind })
  }
  if (it.options.length > 0 || it.correct.length > 0) return '情境题的选项写在各小题里'
  if (parts.length < 2) return '情境题至少要两个小题'
  const problems = parts.map(questionProblem)
  const at = problems.findIndex(Boolean)
  return at < 0 ? null : `第${at + 1}小题：${problems[at]}`
}

/** What a lesson lacks before it can be published. */
export function lessonGaps(
  lesson: Pick<LessonDraftRecord, 'kind' | 'blocks' | 'assetIds' | 'summary' | 'prompt'> & {
    mediaFrom?: unknown
  },
) {
  const hasText = lesson.blocks.some((it) => it.lines.some((line) => line.some((run) => run.text.trim())))
  return [
    ...(lesson.summary ? [] : ['还没有一句话介绍']),
    ...(hasText || lesson.kind !== 'article' ? [] : ['还没有正文']),
    ...(MISSING[lesson.kind] && lesson.assetIds.length === 0 && !lesson.mediaFrom
      ? [MISSING[lesson.kind] ?? '']
      : []),
    ...(lesson.kind === 'task' && !lesson.prompt ? ['还没有写要家长做什么'] : []),
    ...(lesson.kind === 'discussion' && !lesson.prompt ? ['还没有写讨论的问题'] : []),
  ]
}

type Placed = Pick<
  ProgrammeDraftRecord,
  'modules' | 'exam' | 'summary' | 'questions' | 'forGrades' | 'audience' | 'isOptional' | 'certificate'
>

/** What stands between a programme and its publication. */
export function programmeGaps(draft: Placed, lessons: Pick<LessonDraftRecord, '_id' | 'title'>[]): string[] {
  const placed = new Set(draft.modules.flatMap((it) => it.lessonIds.map(String)))
  const loose = lessons.filter((it) => !placed.has(String(it._id)))
  return [
    ...(draft.summary ? [] : ['还没有简介']),
    ...(lessons.length > 0 ? [] : ['还没有课']),
    ...loose.map(({ title }) => `《${title}》还没有放进单元`),
    ...draft.modules.flatMap((it, at) => (it.lessonIds.length > 0 ? [] : [`第${at + 1}单元还没有课`])),
    ...(draft.audience === 'guardian' && !draft.isOptional && draft.forGrades.length === 0
      ? ['还没有选是哪个年级的必修']
      : []),
    // Who has let it end could never get another.
    ...(draft.certificate?.until === 'years' && !draft.certificate.rules?.renewal
      ? ['绿证按年有效，还没有写明到期以后怎样续']
      : []),
    ...(draft.exam && draft.questions < draft.exam.draw
      ? [`考试要抽${draft.exam.draw}题，题库里只有${draft.questions}题`]
      : []),
  ]
}
