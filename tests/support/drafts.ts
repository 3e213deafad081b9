import {
  addLessonDraft,
  createProgrammeDraft,
  type ProgrammeDraft,
  readLessonDraft,
  readProgrammeDraft,
  saveLessonDraft,
  saveProgrammeDraft,
} from '#contract/drafts'
import type { Call } from './learning.ts'
import { newRequest } from './letters.ts'

/** A right question, as an author writes it. */
export const QUESTION = {
  kind: 'single' as const,
  stem: '孩子说“不想上了”，先说哪一句？',
  options: ['那就别上了。', '听上去今天很不容易。'],
  correct: [1],
  explanation: '先接住，再问事。',
  difficulty: 1,
}

/** What is saved of a programme: everything an author may change. */
export const contentOf = (it: ProgrammeDraft) => ({
  title: it.title,
  audience: it.audience,
  stage: it.stage,
  forGrades: it.forGrades,
  isForClassTeachers: it.isForClassTeachers,
  isOptional: it.isOptional,
  summary: it.summary,
  hours: it.hours,
  hoursNote: it.hoursNote,
  modules: it.modules,
  exam: it.exam,
  certificate: it.certificate,
})

/** Saves some of a programme and keeps the rest. */
export const change = (call: Call, draft: ProgrammeDraft, over: Partial<ReturnType<typeof contentOf>>) =>
  call(saveProgrammeDraft, {
    programmeDraftId: draft.id,
    revision: draft.revision,
    ...contentOf(draft),
    ...over,
  })

/** Writes a text lesson and puts it at the end of a module. */
export async function writeLesson(call: Call, programmeDraftId: string, title: string, moduleAt = 0) {
  const { lesson } = await call(addLessonDraft, {
    programmeDraftId,
    requestId: newRequest(),
    moduleAt,
    title,
    kind: 'article',
  })
  await call(saveLessonDraft, {
    lessonDraftId: lesson.id,
    revision: lesson.revision,
    kind: 'article',
    title,
    theme: '亲子沟通',
    summary: `${title}，怎么办。`,
    minutes: 5,
    hours: 1,
    poster: '',
    assetIds: [],
    blocks: [{ kind: 'paragraph', lines: [[{ text: `${title}。先听他说。`, isBold: false }]] }],
    sources: [],
    quiz: [QUESTION].map(({ difficulty: _, ...it }) => it),
  })
  return call(readLessonDraft, { lessonDraftId: lesson.id })
}

/** A programme that could be published: for parents of 七年级, without an exam. */
export async function writeProgramme(
  call: Call,
  unitId: string,
  over: Partial<ReturnType<typeof contentOf>> & { lessonTitles?: string[] } = {},
) {
  const { lessonTitles = ['先听他说', '再一起想', '说好就做'], ...rest } = over
  const { id } = await call(createProgrammeDraft, {
    unitId,
    requestId: newRequest(),
    title: rest.title ?? '本校家长三节课',
    audience: rest.audience ?? 'guardian',
    stage: rest.stage ?? '初中',
  })
  for (const title of lessonTitles) await writeLesson(call, id, title)
  const draft = await call(readProgrammeDraft, { programmeDraftId: id })
  return change(call, draft, { summary: '三节短课。', hours: 3, forGrades: ['七年级'], ...rest })
}
