import type { ReflectionToReview } from '#contract/reflections'
import type { FieldCrypto } from '../../../infra/field-crypto.ts'
import { idsOf } from '../../org/tree/rules.ts'
import type { LessonRecord } from '../programmes/model.ts'
import type { ReflectionRecord } from './model.ts'

/** How deep in a path the school stands. */
export const schoolOf = 2

interface Around {
  lessons: ReadonlyMap<string, LessonRecord>
  titles: ReadonlyMap<string, string>
  schools: ReadonlyMap<string, string>
  fields: FieldCrypto
}

/** For the reviewer: what is said and to which question; whose it is stays unsaid. */
export function presentToReview(it: ReflectionRecord, around: Around): ReflectionToReview {
  const lesson = around.lessons.get(String(it.lessonId))
  return {
    id: String(it._id),
    text: around.fields.open(it.sealedText),
    medium: it.medium,
    prompt: lesson?.prompt ?? '',
    programmeTitle: around.titles.get(String(lesson?.programmeId)) ?? '',
    lessonTitle: lesson?.title ?? '',
    schoolName: around.schools.get(idsOf(it.path)[schoolOf] ?? '') ?? '',
    savedAt: it.savedAt.toISOString(),
    status: it.status === 'kept' ? 'waiting' : it.status,
  }
}
