import type { DraftQuestion, QuestionDraft } from '#contract/drafts'

export const KINDS = { single: '单选', multiple: '多选', truefalse: '判断', case: '情境' } as const
export const LEVELS = ['', '易', '中', '难'] as const

/** A question while it is written: a case is its situation and its questions, everything else is one question. */
export interface Writing {
  id: string | null
  revision: number
  lessonId: string
  difficulty: number
  isCase: boolean
  situation: string
  questions: DraftQuestion[]
}

export const blank = (): DraftQuestion => ({
  kind: 'single',
  stem: '',
  options: ['', '', ''],
  correct: [],
  explanation: '',
})

export const begin = (lessonId: string): Writing => ({
  id: null,
  revision: 0,
  lessonId,
  difficulty: 2,
  isCase: false,
  situation: '',
  questions: [blank()],
})

export function writingOf(it: QuestionDraft): Writing {
  const { id, revision, lessonId, difficulty, kind } = it
  const head = { id, revision, lessonId, difficulty }
  if (kind === 'case') return { ...head, isCase: true, situation: it.stem, questions: it.parts ?? [] }
  const { stem, options, correct, explanation } = it
  return { ...head, isCase: false, situation: '', questions: [{ kind, stem, options, correct, explanation }] }
}

/** As it is sent. */
export function contentOf({ lessonId, difficulty, isCase, situation, questions }: Writing) {
  const head = { lessonId, difficulty }
  const [first = blank()] = questions
  if (!isCase) return { ...head, ...first, parts: [] }
  const kind = 'case' as const
  return { ...head, kind, stem: situation, options: [], correct: [], explanation: '', parts: questions }
}

const isWritten = ({ stem, options, correct }: DraftQuestion) =>
  stem.trim() !== '' && options.every((it) => it.trim() !== '') && correct.length > 0

export const canSave = (it: Writing) =>
  it.lessonId !== '' &&
  it.questions.every(isWritten) &&
  (!it.isCase || (it.situation.trim() !== '' && it.questions.length > 1))

/** What people call a question in a list. */
export const titleOf = (it: QuestionDraft) =>
  it.kind === 'case' ? `${it.stem}（${it.parts?.length ?? 0}问）` : it.stem
