import type { ProgrammeRecord } from '../../programmes/model.ts'
import type { PlacedModule } from '../rules.ts'

interface Seen {
  lessonId: unknown
  watched: number
  completedAt?: Date | null
  quizPassedAt?: Date | null
}

/**
 * The modules of a version with what one person has done of each lesson. A version without modules, as every one was
 * before there were any, is one module of everything.
 */
export function placed(
  { outline, modules }: Pick<ProgrammeRecord, 'outline' | 'modules'>,
  seen: readonly Seen[],
): PlacedModule[] {
  const bySeen = new Map(seen.map((it) => [String(it.lessonId), it]))
  const lessons = outline.map(({ lessonId, title, seconds, hours, hasQuiz }) => {
    const own = bySeen.get(String(lessonId))
    return {
      id: String(lessonId),
      title,
      seconds,
      hours: hours ?? 1,
      hasQuiz,
      watched: own?.watched ?? 0,
      isWatched: Boolean(own?.completedAt),
      isQuizPassed: Boolean(own?.quizPassedAt),
    }
  })
  if (!modules?.length) return [{ title: '', rule: 'all', least: 0, lessons }]
  const byId = new Map(lessons.map((it) => [it.id, it]))
  return modules.map(({ title, rule, least, lessonIds }) => ({
    title,
    rule,
    least,
    lessons: lessonIds.flatMap((it) => byId.get(String(it)) ?? []),
  }))
}
