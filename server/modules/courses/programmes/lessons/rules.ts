import type { Block, lessonKind } from '#contract/courses'
import type { LessonMedium } from '#contract/lesson-parts'
import type * as z from 'zod/mini'
import { readingSeconds } from '../rules.ts'

/** A picture is looked at for so long, a page of a document read. */
const SECONDS_A_SLIDE = 8
const SECONDS_A_PAGE = 20
/** Nobody is held longer by a document than by a long film. */
const LONGEST_READING = 1_800

/** What a phone of the first release makes of it: it plays films and shows text. */
export const firstKindOf = (medium: LessonMedium): z.infer<typeof lessonKind> =>
  medium === 'video' ? 'video' : 'article'

/** Lessons that are done by writing or ticking, not by a quiz. */
export const isReflected = (medium: LessonMedium) => medium === 'task' || medium === 'discussion'

/** Seconds of the watch ledger: what the server measured or counted, never a length somebody typed. */
export function lengthOf(lesson: {
  kind: LessonMedium
  blocks: Block[]
  playedSeconds: number
  slides: number
  pages: number
}) {
  if (lesson.kind === 'video' || lesson.kind === 'audio') return lesson.playedSeconds
  const reading = readingSeconds(lesson.blocks)
  if (lesson.kind === 'slides')
    return Math.min(LONGEST_READING, Math.max(reading, lesson.slides * SECONDS_A_SLIDE))
  if (lesson.kind === 'pdf')
    return Math.min(LONGEST_READING, Math.max(reading, lesson.pages * SECONDS_A_PAGE))
  return reading
}
