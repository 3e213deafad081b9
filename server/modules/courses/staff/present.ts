import type { AnsweredQuestion, OutlineLesson, Programme, Question } from '#contract/courses'
import { presentQuestion } from '../present.ts'
import { firstKindOf } from '../programmes/lessons/rules.ts'
import type { LessonRecord, ProgrammeRecord, QuestionRecord } from '../programmes/model.ts'

export function presentProgramme(it: ProgrammeRecord): Programme {
  return {
    code: it.code,
    version: it.version,
    title: it.title,
    stage: it.stage,
    forGrades: it.forGrades,
    isOptional: it.isOptional,
    summary: it.summary,
    hours: it.hours,
    lessons: it.outline.length,
    questions: it.questions,
    publishedAt: it.publishedAt.toISOString(),
    givesCertificate: it.givesCertificate !== false,
    unitName: it.unitName ?? '',
  }
}

export function presentOutlineLesson(it: LessonRecord): OutlineLesson {
  return {
    id: String(it._id),
    number: it.number,
    title: it.title,
    kind: firstKindOf(it.kind),
    medium: it.kind,
    theme: it.theme,
    summary: it.summary,
    minutes: it.minutes,
    seconds: it.seconds,
    poster: it.poster,
    videoAddress: it.video?.address ?? null,
    soundAddress: it.sound?.address ?? null,
    slides: it.slides ?? [],
    paper: it.paper ?? null,
    prompt: it.prompt ?? '',
    blocks: it.blocks,
    sources: it.sources,
    quiz: it.quiz.map(presentQuestion),
  }
}

export const presentAnswered = (
  it: Question & { correct: number[]; explanation: string },
): AnsweredQuestion => ({ ...presentQuestion(it), correct: it.correct, explanation: it.explanation })

/** A question of the bank as rows: a case is a row for each of its questions. */
export function presentBank({ kind, parts = [], ...it }: QuestionRecord) {
  if (kind !== 'case') return [{ ...presentAnswered({ ...it, kind }), code: it.code }]
  return parts.map((one, at) => ({
    ...presentAnswered({ ...one, stem: `${it.stem}\n\n${one.stem}` }),
    code: `${it.code}-${at + 1}`,
  }))
}
